"""Held deliveries in words: what stands in the way, and what each decision does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from screening.models import SealedItem
from screening.rules.held import Choice

WHY_HELD = {
    "local_id_taken": _("Somebody is enrolled here under the same local number. Is it the same person?"),
    "id_taken": _("Somebody is enrolled here under this number, with other facts. Is it the same person?"),
    "too_young": _("The patient was younger than this programme screens."),
    "too_old": _("The patient was older than this programme screens."),
    "age_unknown": _("The birth year is not known, and this programme has age limits."),
    "no_consent": _("There is no consent, or it was withdrawn. Nothing is looked at until the patient agrees."),
    "not_here": _("This programme is not run at this site. Ask for it to be added, then try again."),
    "duty": _("The duty of the person who made it had ended, or the account is closed."),
    "site": _("Who made it has no duty at this site."),
    "wrong_side": _("The file says that it shows the other side."),
    "wrong_view": _("This programme does not take that view."),
    "not_referred": _("The patient was not referred, and somebody asked whether they went."),
    "bad_day": _("The day they went, or want to go, cannot be right."),
}


def why_held(item: SealedItem) -> str:
    """What stands in its way, for whoever decides."""
    return str(WHY_HELD.get(item.code, item.sentence))


CHOICE_WORDS = {
    Choice.SAME: _("It is the same person"),
    Choice.OTHER: _("It is another person: enrol without the number"),
    Choice.OTHER_SIDE: _("File it under the other side"),
    Choice.LET_IN: _("Take it in: a specialist reads it"),
    Choice.CONSENTED: _("I asked again: the patient agrees"),
    Choice.AGAIN: _("Try again"),
    Choice.CLOSE: _("Do not take it in"),
}
