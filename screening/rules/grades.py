"""Grade scales as enums, and what each grade means for the patient. Pure.

ICDR: International Clinical Diabetic Retinopathy severity scale (Wilkinson et al., Ophthalmology 2003), with the
accompanying macular oedema scale (DME). R/M: the English NHS Diabetic Eye Screening grades.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from screening.refusal import Incorrect
from screening.rules.declaration import Sheet
from screening.rules.modality import MODALITIES
from screening.rules.texts import untranslated as _


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


class AMD(StrEnum):
    EARLY = "early"
    LATE = "late"


class Gradability(StrEnum):
    GRADABLE = "gradable"
    UNGRADABLE = "ungradable"


class TBLikelihood(StrEnum):
    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    LIKELY = "likely"
    ACTIVE = "active"


class Sign(StrEnum):
    """What may be ticked on a chest film."""

    CONSOLIDATION = "consolidation"
    CAVITY = "cavity"
    NODULES = "nodules"
    MILIARY = "miliary"
    LYMPH_NODES = "lymph_nodes"
    EFFUSION = "effusion"
    MASS = "mass"
    PNEUMOTHORAX = "pneumothorax"
    LARGE_HEART = "large_heart"
    SCAR = "scar"


class Zone(StrEnum):
    """Thirds of the lung of the patient's right (R) or left (L) side: upper, middle, lower."""

    RU = "RU"
    RM = "RM"
    RL = "RL"
    LU = "LU"
    LM = "LM"
    LL = "LL"


class Recommendation(StrEnum):
    XPERT = "xpert"
    REPEAT = "repeat"
    REFER = "refer"
    NONE = "none"


class Seen(StrEnum):
    """What a picture of any organ amounts to, in the reader's own judgement."""

    NORMAL = "normal"
    REFER = "refer"
    URGENT = "urgent"


class Why(StrEnum):
    """Why a view is more than normal. `MEANS` says what each one amounts to, and by which source."""

    UNGRADABLE = "ungradable"
    DR_MODERATE = "dr_moderate"
    DR_SEVERE = "dr_severe"
    DR_PROLIFERATIVE = "dr_proliferative"
    DME = "dme"
    DME_CENTRAL = "dme_central"
    GLAUCOMA = "glaucoma"
    CATARACT = "cataract"
    AMD_LATE = "amd_late"
    TB_POSSIBLE = "tb_possible"
    TB_LIKELY = "tb_likely"
    TB_ACTIVE = "tb_active"
    SIGN = "sign"
    PNEUMOTHORAX = "pneumothorax"
    RECOMMENDED = "recommended"
    REPEAT = "repeat"
    OTHER = "other"
    OTHER_URGENT = "other_urgent"
    DISEASE = "disease"
    DISEASE_URGENT = "disease_urgent"


MEANS: Mapping[Why, Finding] = {
    Why.UNGRADABLE: Finding.UNGRADABLE,
    # ICO Guidelines for Diabetic Eye Care (2017): refer from moderate retinopathy and any macular oedema on,
    # proliferative disease and oedema at the centre urgently.
    Why.DR_MODERATE: Finding.REFERABLE,
    Why.DR_SEVERE: Finding.REFERABLE,
    Why.DR_PROLIFERATIVE: Finding.URGENT,
    Why.DME: Finding.REFERABLE,
    Why.DME_CENTRAL: Finding.URGENT,
    # ISGEO (Foster et al., Br J Ophthalmol 2002): a vertical cup-disc ratio of 0.7 or more is beyond the 97.5th
    # centile of healthy eyes.
    Why.GLAUCOMA: Finding.REFERABLE,
    Why.CATARACT: Finding.REFERABLE,
    # NICE NG82 (2018): suspected late (wet) macular degeneration is referred within one working day.
    Why.AMD_LATE: Finding.URGENT,
    # WHO consolidated guidelines on tuberculosis, module 2 (2021): any film that is not clear of tuberculosis
    # goes on to a rapid molecular test.
    Why.TB_POSSIBLE: Finding.REFERABLE,
    Why.TB_LIKELY: Finding.REFERABLE,
    Why.TB_ACTIVE: Finding.URGENT,
    Why.SIGN: Finding.REFERABLE,
    Why.PNEUMOTHORAX: Finding.URGENT,
    Why.RECOMMENDED: Finding.REFERABLE,
    Why.REPEAT: Finding.UNGRADABLE,
    Why.OTHER: Finding.REFERABLE,
    Why.OTHER_URGENT: Finding.URGENT,
    # The plain sheet has no scale of its own: the reader's word is the source.
    Why.DISEASE: Finding.REFERABLE,
    Why.DISEASE_URGENT: Finding.URGENT,
}
CUP_DISC_SUSPECT = 0.7


class GradeError(Incorrect):
    """A grade that is incomplete or contradicts itself. `field` names what to correct; the sentence is English."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__("bad_grade", {field: sentence}, sentence)
        self.field = field


def _amounts_to(whys: tuple[Why, ...]) -> Finding:
    return worst([MEANS[why] for why in whys]) if whys else Finding.NORMAL


@dataclass(frozen=True)
class EyeGrade:
    """One eye. `icdr` and `dme` are None only when the eye is ungradable. `cup_disc`: vertical, from 0 to 1."""

    gradability: Gradability
    icdr: ICDR | None = None
    dme: DME | None = None
    other: bool = False
    glaucoma: bool = False
    cup_disc: float | None = None
    cataract: bool = False
    amd: AMD | None = None

    @property
    def whys(self) -> tuple[Why, ...]:
        """Everything that makes this eye more than normal."""
        suspect = self.glaucoma or (self.cup_disc or 0) >= CUP_DISC_SUSPECT
        beside = {Why.GLAUCOMA: suspect, Why.CATARACT: self.cataract, Why.AMD_LATE: self.amd is AMD.LATE,
                  Why.OTHER: self.other}  # fmt: skip
        return self._retina() + tuple(why for why, there in beside.items() if there)

    def _retina(self) -> tuple[Why, ...]:
        if self.gradability is Gradability.UNGRADABLE or self.icdr is None:
            return (Why.UNGRADABLE,)
        grade = {ICDR.MODERATE: Why.DR_MODERATE, ICDR.SEVERE: Why.DR_SEVERE,
                 ICDR.PROLIFERATIVE: Why.DR_PROLIFERATIVE}.get(self.icdr)  # fmt: skip
        oedema = {DME.NOT_CENTRAL: Why.DME, DME.CENTRAL: Why.DME_CENTRAL}.get(self.dme or DME.NONE)
        return tuple(why for why in (grade, oedema) if why)

    @property
    def finding(self) -> Finding:
        return _amounts_to(self.whys)

    @property
    def rm(self) -> str:
        """The English NHS grade, as "R2 M0"; "U" when ungradable."""
        if self.gradability is Gradability.UNGRADABLE or self.icdr is None:
            return "U"
        r = {ICDR.NONE: "R0", ICDR.MILD: "R1", ICDR.MODERATE: "R2", ICDR.SEVERE: "R2"}.get(self.icdr, "R3A")
        return f"{r} {'M0' if self.dme in (None, DME.NONE) else 'M1'}"


@dataclass(frozen=True)
class ChestGrade:
    """One frontal film. `signs`: what is seen, and in which zones."""

    gradability: Gradability
    tb: TBLikelihood | None = None
    other_urgent: bool = False
    other: bool = False
    signs: Mapping[Sign, tuple[Zone, ...]] = field(default_factory=dict)
    said: Recommendation | None = None

    @property
    def whys(self) -> tuple[Why, ...]:
        """Everything that makes this film more than normal. A scar alone is not: it is old."""
        beside = {
            Why.PNEUMOTHORAX: Sign.PNEUMOTHORAX in self.signs,
            Why.SIGN: bool(set(self.signs) - {Sign.SCAR, Sign.PNEUMOTHORAX}),
            Why.OTHER: self.other, Why.OTHER_URGENT: self.other_urgent,
            Why.RECOMMENDED: self.said in (Recommendation.XPERT, Recommendation.REFER),
            Why.REPEAT: self.said is Recommendation.REPEAT,
        }  # fmt: skip
        return self._tuberculosis() + tuple(why for why, there in beside.items() if there)

    def _tuberculosis(self) -> tuple[Why, ...]:
        if self.gradability is Gradability.UNGRADABLE or self.tb is None:
            return (Why.UNGRADABLE,)
        why = {TBLikelihood.POSSIBLE: Why.TB_POSSIBLE, TBLikelihood.LIKELY: Why.TB_LIKELY,
               TBLikelihood.ACTIVE: Why.TB_ACTIVE}.get(self.tb)  # fmt: skip
        return (why,) if why else ()

    @property
    def finding(self) -> Finding:
        return _amounts_to(self.whys)

    @property
    def recommendation(self) -> Recommendation:
        """What the reader recommended, or what follows from the grade."""
        if self.said:
            return self.said
        if self.gradability is Gradability.UNGRADABLE or self.tb is None:
            return Recommendation.REPEAT
        if self.tb is not TBLikelihood.UNLIKELY:
            return Recommendation.XPERT
        return Recommendation.NONE if self.finding is Finding.NORMAL else Recommendation.REFER


@dataclass(frozen=True)
class PlainGrade:
    """One picture of an organ without a scale of its own. `seen` is None only when it is ungradable."""

    gradability: Gradability
    seen: Seen | None = None

    @property
    def whys(self) -> tuple[Why, ...]:
        """Everything that makes this picture more than normal."""
        if self.gradability is Gradability.UNGRADABLE or self.seen is None:
            return (Why.UNGRADABLE,)
        why = {Seen.REFER: Why.DISEASE, Seen.URGENT: Why.DISEASE_URGENT}.get(self.seen)
        return (why,) if why else ()

    @property
    def finding(self) -> Finding:
        return _amounts_to(self.whys)


Grade = EyeGrade | ChestGrade | PlainGrade


def _gradability(raw: Mapping[str, Any], where: str) -> Gradability:
    try:
        return Gradability(raw.get("gradability") or "")
    except ValueError:
        raise GradeError(f"{where}gradability", _("Say whether the picture can be graded.")) from None


def _cup_disc(raw: Mapping[str, Any], where: str) -> float | None:
    given = raw.get("cup_disc")
    if given in (None, ""):
        return None
    try:
        ratio = float(str(given).replace(",", "."))
    except ValueError:
        ratio = -1
    if not 0 <= ratio <= 1:
        raise GradeError(f"{where}cup_disc", _("Give the cup-disc ratio as a number from 0 to 1, such as 0.6."))
    return ratio


def _amd(raw: Mapping[str, Any], where: str) -> AMD | None:
    try:
        return AMD(raw["amd"]) if raw.get("amd") else None
    except ValueError:
        raise GradeError(f"{where}amd", _("Choose how far the macular degeneration has gone.")) from None


def eye_grade(raw: Mapping[str, Any], where: str = "") -> EyeGrade:
    """Read one eye's grade from a form or an API body. Raises GradeError naming the field to correct."""
    gradability = _gradability(raw, where)
    beside = {
        "other": bool(raw.get("other")), "glaucoma": bool(raw.get("glaucoma")), "cataract": bool(raw.get("cataract")),
        "cup_disc": _cup_disc(raw, where), "amd": _amd(raw, where),
    }  # fmt: skip
    if gradability is Gradability.UNGRADABLE:
        return EyeGrade(gradability, **beside)  # type: ignore[arg-type]
    try:
        icdr = ICDR(int(raw["icdr"]))
    except (KeyError, ValueError, TypeError):
        raise GradeError(f"{where}icdr", _("Choose the retinopathy grade, 0 to 4.")) from None
    try:
        dme = DME(raw.get("dme") or "")
    except ValueError:
        raise GradeError(f"{where}dme", _("Choose the macular oedema grade.")) from None
    return EyeGrade(gradability, icdr, dme, **beside)  # type: ignore[arg-type]


def _signs(raw: Mapping[str, Any], where: str) -> dict[Sign, tuple[Zone, ...]]:
    try:
        ticked = dict(raw.get("signs") or {})
        return {Sign(code): tuple(Zone(zone) for zone in zones) for code, zones in ticked.items()}
    except (ValueError, TypeError):
        raise GradeError(f"{where}signs", _("Choose the signs and their zones from the list.")) from None


def _recommendation(raw: Mapping[str, Any], where: str) -> Recommendation | None:
    try:
        return Recommendation(raw["recommendation"]) if raw.get("recommendation") else None
    except ValueError:
        raise GradeError(f"{where}recommendation", _("Choose what should happen next.")) from None


def chest_grade(raw: Mapping[str, Any], where: str = "") -> ChestGrade:
    """Read a film's grade from a form or an API body. Raises GradeError naming the field to correct."""
    gradability = _gradability(raw, where)
    beside = {
        "other_urgent": bool(raw.get("other_urgent")), "other": bool(raw.get("other")),
        "signs": _signs(raw, where), "said": _recommendation(raw, where),
    }  # fmt: skip
    tb = None
    if gradability is Gradability.GRADABLE:
        try:
            tb = TBLikelihood(raw.get("tb") or "")
        except ValueError:
            raise GradeError(f"{where}tb", _("Choose how likely tuberculosis is.")) from None
    grade = ChestGrade(gradability, tb, **beside)  # type: ignore[arg-type]
    if grade.said is Recommendation.NONE and grade.finding is not Finding.NORMAL:
        raise GradeError(
            f"{where}recommendation", _("This film is not normal: recommend a test, a new film or a clinic.")
        )
    return grade


def plain_grade(raw: Mapping[str, Any], where: str = "") -> PlainGrade:
    """Read the grade of any picture from a form or an API body. Raises GradeError naming the field to correct."""
    gradability = _gradability(raw, where)
    if gradability is Gradability.UNGRADABLE:
        return PlainGrade(gradability)
    try:
        return PlainGrade(gradability, Seen(raw.get("seen") or ""))
    except ValueError:
        raise GradeError(f"{where}seen", _("Say whether disease is seen, and how urgent it is.")) from None


SCALES: Mapping[Sheet, Callable[[Mapping[str, Any], str], Grade]] = {
    Sheet.EYE: eye_grade,
    Sheet.FILM: chest_grade,
    Sheet.PLAIN: plain_grade,
}


def grade_of(modality: str, raw: Mapping[str, Any], where: str = "") -> Grade:
    """One view's grade. Raises GradeError for an incomplete one."""
    return SCALES[MODALITIES[modality].sheet](raw, where)


def finding_of(modality: str, grades: Mapping[str, Mapping[str, Any]]) -> Finding:
    """The finding of a whole read: view code -> raw grade. Raises GradeError for an incomplete grade."""
    return worst([grade_of(modality, raw, f"{view}-").finding for view, raw in grades.items()])


def recommendation_of(modality: str, grades: Mapping[str, Mapping[str, Any]]) -> str:
    """What a read of a film recommends; "" for other pictures, where the finding says it. Raises GradeError."""
    read = [grade_of(modality, raw, f"{view}-") for view, raw in grades.items()]
    return next((grade.recommendation.value for grade in read if isinstance(grade, ChestGrade)), "")
