"""What the rooms of screening have in common."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inference import drawing
from inference.drawing.dicom import synthetic_dicom
from inference.models import ModelVersion
from screening.models import Consult, Image, TestSet
from screening.protocol import calibration_file, in_force
from screening.visit import pictures
from tests import calibrations
from tests import factories as make
from tests.cast import Cast
from tests.factories import MODERATE_EYE, NORMAL_EYE
from tests.screening.handing_in import MANIFEST
from tests.screening.managed import CANARY

WRONG, RIGHT = {"suggestion": "wrong"}, {"suggestion": "right"}
AT = "/models/tb-chest/"


@pytest.fixture
def consult(cast: Cast) -> Consult:
    """An open consult of diabetic-eye: the model found disease in the right eye."""
    make.models(cast.eye)
    return make.referred(cast.eye)


@pytest.fixture
def four(cast: Cast) -> list[Consult]:
    """Four eye consults: two at each site, one of them urgent."""
    make.models(cast.eye)
    sites = (cast.north, cast.south, cast.north, cast.south)
    rows = [make.referred(cast.eye, site) for site in sites]
    Consult.objects.filter(pk=rows[3].pk).update(priority="urgent")
    return rows


@pytest.fixture
def eye(cast: Cast, store: Path) -> Image:
    """A right eye of 1,300 x 1,300 pixels, in a consult at the north site."""
    make.models(cast.eye)
    consult = make.referred(cast.eye, cast.north)
    data = make.photo_bytes(3, size=1300)
    return pictures.accept(cast.amina, consult.encounter, view="OD", data=data, capture_class="fundus_tabletop")[0]


@pytest.fixture
def film(cast: Cast, store: Path) -> Image:
    """A chest film in a consult at the south site."""
    make.models(cast.chest)
    consult = make.referred(cast.chest, cast.south)
    data = synthetic_dicom(drawing.mark_synthetic(drawing.draw_chest(5)))
    return pictures.accept(cast.benjamin, consult.encounter, view="CXR", data=data)[0]


@pytest.fixture
def eye_set(cast: Cast) -> TestSet:
    make.models(cast.eye, threshold=0.4)
    return make.test_set(cast.eye, NORMAL_EYE | WRONG, MODERATE_EYE | WRONG, NORMAL_EYE | RIGHT, MODERATE_EYE | RIGHT)


@pytest.fixture
def work(cast: Cast) -> Cast:
    """Three visits in the north (one refers, one all clear, one open) and one in the south."""
    make.models(cast.eye)
    patient = make.enrolled(cast.north, name=CANARY)
    make.handed_in(make.visit(cast.eye, patient=patient), 0.9, 0.1)
    make.handed_in(make.visit(cast.eye, cast.north))
    make.visit(cast.eye, cast.north)
    make.handed_in(make.visit(cast.eye, cast.south), 0.9, 0.1)
    return cast


@pytest.fixture
def old(cast: Cast) -> make.Models:
    return make.models(cast.chest, classes=("dicom", "screen_photo"))


@pytest.fixture
def trial(cast: Cast, old: make.Models) -> ModelVersion:
    """A second finding model on trial, with a threshold for films alone."""
    version = make.model_version("chest", "finding")
    make.operating_point(version, "dicom", 0.3)
    in_force.shadow(cast.tessa, cast.chest, "finding", version)
    return version


@pytest.fixture
def version(cast: Cast) -> ModelVersion:
    found = make.model_version("chest", "finding")
    ModelVersion.objects.filter(pk=found.pk).update(manifest=MANIFEST)
    found.refresh_from_db()
    return found


@pytest.fixture
def said(version: ModelVersion) -> dict[str, Any]:
    return calibrations.calibration(version.pk)


# ------------------------------------------------------------------------------------------------------- the explorer


@pytest.fixture
def explored(cast: Cast, said: dict[str, Any]) -> str:
    kept = calibration_file.take_in(cast.tessa, cast.chest, json.dumps(said).encode())
    return f"{AT}calibrations/{kept.pk}/"
