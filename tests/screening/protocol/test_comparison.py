"""Two models, the same pictures: what would be decided otherwise."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from inference.models import ModelVersion, Run
from screening.protocol import in_force
from screening.protocol.comparison import Call, agreement, compare
from tests import factories as make
from tests.cast import Cast
from tests.screening.models_page import both, text

SignIn = Callable[[User | None], Client]
AT = "/models/tb-chest/"


def test_the_comparison_counts_what_would_flip_by_kind_of_picture(
    cast: Cast, trial: ModelVersion, signed_in: SignIn
) -> None:
    for now, then in ((0.9, 0.8), (0.1, 0.2), (0.1, 0.4), (0.7, 0.1)):
        both(cast, trial, now, then)
    both(cast, trial, 0.1, 0.1, capture_class="screen_photo")
    both(cast, trial, 0.9, 0.9, site=cast.south)
    found = compare(cast.maya, cast.chest, "finding")
    assert found and len(found.pairs) == 6
    films = found.by_class()["dicom"]
    assert films[Call.FOUND, Call.FOUND] == 2 and films[Call.CLEAR, Call.FOUND] == films[Call.FOUND, Call.CLEAR] == 1
    # The candidate has no threshold of its own for photos of a screen: nobody lends it one.
    assert found.by_class()["screen_photo"] == {(Call.CLEAR, Call.HUMAN): 1}
    assert (agreement(found.pairs).part, len(found.flips)) == (3, 3)
    mine = compare(cast.samuel, cast.chest, "finding")
    assert mine and len(mine.pairs) == 5
    page = signed_in(cast.samuel).get(f"{AT}trial/finding/")
    assert "Two models, the same pictures" in text(page) and '"kind": "scatter"' in text(page)
    assert "Both have scored 5 pictures. 3 would be decided otherwise." in text(signed_in(cast.samuel).get(AT))


def test_a_gate_is_compared_by_its_word(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    gate = make.model_version("chest", "gate")
    in_force.shadow(cast.tessa, cast.chest, "gate", gate)
    image = make.pictured(make.visit(cast.chest), "CXR", 0.1)
    Run.objects.submit(image.display_sha256, [gate], aside=True)
    for run in Run.objects.claim(image.display_sha256, aside=True):
        run.finish(gradable=False, reason="blurred")
    found = compare(cast.tessa, cast.chest, "gate")
    assert found and found.pairs[0].candidate_call == Call.UNFIT and found.correlation is None
    assert "not fit to grade" in text(signed_in(cast.tessa).get(f"{AT}trial/gate/"))
