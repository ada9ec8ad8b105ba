"""What the AI made of each picture of a consult, in words a reader can weigh.

Taken from the stored evidence of the consult's decision, not from what is in force today: the reader
judges exactly what the patient was referred on. Whether a reader may see it is `reading.ai_shown`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from inference.models import ModelVersion, OperatingPoint, Run
from inference.rounding import apart
from screening.models import Consult, Image
from screening.rules import ImageState, modality
from screening.words import sentences
from screening.words.sentences import Badge

# Share of the way from the threshold to the end of the scale that still counts as near, and as clear.
NEAR, CLEAR = 0.15, 0.5
# A heat map with less than half of itself on the organ explains nothing about it.
LEAST_ON_ORGAN = 0.5


@dataclass(frozen=True)
class Insight:
    """One picture. `state` is None for a picture that came after the decision.

    `finding` is the finding model that speaks for it, `other` the programme's other one, where it has two.
    """

    image: Image
    state: ImageState | None = None
    reason: str = ""
    gate: Run | None = None
    finding: Run | None = None
    point: OperatingPoint | None = None
    other: Run | None = None
    aid: Run | None = None  # measures or marks, and decides nothing
    suggested: float | None = None  # a test case's seeded score, in place of the model's

    @property
    def score(self) -> float | None:
        """The abnormality score in [0, 1], only of a gradable picture and where an operating point gives it meaning."""
        if self.state == ImageState.UNGRADABLE:
            return None
        if self.suggested is not None:
            return self.suggested
        return self.finding.score if self.finding and self.point else None

    @property
    def heat(self) -> str:
        """Blob name of the heat map, or "".

        None beside a seeded suggestion, right or wrong alike: the model's own map would contradict the wrong ones,
        a drawn one would be made up, and one beside the right ones alone would tell them apart.
        """
        return self.finding.heat if self.finding and self.suggested is None else ""

    @property
    def badge(self) -> Badge:
        return {
            ImageState.POSITIVE: Badge("positive", "refer", "circle-alert", _("AI: signs of disease")),
            ImageState.NEGATIVE: Badge("negative", "clear", "circle-check", _("AI: below the threshold")),
            ImageState.UNGRADABLE: Badge("ungradable", "again", "circle-help", _("AI: cannot be graded")),
            ImageState.FAILED: Badge("failed", "human", "triangle-alert", _("AI: the assessment failed")),
            ImageState.UNBOUND: Badge("unbound", "human", "ban", _("AI: no judgement")),
        }.get(self.state or ImageState.PENDING, Badge("none", "quiet", "hourglass", _("AI: not assessed")))

    @property
    def words(self) -> str:
        """One sentence: how far from the threshold, or why there is no judgement."""
        if self.state is ImageState.UNGRADABLE:
            return _("The AI could not grade this photo: %(why)s.") % {
                "why": sentences.ungradable(self.reason, modality.of_view(self.image.view))[0]
            }
        if self.state is ImageState.UNBOUND:
            return _("No threshold has been tested for this model and this kind of photo. Read it without the AI.")
        if self.state is ImageState.FAILED:
            return _("The model did not finish. Read it without the AI.")
        if self.score is None or self.point is None:
            return _("This photo came in after the AI had decided. Read it without the AI.")
        return _distance(self.score, self.point.threshold)

    @property
    def numbers(self) -> dict[str, str]:
        """Score and threshold as they are shown: never alike when they are not."""
        if self.score is None or self.point is None:
            return {}
        return dict(zip(("score", "threshold"), apart(self.score, self.point.threshold), strict=True))

    @property
    def why(self) -> str:
        """The rule that was applied to the score, with its numbers; "" where none was."""
        if self.score is None or self.point is None:
            return ""
        numbers = self.numbers
        if self.score >= self.point.threshold:
            return _("The score %(score)s reaches the threshold %(threshold)s, so the rule refers.") % numbers
        return (
            _("The score %(score)s stays below the threshold %(threshold)s, so the rule alone does not refer.")
            % numbers
        )

    @property
    def facts(self) -> list[Badge]:
        """What to weigh the score with: quality of the photo, whether it looks usual, where the heat map lies.

        What shows no organ that can be graded neither looks usual nor has heat on an organ: nothing is said of it.
        """
        told = self.finding.measures if self.finding else {}
        if self.state is ImageState.UNGRADABLE or (self.gate and self.gate.gradable is False):
            told = {}
        aim = _explains(self.finding) or _aim(told.get("heat_on_organ"), self.image.view)
        where = aim if self.suggested is None else []  # there is no map to speak of
        return [*_quality(self.gate), *_usual(told.get("unusual")), *where, *_measured(self.aid)]

    @property
    def needle(self) -> int:
        """Where the score lies on a bar from 0 to 100 with the threshold at 50."""
        if self.score is None or self.point is None:
            return 0
        return round(50 + 50 * _way(self.score, self.point.threshold))

    @property
    def models(self) -> list[ModelVersion]:
        return [run.model_version for run in (self.finding, self.other, self.gate, self.aid) if run]


def _quality(gate: Run | None) -> list[Badge]:
    if gate is None or gate.gradable is None:
        return [Badge("quality", "quiet", "circle-help", _("Quality check: not done."))]
    if gate.gradable:
        return [Badge("quality", "clear", "circle-check", _("Quality check: can be graded."))]
    return [Badge("quality", "again", "circle-alert", _("Quality check: cannot be graded."))]


def _usual(unusual: float | None) -> list[Badge]:
    if unusual is None:
        return []
    if unusual > 1:
        words = _("Unlike the photos this model was tested on: trust its score less.")
        return [Badge("unusual", "refer", "triangle-alert", words)]
    return [Badge("usual", "quiet", "info", _("Looks like the photos this model was tested on."))]


def _explains(finding: Run | None) -> list[Badge]:
    """A warning where the heat map does not come from what the model has learnt, or where that could not be tested."""
    test = finding.model_version.heat_test if finding and finding.heat else None
    if test is None or test["passed"]:
        return []
    if test["passed"] is None:
        words = _("It is not known whether the heat map comes from what the model has learnt.")
        return [Badge("aim", "quiet", "info", words)]
    words = _("The heat map does not come from what the model has learnt: do not rely on it.")
    return [Badge("aim", "refer", "triangle-alert", words)]


def _measured(aid: Run | None) -> list[Badge]:
    """What an aid measured, label by label, in its own units; a mask's value is the share of the picture it covers."""
    if aid is None:
        return []
    told = aid.model_version.manifest.get("output", {})
    units = dict(zip(told.get("labels", []), told.get("units", []), strict=False))
    if told.get("kind") == "mask":
        return [
            Badge("measured", "quiet", "info", f"{label}: {100 * value:.3g} %") for label, value in aid.scores.items()
        ]
    return [
        Badge("measured", "quiet", "info", f"{label}: {value:.3g} {units.get(label, '')}".strip())
        for label, value in aid.scores.items()
    ]


def _aim(share: float | None, view: str) -> list[Badge]:
    if share is None:
        return []
    says, n = modality.of_view(view).says, {"n": round(100 * share)}
    if share < LEAST_ON_ORGAN:
        return [Badge("aim", "refer", "triangle-alert", _(says.off_organ) % n)]
    return [Badge("aim", "quiet", "info", _(says.on_organ) % n)]


def _way(score: float, threshold: float) -> float:
    """Signed share of the way from the threshold to the end of the scale, in [-1, 1]."""
    if score >= threshold:
        return (score - threshold) / (1 - threshold) if threshold < 1 else 0.0
    return (score - threshold) / threshold


def _distance(score: float, threshold: float) -> str:
    way = _way(score, threshold)
    if way >= CLEAR:
        return _("Far above the threshold.")
    if way >= NEAR:
        return _("Clearly above the threshold.")
    if way >= 0:
        return _("Just above the threshold: a close call.")
    if way > -NEAR:
        return _("Just below the threshold: a close call.")
    if way > -CLEAR:
        return _("Clearly below the threshold.")
    return _("Far below the threshold.")


def of(consult: Consult, images: Iterable[Image]) -> dict[str, Insight]:
    """The insight into each image, by its id. Four queries at most, however many images."""
    evidence = consult.decision.evidence
    pictures = {p["id"]: p for p in evidence["evidence"]["pictures"]}
    runs: dict[str, dict[str, Run]] = {}
    stored = {str(r.pk): r for r in _runs(evidence)}
    for row in evidence["runs"]:
        if run := stored.get(row["run"]):
            runs.setdefault(row["image"], {})[run.model_version.purpose] = run
    points = list(OperatingPoint.objects.filter(pk__in=evidence["operating_points"]))
    told, images = evidence.get("suggested", {}), list(images)
    for aid in _aids(consult, images):
        for image in images:
            if image.display_sha256 == aid.display_sha256:
                runs.setdefault(str(image.pk), {})[aid.model_version.purpose] = aid
    return {
        str(i.pk): _seeded(_insight(i, pictures.get(str(i.pk)), runs.get(str(i.pk), {}), points), told)
        for i in images
    }  # fmt: skip


def _aids(consult: Consult, images: Iterable[Image]) -> Iterable[Run]:
    """What the programme's aids measured. They decide nothing, so they are no part of the decision's evidence."""
    chosen = consult.encounter.programme.model_choices.filter(purpose=ModelVersion.Purpose.AID)
    done = Run.objects.filter(display_sha256__in=[image.display_sha256 for image in images], state=Run.State.DONE)
    return done.filter(model_version__in=chosen.values("model_version")).select_related("model_version")


def _seeded(found: Insight, told: dict[str, dict[str, Any]]) -> Insight:
    """What a test case makes the AI say of a picture, instead of what the model said."""
    seed = told.get(str(found.image.pk))
    if seed is None:
        return found
    point = found.point or OperatingPoint.objects.filter(pk=seed["point"]).first()
    # Like the heat map, what an aid measured may contradict the seed: it is left out of right and wrong ones alike.
    return replace(found, state=ImageState(seed["state"]), suggested=seed["score"], point=point, aid=None)


def _runs(evidence: dict[str, Any]) -> Iterable[Run]:
    return Run.objects.filter(pk__in=[row["run"] for row in evidence["runs"]]).select_related("model_version")


def _insight(
    image: Image, picture: dict[str, Any] | None, runs: dict[str, Run], points: list[OperatingPoint]
) -> Insight:
    if picture is None:
        return Insight(image)
    own = {p.model_version_id: p for p in points if p.capture_class == image.capture_class}
    finding, second = runs.get(ModelVersion.Purpose.FINDING), runs.get(ModelVersion.Purpose.SECOND)
    # The second model speaks where it alone called for a reader: its score and its heat explain the consult.
    if second and _calls(second, own) and not (finding and _calls(finding, own)):
        finding, second = second, finding
    point = own.get(finding.model_version_id) if finding else None
    gate = runs.get(ModelVersion.Purpose.GATE)
    aid = runs.get(ModelVersion.Purpose.AID)
    return Insight(image, ImageState(picture["state"]), picture["reason"], gate, finding, point, second, aid)


def _calls(run: Run, own: dict[str, OperatingPoint]) -> bool:
    point = own.get(run.model_version_id)
    return run.score is not None and point is not None and run.score >= point.threshold


def on_picture(consult: Consult, image: Image) -> Insight:
    """The insight into one image."""
    return of(consult, [image])[str(image.pk)]
