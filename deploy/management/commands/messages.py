"""Bring the translation catalogues up to date and compile them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from deploy import messages


class Command(BaseCommand):
    help = (
        "Find every text that is shown, bring the catalogues in locale/ up to date, compile them, say what is missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for language in messages.TRANSLATED:
            for domain in messages.DOMAINS:
                messages.bring_up_to_date(language, domain)
        messages.compile_all()
        for language in messages.TRANSLATED:
            left = {domain: len(messages.missing(language, domain)) for domain in messages.DOMAINS}
            total = {domain: len(messages.words(domain)) for domain in messages.DOMAINS}
            self.stdout.write(f"{language}: " + ", ".join(f"{d} {left[d]} of {total[d]} missing" for d in left))
