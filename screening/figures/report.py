"""What became of the people of a programme. Every number is the length of a list that can be opened.

A figure is a condition on a visit. Its list is the visits that meet it, its number how many they are, so the
two cannot differ. docs/figures.md says the same in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from screening.figures.counted_visits import ViewState, Visit
from screening.figures.intervals import Rate
from screening.models import Sex
from screening.models.choices import capture_class_label, view_label

REFER = ("refer", "refer_urgent")
Words = str | Promise
Condition = Callable[[Visit, datetime], bool]


@dataclass(frozen=True)
class Figure:
    """One number: its code (address, CSV column), its title, what it counts, and the condition at a moment."""

    code: str
    title: Words
    means: Words
    holds: Condition

    def of(self, visits: Sequence[Visit], now: datetime) -> list[Visit]:
        return [visit for visit in visits if self.holds(visit, now)]


def asked(v: Visit) -> bool:
    return v.priority != ""


def screened(v: Visit) -> bool:
    return v.handed_in_at is not None or asked(v)


def alone(v: Visit) -> bool:
    """Handed in, and no specialist is asked: the rules alone have the word."""
    return v.handed_in_at is not None and not asked(v)


def stripped(v: Visit) -> bool:
    """The newest decision waits for a photo: the one there was is set aside."""
    return v.newest_action == "wait" and v.newest_reason == "missing_view"


def answered(v: Visit) -> bool:
    return v.answered_at is not None


def waiting(v: Visit) -> bool:
    return asked(v) and not answered(v)


def overdue(v: Visit, now: datetime) -> bool:
    return waiting(v) and v.due_at is not None and v.due_at < now


def in_time(v: Visit) -> bool:
    return v.answered_at is not None and v.due_at is not None and v.answered_at <= v.due_at


def told_to_go(v: Visit) -> bool:
    """The decision that asked the specialist had already sent the patient to care."""
    return v.asked_action in REFER


def referred(v: Visit) -> bool:
    """The last word so far is "go": the specialist's, or until there is one, the rules'."""
    return v.outcome_action in REFER if answered(v) else told_to_go(v)


def because(reason: str) -> Condition:
    return lambda v, now: referred(v) and told_to_go(v) and v.asked_reason == reason


def found(finding: str) -> Condition:
    return lambda v, now: v.outcome_finding == finding


def after(answer: str) -> Condition:
    """Told to go for care, and this is the newest answer to "did she go?"."""
    return lambda v, now: referred(v) and v.went == answer


def ungradable(v: Visit) -> bool:
    views = any(v.view_state(view) is ViewState.UNGRADABLE for view in v.views)
    return screened(v) and (views or v.newest_reason == "ungradable" or v.outcome_finding == "ungradable")


def retaken(v: Visit) -> bool:
    return screened(v) and len({p.view for p in v.pictures}) < len(v.pictures)


FIGURES: Sequence[Figure] = (
    Figure("started", _("Started"), _("Visits of real people that began in the period."), lambda v, now: True),
    Figure("screened", _("Screened"), _("Handed in, or sent to a specialist even before that."),
           lambda v, now: screened(v)),
    Figure("decided", _("Decided"), _("All clear, or sent to a specialist."),
           lambda v, now: asked(v) or (alone(v) and v.newest_action == "recall")),
    Figure("asked", _("Sent to a specialist"), _("A specialist was asked to look, for whatever reason."),
           lambda v, now: asked(v)),
    Figure("read", _("Read"), _("A specialist has given a final read."), lambda v, now: v.is_read),
    Figure("answered", _("Answered"), _("The specialists' answer has reached the field worker."),
           lambda v, now: answered(v)),
    Figure("not_screened", _("Not handed in"), _("Begun, but not handed in: nothing is decided."),
           lambda v, now: not screened(v)),
    Figure("undecided", _("Being assessed"), _("Handed in; nothing is decided yet."),
           lambda v, now: alone(v) and v.newest_action not in ("recall", "retake") and not stripped(v)),
    Figure("retake_wanted", _("Photo wanted again"), _("Handed in, but a photo has to be taken again."),
           lambda v, now: alone(v) and v.newest_action == "retake"),
    Figure("photo_missing", _("A photo is missing"), _("Handed in, but a required view has no photo any more."),
           lambda v, now: alone(v) and stripped(v)),
    Figure("all_clear", _("All clear"), _("Every required view was fit to grade and below the threshold."),
           lambda v, now: alone(v) and v.newest_action == "recall"),
    Figure("waiting", _("Waits for a specialist"), _("Sent to a specialist and not answered yet."),
           lambda v, now: waiting(v)),
    Figure("overdue", _("Waits longer than promised"), _("Not answered, and the promised time is over."), overdue),
    Figure("outcome_normal", _("No referable disease"), _("Answered: nothing to refer."), found("normal")),
    Figure("outcome_ungradable", _("Cannot be graded"), _("Answered: the pictures cannot be graded."),
           found("ungradable")),
    Figure("outcome_referable", _("Referable disease"), _("Answered: disease that needs care."), found("referable")),
    Figure("outcome_urgent", _("Urgent disease"), _("Answered: disease that needs care at once."), found("urgent")),
    Figure("referred", _("Told to go for care"), _("The last word so far is: go to the clinic."),
           lambda v, now: referred(v)),
    Figure("by_finding", _("for what the computer found"), _("Told to go: a model found disease."),
           because("finding")),
    Figure("by_danger", _("for a danger sign"), _("Told to go: the patient told of a danger sign."),
           because("danger_sign")),
    Figure("by_symptoms", _("for symptoms"), _("Told to go: the symptoms alone were enough."), because("symptoms")),
    Figure("by_specialist", _("by the specialist"), _("Told to go by the specialist; the rules had not said so."),
           lambda v, now: referred(v) and not told_to_go(v)),
    Figure("stood_down", _("Referral lifted"), _("Told to go at first; then the specialist found nothing to refer."),
           lambda v, now: told_to_go(v) and v.outcome_action == "recall"),
    Figure("attended", _("Went there"), _("Told to go, and known to have gone."), after("attended")),
    Figure("not_yet", _("Not yet"), _("Told to go, and had not gone when last asked."), after("not_yet")),
    Figure("declined", _("Does not want to go"), _("Told to go, and does not want to."), after("refused")),
    Figure("unreachable", _("Cannot be reached"), _("Told to go, and cannot be reached any more."), after("lost")),
    Figure("not_asked", _("Nobody has asked yet"), _("Told to go, and nobody has asked whether they went."), after("")),
    Figure("ungradable", _("Ungradable"), _("Of a required view no picture is fit to grade, or the newest decision "
           "or the specialist says so."), lambda v, now: ungradable(v)),
    Figure("retaken", _("Photo taken again"), _("Some view was photographed more than once."),
           lambda v, now: retaken(v)),
    Figure("due", _("Due for an answer"), _("Answered, or beyond the promised time."),
           lambda v, now: answered(v) or overdue(v, now)),
    Figure("in_time", _("Answered in time"), _("Answered before the promised time was over."),
           lambda v, now: in_time(v)),
    Figure("late", _("Late"), _("Answered after the promised time, or still waiting beyond it."),
           lambda v, now: overdue(v, now) or (answered(v) and not in_time(v))),
    Figure("disagreed", _("Readers disagreed"), _("The reads led to different care, so an adjudicator was asked."),
           lambda v, now: v.disputed or v.adjudicated),
    Figure("identity", _("Whose picture is it?"), _("The same picture stands elsewhere too, and nobody has said "
           "whose it is."), lambda v, now: any(p.disputed for p in v.pictures)),
    Figure("failed", _("Assessment failed"), _("A model could not assess a picture, so a human looks."),
           lambda v, now: any(p.failed for p in v.pictures)),
)  # fmt: skip

CASCADE = ("started", "screened", "decided", "asked", "read", "answered")
# Where every visit stands now: each visit is in exactly one of these.
STANDING = (
    "not_screened", "undecided", "retake_wanted", "photo_missing", "all_clear", "waiting",
    "outcome_normal", "outcome_ungradable", "outcome_referable", "outcome_urgent",
)  # fmt: skip
CARE = ("by_finding", "by_danger", "by_symptoms", "by_specialist")  # together: "referred"
WENT = ("attended", "not_yet", "declined", "unreachable", "not_asked")  # together: "referred"
WATCH = ("overdue", "retake_wanted", "photo_missing", "not_screened", "identity", "failed")
# Rate -> numerator and denominator; the first is always part of the second.
RATES = {
    "ungradable": "screened", "retaken": "screened", "referred": "screened", "attended": "referred",
    "disagreed": "read", "in_time": "due",
}  # fmt: skip
STATES: Mapping[ViewState, Words] = {
    ViewState.GRADABLE: _("fit to grade"),
    ViewState.UNJUDGED: _("not judged yet"),
    ViewState.UNGRADABLE: _("ungradable"),
    ViewState.UNOBTAINABLE: _("could not be taken"),
    ViewState.MISSING: _("missing"),
}


def coverage(views: Sequence[str]) -> list[Figure]:
    """One figure per required view and state, over what was handed in, as "OD-gradable"."""
    return [_covered(view, state) for view in views for state in ViewState]


def _covered(view: str, state: ViewState) -> Figure:
    title = _("%(view)s: %(state)s") % {"view": view_label(view), "state": STATES[state]}
    return Figure(
        f"{view}-{state}", title, _("Handed in; what there is of this view."),
        lambda v, now: screened(v) and v.view_state(view) is state,
    )  # fmt: skip


def figures_of(views: Sequence[str]) -> dict[str, Figure]:
    """Every figure of a programme with these required views, by code."""
    return {figure.code: figure for figure in (*FIGURES, *coverage(views))}


@dataclass(frozen=True)
class Group:
    """The visits that share a site, a week, …; `key` for addresses, `label` for people."""

    key: str
    label: Words
    visits: tuple[Visit, ...]


AGES = ((0, 14), (15, 29), (30, 44), (45, 59), (60, 74), (75, 200))


def _band(v: Visit) -> tuple[int, int]:
    return next((band for band in AGES if v.age <= band[1]), AGES[-1])


def _age_label(v: Visit) -> str:
    low, high = _band(v)
    return f"{low}+" if high == AGES[-1][1] else f"{low}–{high}"


def _monday(v: Visit) -> date:
    return v.day - timedelta(days=v.day.weekday())


def _capture(v: Visit) -> str:
    classes = {p.capture_class for p in v.pictures}
    return "mixed" if len(classes) > 1 else next(iter(classes), "none")


NO_CAPTURE: Mapping[str, Words] = {"mixed": _("several kinds"), "none": _("no picture")}


def _capture_label(v: Visit) -> Words:
    kind = _capture(v)
    return NO_CAPTURE.get(kind) or capture_class_label(kind)


# Dimension -> title, the key a visit has in it, and the label of that key for people.
DIMENSIONS: Mapping[str, tuple[Words, Callable[[Visit], str], Callable[[Visit], Words]]] = {
    "site": (_("By site"), lambda v: v.site, lambda v: v.site_name),
    "week": (_("By week"), lambda v: _monday(v).isoformat(), lambda v: date_format(_monday(v), "DATE_FORMAT")),
    "worker": (_("By field worker"), lambda v: v.worker, lambda v: v.worker),
    "capture": (_("By kind of picture"), _capture, _capture_label),
    "sex": (_("By sex"), lambda v: v.sex, lambda v: Sex(v.sex).label),
    "age": (_("By age"), lambda v: f"{_band(v)[0]:02}", _age_label),
}


def grouped(visits: Sequence[Visit], dimension: str) -> list[Group]:
    """The visits by one dimension, in the order of their keys. Raises KeyError for an unknown dimension."""
    _title, key, label = DIMENSIONS[dimension]
    members: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        members[key(visit)].append(visit)
    return [Group(k, label(members[k][0]), tuple(members[k])) for k in sorted(members)]


@dataclass(frozen=True)
class Report:
    """All figures of some visits at one moment."""

    visits: Sequence[Visit]
    figures: Mapping[str, Figure]
    now: datetime

    def behind(self, code: str) -> list[Visit]:
        """The list behind a number. Raises KeyError for an unknown code."""
        return self.figures[code].of(self.visits, self.now)

    def number(self, code: str) -> int:
        return len(self.behind(code))

    def rate(self, code: str) -> Rate:
        """The share of a figure in its denominator (RATES)."""
        return Rate.of(self.number(code), self.number(RATES[code]))

    def within(self, group: Group) -> Report:
        return Report(group.visits, self.figures, self.now)


def report(visits: Sequence[Visit], views: Sequence[str], now: datetime | None = None) -> Report:
    return Report(visits, figures_of(views), now or timezone.now())
