"""Bring an installation up to date: database, cache table, static files, model packs, programmes. Idempotent."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import run_checks

from deploy import demo
from deploy.found import Say, found
from inference.admission.registry import ExamFailed, bundled, install
from inference.pack import PackError
from screening.patients.index import reindex_all
from screening.protocol import standard_programmes


def prepare(say: Say) -> None:
    """Run every step that is due. `say` gets one line per step that did something."""
    found(say)
    furnish(say)


def furnish(say: Say) -> None:
    """What the first patient needs: the bundled model packs, the two standard programmes, and that all are found."""
    install_bundled(say)
    for code in standard_programmes.STANDARD:
        standard_programmes.start_with_bundled(code)
    if indexed := reindex_all():
        say(f"{indexed} patients indexed for the search.")
    if settings.FIELDLIGHT_DEMO:
        demo.ensure(say)


def warn(say: Say) -> None:
    """Say what is set up in a way that will disappoint: a programme without models, an expired threshold, …"""
    for doubt in run_checks(tags=["database"], databases=["default"], include_deployment_checks=False):
        say(f"{doubt.id}: {doubt.msg} {doubt.hint or ''}".strip())


def install_bundled(say: Say) -> None:
    """Install the packs that came with the product. One that fails its exam here is left out, loudly."""
    for folder in bundled():
        try:
            version, new = install(folder)
        except (PackError, ExamFailed) as error:
            say(f"Model pack {folder.name} is not used: {error}")
        else:
            if new:
                say(f"Model pack {version} passed its exam and is installed.")
