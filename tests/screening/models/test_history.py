"""What became of a record is told in words and never altered."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from screening.models import Correction
from tests import factories as make
from tests.cast import Cast


def correction(cast: Cast, fact: str, old: str, new: str) -> Correction:
    return Correction.objects.create(
        patient=make.enrolled(cast.north), fact=fact, old=old, new=new, why=Correction.Why.LEARNT, by=cast.amina
    )


def test_a_correction_is_told_in_words(cast: Cast) -> None:
    sex, name = correction(cast, "sex", "unknown", "female"), correction(cast, "name", "female", "male")
    assert (sex.was, sex.now, str(sex)) == ("Not known", "Female", "Sex: It was not known then")
    assert (name.was, name.now) == ("female", "male")


@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_correction_is_never_altered(cast: Cast, act: str) -> None:
    correction(cast, "name", "A", "B")
    rows = Correction.objects.all()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(old="C") if act == "update" else rows.delete()
