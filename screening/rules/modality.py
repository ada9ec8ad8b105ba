"""Every modality there is, and what belongs to which. A third organ is one more line here. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from screening.rules.chest import CHEST
from screening.rules.declaration import CaptureClass, Modality, View
from screening.rules.fundus import FUNDUS

MODALITIES: dict[str, Modality] = {one.code: one for one in (FUNDUS, CHEST)}


def views() -> Iterator[View]:
    """Every view of every modality. No two have the same code."""
    return (view for one in MODALITIES.values() for view in one.views)


def capture_classes() -> Iterator[CaptureClass]:
    """Every capture class of every modality. A code that two of them share means the same in both."""
    return (kind for one in MODALITIES.values() for kind in one.capture_classes)


def view(code: object) -> str:
    """The code itself, where it is one of a view. Raises ValueError."""
    return _one_of((one.code for one in views()), code)


def capture_class(code: object) -> str:
    """The code itself, where it is one of a capture class. Raises ValueError."""
    return _one_of((one.code for one in capture_classes()), code)


def _one_of(codes: Iterator[str], code: object) -> str:
    for known in codes:
        if known == code:
            return known
    raise ValueError(f"{code!r} is not among the codes.")


def of_view(code: str) -> Modality:
    """The modality a view belongs to. Raises KeyError for an unknown one."""
    return {view: one for one in MODALITIES.values() for view in one.view_codes}[code]


def excuses() -> dict[str, str]:
    """Why a view of any modality cannot be photographed: code to text."""
    return {code: text for one in MODALITIES.values() for code, text in one.excuses.items()}


def advice() -> list[str]:
    """The code of every standard sentence to a patient."""
    return [code for one in MODALITIES.values() for code in one.advice]


def faults() -> list[str]:
    """The code of everything a reader may find wrong with a picture."""
    return sorted({code for one in MODALITIES.values() for code in one.faults})
