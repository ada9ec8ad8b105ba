"""One visit gathered for its page: the views, their pictures, what each still needs, and the answer."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from inference.models import Run
from screening import rules
from screening.follow_up.ask import REFERRED
from screening.messages import talk
from screening.models import (
    Announced,
    Encounter,
    IdentityAlert,
    IdentityAnswer,
    Image,
    Message,
    Notice,
    SetAside,
)
from screening.models.choices import view_label
from screening.offline.patients_for_phone import ON_PAPER
from screening.triage import decide
from screening.visit import pictures
from screening.words import sentences
from screening.words.sentences import Badge, Stand

CALLS = frozenset({Stand.RETAKE, Stand.MISSING, Stand.UNFINISHED, Stand.IDENTITY})
SETTLED = frozenset({Stand.RECALL})


@dataclass(frozen=True)
class Shot:
    """One picture as the worker sees it.

    `viewable`: its pixels may still be looked at; `counts`: it is not set aside; `returns`: it may be put back;
    `phoned`: a phone announced it, so it may come while the page is open.
    """

    image: Image
    badge: Badge
    advice: str
    viewable: bool
    counts: bool
    returns: bool = False
    phoned: bool = False


@dataclass(frozen=True)
class Card:
    """One required view: its pictures, what it still needs, and why it was refused or excused."""

    view: str
    label: str
    shots: list[Shot]
    call: Badge
    advice: str
    wants: bool
    excused: str
    tries_left: int
    coming: list[Announced]


@dataclass(frozen=True)
class Visit:
    """Everything the page of a visit shows; `print` changes when any of it does."""

    encounter: Encounter
    stand: Stand
    answer: sentences.Answer
    cards: list[Card]
    alerts: list[IdentityAlert]
    asked: list[Message]
    unseen: bool
    records: bool

    @property
    def kind(self) -> rules.Modality:
        return self.encounter.programme.kind

    @property
    def pair(self) -> bool:
        """Whether the cards stand side by side: both sides of the patient are photographed."""
        return len({self.kind.view(card.view).side for card in self.cards} - {None}) > 1

    @property
    def finished(self) -> bool:
        """Every view has a picture or an excuse: the visit can be handed in."""
        return not self._missing

    @property
    def _missing(self) -> list[str]:
        return [card.view for card in self.cards if not card.excused and not any(shot.counts for shot in card.shots)]

    @property
    def lacks(self) -> str:
        """That a photo is missing, where the answer does not say so itself."""
        told = self.stand in (Stand.MISSING, Stand.UNFINISHED) and self.answer.why
        return "" if told or self.withdrawn else sentences.lacking(self.encounter, self._missing)

    @property
    def asks_for_photos(self) -> bool:
        """Whether the photos are the step this visit is at."""
        return not self.closed and (self.encounter.handed_in_at is None or self.stand is Stand.MISSING)

    @property
    def closed(self) -> bool:
        """Whether nothing more is asked of the worker. What they add all the same is taken, and looked at."""
        return self.withdrawn or self.answer.by_specialist and self.encounter.handed_in_at is not None

    @property
    def withdrawn(self) -> bool:
        """Whether consent was taken back: nothing of it is shown, and nothing added."""
        return self.encounter.withdrawn_at is not None

    @property
    def again(self) -> bool:
        """Whether the specialist still looks at what came after the answer."""
        return sentences.looked_at_again(self.encounter)

    @property
    def calls(self) -> bool:
        """Whether the worker has something to do here before the next patient."""
        if self.closed:
            return bool(self.asked)
        return self.encounter.handed_in_at is None or self.stand in CALLS or bool(self.asked)

    @property
    def speaks(self) -> bool:
        """Whether there is something to tell besides "go on"."""
        return self.stand is not Stand.UNFINISHED or self.encounter.handed_in_at is not None

    @property
    def referred(self) -> bool:
        """Whether the patient is sent somewhere, and should be asked after."""
        return self.stand in REFERRED

    @property
    def on_paper(self) -> bool:
        return self.stand in ON_PAPER

    @property
    def expects(self) -> bool:
        """Whether something may still change without the worker doing anything."""
        if self.stand in SETTLED and not self.again or self.closed and not self.again:
            return False
        pending = any(shot.badge.code == "pending" for card in self.cards for shot in card.shots)
        if any(card.coming for card in self.cards):
            return True
        return pending or self.encounter.triage_due_at is not None or self.encounter.handed_in_at is not None

    @property
    def print(self) -> str:
        states = [(str(s.image.pk), s.badge.words) for card in self.cards for s in card.shots]
        calls = [(card.call.words, card.excused, [one.pk for one in card.coming]) for card in self.cards]
        talk = [(message.pk, message.kind) for message in self.asked]
        parts = (self.answer, states, calls, [a.pk for a in self.alerts], talk, self.encounter.handed_in_at)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def visit_of(encounter: Encounter, user: Any) -> Visit:
    """Gather the page of a visit: a fixed number of queries, whatever the number of pictures."""
    images = list(encounter.images.all())
    viewable = set(Image.objects.visible_to(user).filter(encounter=encounter).values_list("pk", flat=True))
    announced = list(Announced.objects.filter(encounter=encounter).order_by("at"))
    shots = _shots(encounter, images, viewable, {one.pk for one in announced})
    missing = set(Announced.objects.missing().filter(encounter=encounter).values_list("pk", flat=True))
    coming = [one for one in announced if one.pk in missing]
    # One question per picture, however many others it resembles.
    asked = IdentityAlert.objects.open().filter(image__in=images).select_related("image", "other")
    questions = {alert.image_id: alert for alert in asked.order_by("-raised_at")}
    waiting = [message for message in talk.of_encounter(encounter) if message.waiting]
    wanted = {view: why for message in waiting for view, why in message.wrong.items()}
    return Visit(
        encounter=encounter,
        stand=sentences.stand(encounter),
        answer=sentences.answer(encounter),
        cards=[
            _card(encounter, view, shots[view], [one for one in coming if one.view == view], wanted.get(view))
            for view in encounter.programme.views
        ],
        alerts=list(questions.values()),
        asked=waiting,
        unseen=Notice.objects.visible_to(user).unseen().filter(encounter=encounter).exists(),
        records=Encounter.objects.recordable_by(user).filter(pk=encounter.pk).exists(),
    )


def _shots(
    encounter: Encounter, images: list[Image], viewable: set[uuid.UUID], phoned: set[uuid.UUID]
) -> dict[str, list[Shot]]:
    models = pictures.models_in_force(encounter.programme)
    runs: dict[str, list[Run]] = defaultdict(list)
    for run in Run.objects.filter(
        display_sha256__in=[i.display_sha256 for i in images], model_version__in=models
    ).select_related("model_version"):
        runs[run.display_sha256].append(run)
    away = set(encounter.images.set_aside().values_list("pk", flat=True))
    # What an answer about a double sent away stays away: only the worker's own word can be taken back.
    returning = set(SetAside.objects.filter(image__in=away, undone_at=None).values_list("image_id", flat=True))
    returning -= set(
        IdentityAnswer.objects.filter(alert__image__in=away, says="wrong").values_list("alert__image_id", flat=True)
    )
    by_view: dict[str, list[Shot]] = defaultdict(list)
    for image in images:
        if image.pk in away:
            aside = Badge("aside", "quiet", "ban", _("set aside: it does not belong here"))
            shot = Shot(image, aside, "", image.pk in viewable, counts=False, returns=image.pk in returning)
        else:
            shot = _shot(image, runs[image.display_sha256], encounter, viewable)
        by_view[image.view].append(replace(shot, phoned=image.pk in phoned))
    return by_view


def _shot(image: Image, runs: list[Run], encounter: Encounter, viewable: set[uuid.UUID]) -> Shot:
    # Without the operating point the finding stays unsaid: the worker sees quality here, never a verdict per picture.
    state = decide.judge(image, runs, None).picture
    gate = next((run for run in runs if run.gradable is not None), None)
    quality = rules.ImageState.NEGATIVE if state.state is rules.ImageState.UNBOUND and gate else state.state
    badge, advice = sentences.picture(quality, state.reason, encounter.programme.kind)
    return Shot(image, badge, advice, image.pk in viewable, counts=True)


def _card(
    encounter: Encounter, view: str, shots: list[Shot], coming: list[Announced], wrong: str | None = None
) -> Card:
    excused = encounter.unobtainable.get(view, "")
    counting = [shot for shot in shots if shot.counts]
    good = next((s for s in counting if s.badge.code != "ungradable"), None)
    left = max(0, encounter.programme.retakes_allowed + 1 - len(counting))
    if wrong:
        how = sentences.ungradable(wrong, encounter.programme.kind)[1]
        call, advice, wants = Badge("again", "again", "rotate-ccw", _("take it again")), how, True
    elif good:
        call, advice, wants = _done(good), "", False
    elif excused:
        call, advice, wants = Badge("excused", "human", "stethoscope", _("cannot be taken")), "", False
    elif counting:
        call, advice, wants = _again(counting[-1], left)
    elif coming:
        call, advice, wants = Badge("coming", "quiet", "clock", _("still on the way")), "", False
    else:
        call, advice, wants = Badge("wanted", "quiet", "camera", _("to do")), "", True
    return Card(view, view_label(view), shots, call, advice, wants, excused, left, coming)


def _done(good: Shot) -> Badge:
    if good.badge.code == "pending":
        return Badge("pending", "quiet", "hourglass", _("wait …"))
    return Badge("done", "clear", "circle-check", _("done")) if good.badge.code == "good" else good.badge


def _again(last: Shot, left: int) -> tuple[Badge, str, bool]:
    if left:
        return Badge("again", "again", "rotate-ccw", _("take it again")), last.advice, True
    return Badge("tried", "human", "stethoscope", _("a specialist will look")), "", False
