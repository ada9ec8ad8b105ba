"""Decisions, refusals and reasons in plain sentences: what to do, when, where, why. For pages and API alike.

Never a score. What is not sure is never worded as an all-clear.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from screening import rules
from screening.models import Consult, Decision, Encounter, Outcome, Programme, SealedItem
from screening.models.choices import view_label
from screening.rules import questionnaire
from screening.words.codes import LOOKS, RECOMMENDED, WHY_A_SPECIALIST
from screening.words.held import why_held


class Stand(StrEnum):
    """Where an encounter stands, for the person who screened the patient."""

    UNFINISHED = "unfinished"
    ASSESSING = "assessing"
    IDENTITY = "identity"
    MISSING = "missing"  # handed in, and a view has no photo any more: it was set aside since
    RETAKE = "retake"
    SPECIALIST = "specialist"
    RECALL = "recall"
    REFER = "refer"
    REFER_URGENT = "refer_urgent"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Badge:
    """A state in three ways at once: `tone` (colour), `icon` and `words`."""

    code: str
    tone: str
    icon: str
    words: str


@dataclass(frozen=True)
class Answer:
    """What the field worker tells the patient. `by_specialist`: a person has looked and decides."""

    badge: Badge
    what: str
    when: str
    where: str
    why: str
    who: str
    advice: str = ""
    advice_for_patient: str = ""
    by_specialist: bool = False


def unobtainable_choices(kind: rules.Modality) -> list[tuple[str, str]]:
    """Why a view cannot be photographed, as code and words."""
    return [(code, _(text)) for code, text in kind.excuses.items()]


def newest(encounter: Encounter) -> Decision | None:
    return next(iter(encounter.decisions.all()), None)


def consult_of(encounter: Encounter) -> Consult | None:
    return getattr(encounter, "consult", None)


def outcome_of(encounter: Encounter) -> Outcome | None:
    return getattr(consult_of(encounter), "outcome", None)


SOONER = (rules.Action.RECALL, rules.Action.REFER, rules.Action.REFER_URGENT)


def answer_that_holds(encounter: Encounter) -> Outcome | None:
    """The specialist's answer; None too while what came after it sends the patient somewhere sooner."""
    outcome, decision, consult = outcome_of(encounter), newest(encounter), consult_of(encounter)
    if outcome and decision and consult and consult.reopened_at and decision.decided_at > outcome.decided_at:
        sooner = decision.action in SOONER and SOONER.index(decision.action) > SOONER.index(outcome.action)
        return None if sooner else outcome
    return outcome


def looked_at_again(encounter: Encounter) -> bool:
    """Whether something came after the specialist's answer, and the specialist has not looked at it yet."""
    consult = consult_of(encounter)
    return bool(consult and consult.outcome_id and consult.reopened_at and consult.state != Consult.State.CLOSED)


def stand(encounter: Encounter) -> Stand:
    """Where the encounter stands. A specialist's outcome outranks the AI; a consult outranks what still waits."""
    outcome, decision = answer_that_holds(encounter), newest(encounter)
    if encounter.withdrawn_at is not None:
        return _withdrawn(outcome or decision)
    if outcome:
        return Stand(outcome.action)
    if decision and decision.action in (rules.Action.REFER, rules.Action.REFER_URGENT):
        return Stand(decision.action)
    if decision is None or encounter.triage_due_at is not None:
        return Stand.ASSESSING if encounter.handed_in_at else Stand.UNFINISHED
    return _unsettled(encounter, decision)


def _withdrawn(given: Outcome | Decision | None) -> Stand:
    """A referral that was given outlives the consent: the patient still needs care."""
    sent = given is not None and given.action in (rules.Action.REFER, rules.Action.REFER_URGENT)
    return Stand(given.action) if given and sent else Stand.WITHDRAWN


def _unsettled(encounter: Encounter, decision: Decision) -> Stand:
    if decision.action == rules.Action.RETAKE:
        return Stand.RETAKE
    if decision.reason == rules.Reason.IDENTITY:
        return Stand.IDENTITY
    if encounter.handed_in_at is None:
        return Stand.UNFINISHED
    if decision.reason == rules.Reason.MISSING_VIEW:
        return Stand.MISSING
    if decision.action == rules.Action.RECALL and not _asked(encounter):
        return Stand.RECALL
    return Stand.SPECIALIST


def _asked(encounter: Encounter) -> bool:
    """A specialist has been asked because of doubt: an AI all-clear that came later does not end that."""
    consult = consult_of(encounter)
    return consult is not None and consult.priority != rules.Priority.SAMPLE


def badge(encounter: Encounter) -> Badge:
    """The state of an encounter in one glance, for lists."""
    code = stand(encounter)
    tone, icon, words = LOOKS[code.value]
    if code is Stand.RECALL:
        months = _months(encounter)
        words = ngettext("Come back in %(n)d month", "Come back in %(n)d months", months) % {"n": months}
    return Badge(code.value, tone, icon, str(words))


def _months(encounter: Encounter) -> int:
    source = answer_that_holds(encounter) or newest(encounter)
    return (source and source.recall_months) or encounter.programme.recall_months


def answer(encounter: Encounter) -> Answer:
    """The whole answer, for the top of the encounter's page, the slip and the API."""
    code, outcome = stand(encounter), answer_that_holds(encounter)
    return Answer(
        badge=badge(encounter),
        what=_what(code, encounter),
        when=_when(code, encounter),
        where=_where(code, encounter),
        why=_why_outcome(outcome, encounter) if outcome else _why(code, encounter),
        who=_who(code, encounter),
        advice=advice(outcome, encounter) if outcome else "",
        advice_for_patient=advice_for_patient(outcome, encounter) if outcome else "",
        by_specialist=outcome is not None,
    )


def advice(outcome: Outcome, encounter: Encounter) -> str:
    """What the specialist recommends, standard sentences and own words, a line each, in the language in force."""
    standard = encounter.programme.kind.advice
    said = [RECOMMENDED.get(outcome.recommendation, "")] if outcome.recommendation else []
    said += [_(standard[code]) for code in outcome.advice_codes if code in standard]
    return "\n".join(str(line) for line in [*said, outcome.advice] if line)


def advice_for_patient(outcome: Outcome, encounter: Encounter) -> str:
    """The standard sentences in the language the patient consented in; "" when it is the one in force."""
    consent = encounter.patient.consents.filter(programme=encounter.programme_id).select_related("text").first()
    if consent is None or not outcome.advice_codes or consent.text.language == (get_language() or "")[:2]:
        return ""
    standard = encounter.programme.kind.advice
    with override(consent.text.language):
        return "\n".join(_(standard[code]) for code in outcome.advice_codes if code in standard)


def _what(code: Stand, encounter: Encounter) -> str:
    if code is Stand.RECALL:
        sooner = _(encounter.programme.kind.says.sooner)
        return _("The patient may go home. They should come sooner with %(signs)s.") % {"signs": sooner}
    return {
        Stand.REFER_URGENT: _("Send the patient to the hospital today."),
        Stand.REFER: _("Send the patient to the clinic. Give them the referral slip."),
        Stand.SPECIALIST: _("The patient may go home. Make sure you can reach them: the answer comes later."),
        Stand.RETAKE: _("Take the photo again while the patient is here."),
        Stand.IDENTITY: _("Answer the question about the photo."),
        Stand.MISSING: _("Take the photo, or say why it cannot be taken. The answer then comes by itself."),
        Stand.ASSESSING: _("Keep the patient here. The answer appears by itself."),
        Stand.UNFINISHED: _("Take every photo, then hand in."),
        Stand.WITHDRAWN: locked(),
    }[code]


def locked() -> str:
    """What becomes of the pictures after a withdrawal."""
    return _("Nobody looks at the pictures any more. They are kept locked until an administrator erases them.")


def _when(code: Stand, encounter: Encounter) -> str:
    outcome, consult, decision = answer_that_holds(encounter), consult_of(encounter), newest(encounter)
    if code is Stand.RECALL:
        months = _months(encounter)
        return _("in %(n)d months: %(month)s") % {"n": months, "month": _month_after(encounter.day, months)}
    if code is Stand.REFER_URGENT:
        return _("today, without waiting")
    if code is Stand.REFER:
        # The day the patient should be seen by, whatever day the specialist was asked to answer by.
        since = (outcome or decision).decided_at  # type: ignore[union-attr]
        return _("by %(day)s") % {"day": day(since + rules.DUE[rules.Priority.REFER])}
    if code is Stand.SPECIALIST and consult:
        return _("answer by %(day)s") % {"day": day(consult.due_at)}
    return ""


def day(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{formats.date_format(local, 'l')} {formats.date_format(local, 'DATE_FORMAT')}"


def _month_after(start: date, months: int) -> str:
    years, month = divmod(start.month - 1 + months, 12)
    return formats.date_format(start.replace(year=start.year + years, month=month + 1, day=1), "YEAR_MONTH_FORMAT")


def _where(code: Stand, encounter: Encounter) -> str:
    if code in (Stand.REFER, Stand.REFER_URGENT):
        return encounter.site.directions or _("Ask your supervisor where referred patients go.")
    return str(encounter.site) if code is Stand.RECALL else ""


def _why_outcome(outcome: Outcome, encounter: Encounter) -> str:
    return {
        "normal": _("The specialist saw no disease that needs a referral."),
        "ungradable": _("The specialist could not judge the photos. The patient must be examined in person."),
        "referable": _(encounter.programme.kind.says.referable),
        "urgent": _("The specialist saw signs of serious disease."),
    }.get(outcome.finding, "")


def _why(code: Stand, encounter: Encounter) -> str:
    decision = newest(encounter)
    if decision is None or code is Stand.ASSESSING:
        return ""
    if code in (Stand.REFER, Stand.REFER_URGENT):
        return _why_referred(decision, encounter)
    if code is Stand.RECALL:
        return _("Every photo is clear, and no sign of disease that needs a referral was found.")
    if code is Stand.SPECIALIST:
        if decision.reason == rules.Reason.BEYOND_MODEL:
            return beyond(decision, encounter.programme.modality)
        return str(WHY_A_SPECIALIST.get(rules.Reason(decision.reason), _("A specialist has already been asked.")))
    if code is Stand.RETAKE:
        kind = encounter.programme.kind
        pairs = zip(decision.views, decision.details, strict=False)
        return "; ".join(f"{views([view])}: {ungradable(why, kind)[0]}" for view, why in pairs)
    if code in (Stand.UNFINISHED, Stand.MISSING) and decision.views:
        return _("Still missing: %(views)s.") % {"views": views(decision.views)}
    return ""


def beyond(decision: Decision, modality: str) -> str:
    """Why the computer's all-clear does not count for this patient."""
    known = questionnaire.words_beyond(modality)
    told = ", ".join(_(known.get(code, code)) for code in decision.details)
    return _("A clear photo is not enough for this patient: %(why)s.") % {"why": told}


def lacking(encounter: Encounter, missing: list[str]) -> str:
    """What page and slip say of required views without a photo or an excuse (`enrol.missing_views`); "" for none."""
    if not missing:
        return ""
    if outcome_of(encounter):  # the answer holds for the other views alone
        return _("Answered without a photo of: %(views)s.") % {"views": views(missing)}
    return _("Still missing: %(views)s.") % {"views": views(missing)}


def _why_referred(decision: Decision, encounter: Encounter) -> str:
    told = signs(decision.details, encounter)
    if decision.reason == rules.Reason.DANGER_SIGN:
        danger = _("The patient told a danger sign: %(signs)s.") % {"signs": told}
        return f"{danger} {_seen(decision, encounter)}" if decision.views else danger
    if decision.reason == rules.Reason.SYMPTOMS:
        return _("The patient told: %(signs)s.") % {"signs": told}
    return _seen(decision, encounter)


def _seen(decision: Decision, encounter: Encounter) -> str:
    return _(encounter.programme.kind.says.seen) % {"views": views(decision.views)}


def signs(codes: Iterable[str], encounter: Encounter) -> str:
    """Symptoms and danger signs in words."""
    known = questionnaire.words_told(encounter.programme.modality)
    return ", ".join(_(known.get(code, code)) for code in codes)


def views(codes: Iterable[str]) -> str:
    return ", ".join(view_label(code) for code in codes)


def _who(code: Stand, encounter: Encounter) -> str:
    if outcome_of(encounter):
        return _("A specialist has looked. This is their answer.")
    if code is Stand.RECALL:
        return _("Assessed by the computer (AI). No specialist has looked.")
    if code in (Stand.REFER, Stand.REFER_URGENT) and encounter.withdrawn_at is None:
        return _("Assessed by the computer (AI). A specialist will look too; their answer appears here.")
    return ""


def picture(state: rules.ImageState, reason: str, kind: rules.Modality) -> tuple[Badge, str]:
    """The state of one photo, and what to do about it ("" when nothing)."""
    if state is rules.ImageState.PENDING:
        return Badge("pending", "quiet", "hourglass", _("being assessed …")), ""
    if state is rules.ImageState.UNGRADABLE:
        why, how = ungradable(reason, kind)
        return Badge("ungradable", "again", "rotate-ccw", _("cannot be graded: %(why)s") % {"why": why}), how
    if state is rules.ImageState.FAILED:
        return Badge("failed", "human", "stethoscope", _("received; a specialist will look")), ""
    if state is rules.ImageState.UNBOUND:
        return Badge("received", "human", "check", _("received")), ""
    return Badge("good", "clear", "circle-check", _("good photo")), ""


def ungradable(reason: str, kind: rules.Modality) -> tuple[str, str]:
    """Why a photo cannot be graded, and how to take a better one."""
    return _(kind.what_is_wrong(reason)), _(kind.how_to_retake(reason))


def ages(programme: Programme) -> str:
    """Whom a programme with age limits screens."""
    low, high = programme.age_min, programme.age_max
    if low is not None and high is not None:
        return _("For people of %(low)d to %(high)d years.") % {"low": low, "high": high}
    if low is not None:
        return _("For people of %(low)d years and over.") % {"low": low}
    return _("For people up to %(high)d years.") % {"high": high} if high is not None else ""


def delivered(item: SealedItem) -> str:
    """What became of a delivered item, for its phone."""
    if item.state == SealedItem.State.REFUSED:
        return item.sentence
    if item.state == SealedItem.State.SHELVED:
        return _("Received, and kept for the person who looks after Fieldlight at your place.")
    if item.state == SealedItem.State.HELD:
        return _("Received and kept: somebody at the site has to decide. %(why)s") % {"why": why_held(item)}
    if item.state == SealedItem.State.WAITING:
        return _("Received. It waits for the visit's form.")
    return _("Received.")
