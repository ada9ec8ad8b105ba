"""What a reader wants to see of the worklist: the filters, as the address carries them and as the rows obey them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone

from accounts.models import Site
from screening import rules
from screening.models import Programme, ReadingMode
from screening.models.consult import ConsultQuerySet
from screening.words import consult_reasons

# As they are shown: a quality sample is a review, and nobody asks for one by name or by its all-clear.
PRIORITIES = consult_reasons.ORDER
REASONS = tuple(reason.value for reason in rules.Reason if reason is not rules.Reason.ALL_CLEAR)
LONGEST = 40


@dataclass(frozen=True)
class WorklistFilters:
    """`programme` and `site` are codes, `why` a priority as it is shown, `reason` a decision's reason.

    `late`, `mine` and `back` are "1" or "".
    """

    programme: str = ""
    site: str = ""
    why: str = ""
    reason: str = ""
    late: str = ""
    mine: str = ""
    back: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> WorklistFilters:
        """From an address or a form; what makes no sense filters nothing."""
        said = {f.name: str(sent.get(f.name, ""))[:LONGEST] for f in fields(cls)}
        said["why"] = said["why"] if said["why"] in PRIORITIES else ""
        said["reason"] = said["reason"] if said["reason"] in REASONS else ""
        return cls(**{**said, **{flag: "1" if said[flag] == "1" else "" for flag in ("late", "mine", "back")}})

    @property
    def query(self) -> str:
        """As an address carries it, without the question mark; "" for everything."""
        return urlencode({f.name: value for f in fields(self) if (value := getattr(self, f.name))})

    def but(self, **changed: str) -> str:
        """The query of the same filters with one changed."""
        return replace(self, **changed).query

    def takes(self, programme: Programme, site: Site, priority: str) -> bool:
        """Whether rows of this programme, site and priority pass those filters; `sift` asks the database the same."""
        if self.programme not in ("", programme.code) or self.site not in ("", site.code):
            return False
        if self.why in ("", rules.Priority.URGENT):
            return self.why in ("", priority)
        open_eyed = programme.reading_mode == ReadingMode.AI_FIRST
        if self.why == consult_reasons.ROUTINE:
            return not open_eyed and priority != rules.Priority.URGENT
        return open_eyed and consult_reasons.shown(priority, blind=False) == self.why

    def narrow(self, rows: ConsultQuerySet, user: Any) -> ConsultQuerySet:
        """The rows that pass. A reason, and a priority beyond "urgent", pass only where nobody reads blind."""
        if self.programme:
            rows = rows.filter(programme__code=self.programme)
        if self.site:
            rows = rows.filter(site__code=self.site)
        if self.why:
            rows = rows.filter(_shown_as(self.why))
        if self.reason:
            rows = rows.filter(_open_eyed(), decision__reason=self.reason)
        if self.late:
            rows = rows.late()
        if self.back:
            rows = rows.exclude(back_at=None)
        if self.mine:
            me = getattr(user, "pk", None)
            rows = rows.filter(Q(claimed_by=me, claim_until__gte=timezone.now()) | Q(assigned_to=me))
        return rows


def _open_eyed() -> Q:
    # Any mode but this one keeps the AI back at first: what is added later is blind until somebody says otherwise.
    return Q(programme__reading_mode="ai_first")


def _shown_as(why: str) -> Q:
    if why == rules.Priority.URGENT:
        return Q(priority=why)
    if why == consult_reasons.ROUTINE:
        return ~_open_eyed() & ~Q(priority=rules.Priority.URGENT)
    return _open_eyed() & Q(
        priority__in=[p.value for p in rules.Priority if consult_reasons.shown(p.value, blind=False) == why]
    )
