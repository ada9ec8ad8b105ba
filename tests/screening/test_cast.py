import pytest

from screening.models import Consult, Patient
from screening.rules import Action
from tests import factories as make
from tests.cast import Cast


def test_the_cast_can_be_assembled_and_walks_a_consult(cast: Cast) -> None:
    make.models(cast.eye)
    consult = make.referred(cast.eye)
    assert consult.encounter.decision().action == Action.REFER
    assert set(Consult.objects.worklist(cast.olivia)) == {consult}
    assert not Patient.objects.visible_to(cast.tessa).exists()


def test_a_healthy_visit_ends_in_recall(cast: Cast) -> None:
    make.models(cast.chest)
    assert make.handed_in(make.visit(cast.chest)).decision().action == Action.RECALL


@pytest.mark.parametrize("modality", ["fundus", "chest"])
def test_photos_are_drawn(modality: str) -> None:
    assert make.photo_bytes(3, modality).startswith(b"\xff\xd8")
