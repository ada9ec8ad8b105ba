"""The words of the rules' codes, once: what a column may hold, and what pages, forms and the API call it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from screening.rules import MODALITIES, Action, Priority, modality
from screening.rules.grades import Finding

Choices = list[tuple[str, Any]]

ACTIONS: Choices = [
    (Action.WAIT.value, _("Wait")),
    (Action.RETAKE.value, _("Take the photo again")),
    (Action.RECALL.value, _("Come back later")),
    (Action.REFER.value, _("Refer")),
    (Action.REFER_URGENT.value, _("Refer urgently")),
]
FINDINGS: Choices = [
    (Finding.NORMAL.value, _("No referable disease")),
    (Finding.UNGRADABLE.value, _("Cannot be graded")),
    (Finding.REFERABLE.value, _("Referable disease")),
    (Finding.URGENT.value, _("Urgent disease")),
]
PRIORITIES: Choices = [
    (Priority.URGENT.value, _("Urgent")),
    (Priority.REFER.value, _("Refer")),
    (Priority.REVIEW.value, _("Needs a human read")),
    (Priority.SAMPLE.value, _("Quality sample")),
]


def modalities() -> Choices:
    return [(one.code, _(one.name)) for one in MODALITIES.values()]


def views() -> Choices:
    return [(view.code, _(view.name)) for view in modality.views()]


def capture_classes() -> Choices:
    return list({kind.code: _(kind.name) for kind in modality.capture_classes()}.items())


def view_label(code: str) -> str:
    """A view in words, as in the middle of a sentence; the code itself where no modality has it any more."""
    return str(dict(views()).get(code, code))


def capture_class_label(code: str) -> str:
    """How a picture was taken; the code itself where no modality has it any more."""
    return str(dict(capture_classes()).get(code, code))
