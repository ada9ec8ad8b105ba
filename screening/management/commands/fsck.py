"""The failsafe audit: proves that no case is lost, or says which."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from screening.upkeep.fsck import Finding, audit, summary


class Command(BaseCommand):
    help = (
        "Check that every picture has its files and one run per model, that every visit handed in is finished, in a "
        "queue or on the overdue list, and that the audit chain holds. Exit code 1 when a promise is broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="machine-readable, on standard output")
        parser.add_argument("--quick", action="store_true", help="do not read the files to compare their hashes")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(audit(hashes=not options["quick"]))
        wrong = [finding for finding in findings if finding.wrong]
        if options["json"]:
            told = {"ok": not wrong, "looked_at": summary(), "findings": [asdict(f) for f in findings]}
            self.stdout.write(json.dumps(told, indent=2))
        else:
            self.tell(wrong, [finding for finding in findings if not finding.wrong])
        if wrong:
            sys.exit(1)

    def tell(self, wrong: Sequence[Finding], worth_knowing: Sequence[Finding]) -> None:
        seen = ", ".join(f"{count} {what}" for what, count in summary().items())
        self.stdout.write(f"Looked at {seen}.")
        for title, findings in (("WRONG", wrong), ("Worth knowing", worth_knowing)):
            if findings:
                self.stdout.write(f"\n{title}: {len(findings)}")
                self.stdout.writelines(f"  {f.code:13} {f.subject}: {f.sentence}" for f in findings)
        if not wrong:
            self.stdout.write("No case is lost.")
