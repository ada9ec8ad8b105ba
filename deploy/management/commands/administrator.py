"""Make the first administrator of an installation."""

from __future__ import annotations

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.access import grant_technician
from accounts.models import User


class Command(BaseCommand):
    help = "Make an administrator. Asks for the password, or takes it from FIELDLIGHT_ADMIN_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        if User.objects.filter(username=username).exists():
            raise CommandError(f"{username} exists already.")
        user = User(username=username)
        password = os.environ.get("FIELDLIGHT_ADMIN_PASSWORD") or self.ask()
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        user.set_password(password)
        user.save()
        grant_technician(user)
        self.stdout.write(f"{username} may now sign in and open /technician/.")

    def ask(self) -> str:
        first = getpass.getpass("Password: ")
        if getpass.getpass("Password again: ") != first:
            raise CommandError("The two passwords differ. Nothing was made.")
        return first
