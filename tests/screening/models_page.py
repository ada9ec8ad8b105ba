"""The page of a programme's models in tests, and a picture that two models have scored."""

from __future__ import annotations

from typing import Any

from inference.models import ModelVersion, Run
from tests import factories as make
from tests.cast import Cast


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def both(cast: Cast, trial: ModelVersion, now: float, then: float, **more: Any) -> None:
    """A picture both models have scored."""
    visit = make.visit(cast.chest, **{k: more.pop(k) for k in ("site",) if k in more})
    image = make.pictured(visit, "CXR", now, **more)
    Run.objects.submit(image.display_sha256, [trial], aside=True)
    for run in Run.objects.claim(image.display_sha256, aside=True):
        run.finish(score=then, scores={"referable": then})
