"""Prove that nothing in the audit record was altered, removed or slipped in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import first_broken
from accounts.models import AuditEvent


class Command(BaseCommand):
    help = "Walk the audit chain from its first event. Fails, naming the place, where it does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = first_broken()
        if broken is not None:
            raise CommandError(
                f"The audit chain breaks at event {broken}: it was altered, removed or slipped in. "
                "Keep this database as it is and compare it with the last backup."
            )
        self.stdout.write(f"The audit chain holds: {AuditEvent.objects.count()} events.")
