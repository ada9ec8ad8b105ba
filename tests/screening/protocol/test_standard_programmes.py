"""The programmes that come with the house: their models score, their thresholds wait for two people."""

from __future__ import annotations

import pytest

from screening.models import ThresholdChoice
from screening.protocol import in_force, standard_programmes
from tests import factories as make
from tests.cast import Cast
from tests.screening.protocol.decided import CLEAR, HUMAN, YES, decided, newer


@pytest.mark.parametrize("approver", ["", "tessa"])
def test_a_threshold_one_person_stands_for_binds_nobody(cast: Cast, approver: str) -> None:
    version = newer(cast)
    standard_programmes.take_into_force(cast.chest, make.model_version("chest", "gate"))
    standard_programmes.take_into_force(cast.chest, version, cast.tessa, approved_by=approver and cast.tessa or None)
    point = version.operating_points.get()
    ThresholdChoice.objects.create(
        programme=cast.chest, operating_point=point, chosen_by=cast.tessa, approved_by=approver and cast.tessa or None
    )
    assert decided(cast, 0.01) == HUMAN


def test_bundled_models_score_but_their_thresholds_wait_for_two_people(cast: Cast) -> None:
    for name, purpose in (("cxr-gate", "gate"), ("cxr-tb", "finding")):
        version = make.model_version("chest", purpose)
        type(version).objects.filter(pk=version.pk).update(name=name)
        version.refresh_from_db()
        make.operating_point(version, "dicom")
    standard_programmes.start_with_bundled("tb-chest")
    assert decided(cast, 0.01) == HUMAN
    finding = cast.chest.model_in_force("finding")
    assert finding
    in_force.sign(cast.maya, in_force.propose(cast.tessa, cast.chest, finding), YES)
    assert decided(cast, 0.01) == CLEAR
