"""Grade scales as enums, and what each grade means for the patient. Pure.

ICDR: International Clinical Diabetic Retinopathy severity scale (Wilkinson et al., Ophthalmology 2003).
DME: the accompanying macular oedema scale. R/M: the English NHS Diabetic Eye Screening grades.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Finding(StrEnum):
    """What a read (or an eye) amounts to, ordered by how much it matters to the patient."""

    NORMAL = "normal"
    UNGRADABLE = "ungradable"
    REFERABLE = "referable"
    URGENT = "urgent"


ORDER = [Finding.NORMAL, Finding.UNGRADABLE, Finding.REFERABLE, Finding.URGENT]


def worst(findings: list[Finding]) -> Finding:
    """The finding that decides for the whole patient. Nothing seen is ungradable, never normal."""
    return max(findings, key=ORDER.index) if findings else Finding.UNGRADABLE


class ICDR(IntEnum):
    NONE = 0
    MILD = 1
    MODERATE = 2
    SEVERE = 3
    PROLIFERATIVE = 4


class DME(StrEnum):
    NONE = "none"
    NOT_CENTRAL = "not_central"
    CENTRAL = "central"


class Gradability(StrEnum):
    GRADABLE = "gradable"
    UNGRADABLE = "ungradable"


class TBLikelihood(StrEnum):
    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    LIKELY = "likely"
    ACTIVE = "active"


class GradeError(ValueError):
    """A grade that is incomplete or contradicts itself. `field` names what to correct."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


@dataclass(frozen=True)
class EyeGrade:
    """One eye. `icdr` and `dme` are None only when the eye is ungradable."""

    gradability: Gradability
    icdr: ICDR | None = None
    dme: DME | None = None
    other: bool = False

    @property
    def finding(self) -> Finding:
        """Referable at ICDR ≥ 2 or any DME; urgent when proliferative or central (ICO 2017 guidelines)."""
        if self.gradability is Gradability.UNGRADABLE or self.icdr is None:
            return Finding.UNGRADABLE
        if self.icdr is ICDR.PROLIFERATIVE or self.dme is DME.CENTRAL:
            return Finding.URGENT
        if self.icdr >= ICDR.MODERATE or self.dme is DME.NOT_CENTRAL or self.other:
            return Finding.REFERABLE
        return Finding.NORMAL

    @property
    def rm(self) -> str:
        """The English NHS grade, as "R2 M0"; "U" when ungradable."""
        if self.icdr is None:
            return "U"
        r = {ICDR.NONE: "R0", ICDR.MILD: "R1", ICDR.MODERATE: "R2", ICDR.SEVERE: "R2"}.get(self.icdr, "R3A")
        return f"{r} {'M0' if self.dme in (None, DME.NONE) else 'M1'}"


@dataclass(frozen=True)
class ChestGrade:
    """One frontal film."""

    gradability: Gradability
    tb: TBLikelihood | None = None
    other_urgent: bool = False
    other: bool = False

    @property
    def finding(self) -> Finding:
        """Anything above "unlikely" goes on to a confirmatory test (WHO consolidated guidelines, module 2)."""
        if self.other_urgent:
            return Finding.URGENT
        if self.gradability is Gradability.UNGRADABLE or self.tb is None:
            return Finding.UNGRADABLE
        if self.tb is TBLikelihood.ACTIVE:
            return Finding.URGENT
        if self.tb is not TBLikelihood.UNLIKELY or self.other:
            return Finding.REFERABLE
        return Finding.NORMAL


def _gradability(raw: Mapping[str, Any], where: str) -> Gradability:
    try:
        return Gradability(raw.get("gradability") or "")
    except ValueError:
        raise GradeError(f"{where}gradability", "Say whether the picture can be graded.") from None


def eye_grade(raw: Mapping[str, Any], where: str = "") -> EyeGrade:
    """Read one eye's grade from a form or an API body. Raises GradeError naming the field to correct."""
    gradability = _gradability(raw, where)
    if gradability is Gradability.UNGRADABLE:
        return EyeGrade(gradability, other=bool(raw.get("other")))
    try:
        icdr = ICDR(int(raw["icdr"]))
    except (KeyError, ValueError, TypeError):
        raise GradeError(f"{where}icdr", "Choose the retinopathy grade, 0 to 4.") from None
    try:
        dme = DME(raw.get("dme") or "")
    except ValueError:
        raise GradeError(f"{where}dme", "Choose the macular oedema grade.") from None
    return EyeGrade(gradability, icdr, dme, bool(raw.get("other")))


def chest_grade(raw: Mapping[str, Any], where: str = "") -> ChestGrade:
    """Read a film's grade from a form or an API body. Raises GradeError naming the field to correct."""
    gradability = _gradability(raw, where)
    urgent, other = bool(raw.get("other_urgent")), bool(raw.get("other"))
    if gradability is Gradability.UNGRADABLE:
        return ChestGrade(gradability, other_urgent=urgent, other=other)
    try:
        tb = TBLikelihood(raw.get("tb") or "")
    except ValueError:
        raise GradeError(f"{where}tb", "Choose how likely tuberculosis is.") from None
    return ChestGrade(gradability, tb, urgent, other)


def finding_of(modality: str, grades: Mapping[str, Mapping[str, Any]]) -> Finding:
    """The finding of a whole read: view code -> raw grade. Raises GradeError for an incomplete grade."""
    grade = eye_grade if modality == "fundus" else chest_grade
    return worst([grade(raw, f"{view}-").finding for view, raw in grades.items()])
