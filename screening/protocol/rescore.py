"""Score stored pictures again: the same numbers and the same decisions, or it is said which are not. Read-only.

Also queues pictures a model has not scored yet, for a trial over what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from inference.assess.one_picture import Assessment, assess
from inference.execute import PhotoUnreadable, load, open_photo
from inference.models import ModelVersion, Run
from inference.pack import PackError
from screening import rules
from screening.models import Image, Programme
from screening.triage.decide import gather, judge, points

SAME = 1e-4


@dataclass(frozen=True)
class Again:
    """One picture scored again. `gap` is the largest difference of any score; `problem` is empty where all is well."""

    image: str
    gap: float
    state: str = rules.ImageState.FAILED
    reason: str = ""
    problem: str = ""


def stored(programme: Programme | None, limit: int) -> list[Image]:
    """The newest pictures that every model in force has scored."""
    images = Image.objects.in_use().select_related("encounter__programme", "encounter__site", "encounter__patient")
    if programme:
        images = images.filter(encounter__programme=programme)
    found: list[Image] = []
    for image in images.order_by("-received_at").iterator(chunk_size=200):
        versions = in_force(image.encounter.programme)
        done = Run.objects.filter(
            display_sha256=image.display_sha256, model_version__in=versions, state=Run.State.DONE
        ).count()
        if versions and done == len(versions):
            found.append(image)
        if len(found) == limit:
            break
    return found


def in_force(programme: Programme) -> list[ModelVersion]:
    chosen = [programme.model_in_force(purpose) for purpose in ModelVersion.Purpose.values]
    return [version for version in chosen if version]


def check(images: list[Image]) -> Iterator[Again]:
    """Score each picture again with the models in force, and compare with what is stored."""
    for image in images:
        try:
            yield _again(image)
        except (PhotoUnreadable, PackError) as error:
            yield Again(str(image.pk), float("inf"), problem=f"cannot be scored: {error}")


def _again(image: Image) -> Again:
    rgb = open_photo(image.display_sha256)
    versions = in_force(image.encounter.programme)
    before = list(
        Run.objects.filter(display_sha256=image.display_sha256, model_version__in=versions).select_related(
            "model_version"
        )
    )
    after, gap = [], 0.0
    for run in before:
        said = assess(rgb, load(run.model_version))
        gap = max([gap, *(abs(value - run.scores.get(label, float("inf"))) for label, value in said.scores.items())])
        after.append(_run(run, said))
    bound = points(image.encounter, image.capture_class, [run.model_version for run in before])
    was, now = judge(image, before, *bound).picture, judge(image, after, *bound).picture
    problem = ""
    if gap > SAME:
        problem = f"a score differs by {gap:.6f}"
    elif (was.state, was.reason) != (now.state, now.reason):
        problem = f"it was {was.state} ({was.reason}) and is {now.state} ({now.reason})"
    return Again(str(image.pk), gap, now.state, now.reason, problem)


def _run(run: Run, said: Assessment) -> Run:
    """The run as it would be stored today; nothing is saved."""
    verdict = said.gradability
    return Run(
        display_sha256=run.display_sha256, model_version=run.model_version, state=Run.State.DONE,
        scores=dict(said.scores), score=said.score, gradable=verdict.gradable if verdict else None,
        reason=(verdict.reason or "") if verdict else "",
    )  # fmt: skip


def decisions(images: list[Image], seen: list[Again]) -> Iterator[str]:
    """Sentences on every visit the rules would decide otherwise if its pictures had been scored today."""
    today = {again.image: again for again in seen}
    for encounter in {image.encounter_id: image.encounter for image in images}.values():
        evidence, _judged = gather(encounter)
        protocol = encounter.programme.protocol(encounter.site)
        now = replace(evidence, pictures=tuple(_as_of_today(one, today) for one in evidence.pictures))
        was, would = rules.triage(protocol, evidence), rules.triage(protocol, now)
        if was != would:
            yield f"visit {encounter.pk}: {was.action} ({was.reason}) would be {would.action} ({would.reason})"


def _as_of_today(picture: rules.Picture, today: Mapping[str, Again]) -> rules.Picture:
    again = today.get(picture.id)
    return replace(picture, state=rules.ImageState(again.state), reason=again.reason) if again else picture


def queue_missing(programme: Programme, version: ModelVersion, *, aside: bool) -> int:
    """Queue every stored picture of the programme that a model has not scored. Returns how many."""
    scored = Run.objects.filter(model_version=version).values("display_sha256")
    photos = Image.objects.in_use().filter(encounter__programme=programme).exclude(display_sha256__in=scored)
    found = list(photos.order_by().values_list("display_sha256", flat=True).distinct())
    for photo in found:
        Run.objects.submit(photo, [version], aside=aside)
    return len(found)
