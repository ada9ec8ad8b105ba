"""Prepare and run everything: the one command of an embedded installation."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from deploy import people, supervise
from deploy.found import found


class Command(BaseCommand):
    help = "Prepare the database, pages and model packs, then run the web server and the worker until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        bind = os.environ.get("FIELDLIGHT_BIND", "127.0.0.1:8000")
        self.refuse_taken(bind)
        self.refuse_exposed_demo(bind)
        address = f"http://{bind}"
        found(self.say)
        supervise.run(self.say, f"{address}/health/", self.furnish, lambda: self.welcome(address))

    def furnish(self) -> None:
        """What pages can be served without, in a process of its own: the web server starts meanwhile."""
        subprocess.run([sys.executable, str(settings.ROOT / "manage.py"), "prepare"], check=False)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def refuse_taken(self, bind: str) -> None:
        host, _, port = bind.rpartition(":")
        with socket.socket() as probe:
            if probe.connect_ex((host or "127.0.0.1", int(port))) == 0:
                raise CommandError(
                    f"{bind} is in use already, perhaps by Fieldlight itself. "
                    "Stop that, or choose another: FIELDLIGHT_BIND=127.0.0.1:8001"
                )

    def refuse_exposed_demo(self, bind: str) -> None:
        if settings.FIELDLIGHT_DEMO and not bind.startswith(("127.", "localhost", "[::1]")):
            raise CommandError("The demonstration has known sign-ins: it is only served on 127.0.0.1.")

    def welcome(self, address: str) -> None:
        self.say(f"\nFieldlight is at {address}   (Ctrl-C stops it; data in {settings.DATA})")
        self.say(f"This is version {settings.FIELDLIGHT_VERSION}.\n")
        if settings.FIELDLIGHT_DEMO:
            self.say(people.sign_ins())
