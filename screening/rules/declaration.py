"""What a modality is: everything the product knows of one kind of picture, as data. Pure.

A third organ is one `Modality` in the registry (`modality.MODALITIES`) and a model pack. Nothing else asks which organ
it is: pages, phone, API and rules read the declaration. Texts are as the catalogues have them; whoever shows one
translates it. What is left out has a wording that fits any picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from screening.rules.texts import untranslated as _


class Side(StrEnum):
    """A side of the patient, as DICOM's Laterality says it."""

    RIGHT = "R"
    LEFT = "L"


class Sheet(StrEnum):
    """What a reader grades a picture on: a scale of `grades`. `PLAIN` fits every organ."""

    EYE = "eye"
    FILM = "film"
    PLAIN = "plain"


class Tool(StrEnum):
    """What the reading desk offers for some pictures only. The codes are those of the desk's scripts."""

    RED_FREE = "redfree"
    WINDOWS = "windows"  # on all the levels of a film
    CUP_DISC = "disc"
    HEART_CHEST = "heart"


class Judge(StrEnum):
    """What a phone measures of a photo before it is sent. The codes are those of its scripts; `LIGHT` fits all."""

    EYE = "eye"  # the lit disc of a retina
    FILM = "film"
    LIGHT = "light"


@dataclass(frozen=True)
class View:
    """What a picture shows. `name` as it stands in a sentence, `short` on a button beside the other side's."""

    code: str
    name: str
    short: str = ""
    side: Side | None = None


@dataclass(frozen=True)
class CaptureClass:
    """How a picture came to be. An operating point measured on one is never used on another.

    `by_file`: only the file itself can say so; nobody chooses it.
    """

    code: str
    name: str
    by_file: bool = False


@dataclass(frozen=True)
class Dicom:
    """Which DICOM files show this: values of their Modality. `capture_class` is what such a file gets."""

    modalities: frozenset[str]
    capture_class: str


@dataclass(frozen=True)
class Question:
    """One question of the questionnaire. `kind`: "yes_no", "number" or "choice".

    `to_reader` are the answers after which a clear photo alone sends nobody home. `told` says in a sentence what a
    symptom or a danger sign is, `beyond` why the answer is for a reader.
    """

    code: str
    text: str
    kind: str = "yes_no"
    symptom: bool = False
    danger: bool = False
    choices: tuple[tuple[str, str], ...] = field(default=())
    low: float = 0
    high: float = 0
    to_reader: tuple[object, ...] = ()
    told: str = ""
    beyond: str = ""


ALL_NORMAL = _("all normal")


@dataclass(frozen=True)
class Sentences:
    """Whole sentences that name the organ or what is done next. `%(views)s` may stand in the first two.

    `seen`: what the AI found, for the field worker; `suspected`: the same for the reader; `referable`: what the
    specialist saw; `sooner`: with what to come back before the recall date; `done`: what was done, for the patient;
    `other_side`, `other_view`: the file, or the photo, shows another view; `twin`: it was taken for another one before;
    `by_file`: how a file says its capture class; `on_organ`, `off_organ`: how much of a heat map lies where it should;
    `normal`: the reader's button for "all views are normal".
    """

    seen: str = _("There are signs of disease in the photo: %(views)s.")
    suspected: str = _("The AI found signs of disease: %(views)s.")
    referable: str = _("The specialist saw signs of disease that need treatment or a closer look.")
    sooner: str = _("new complaints")
    done: str = _("A picture was taken. It does not hurt and leaves no trace.")
    other_side: str = _("The file says it is the other side. Choose the right file, or hand it in for the other side.")
    other_view: str = _("It shows something else")
    twin: str = _("You have this photo under another view already.")
    by_file: str = _("A DICOM file says itself how it was taken.")
    on_organ: str = _("%(n)d %% of the heat map lies on the organ.")
    off_organ: str = _("Only %(n)d %% of the heat map lies on the organ: do not rely on it.")
    normal: str = ALL_NORMAL


@dataclass(frozen=True)
class Look:
    """How it is drawn. `icon`: of the icon set; `pictogram`: in img/pictograms.svg; `symbols`: prefix in img/wrong.svg.

    `figure`: the phone's little drawing of where the view is; `frame`: what to aim at, "round" or "square"; `judge`: by
    what the phone tells at once that a photo must be taken again.
    """

    icon: str = "stethoscope"
    pictogram: str = ""
    symbols: str = ""
    figure: str = ""
    frame: str = "square"
    aim: str = _("Fill the frame. Hold still.")
    tools: tuple[Tool, ...] = ()
    judge: Judge = Judge.LIGHT

    def symbol(self, fault: str) -> str:
        """The pictogram of what a reader finds wrong; "" where none is drawn."""
        return f"{self.symbols}-{fault}" if self.symbols else ""


# Why a picture of any kind cannot be graded, as the gates of `inference` say it; the last stands for all others.
UNGRADABLE: Mapping[str, str] = {
    "blurred": _("it is blurred"),
    "too_dark": _("it is too dark"),
    "too_bright": _("it is too bright"),
    "glare": _("light is reflected in it"),
    "field_cut_off": _("part of it is cut off"),
    "too_small": _("it is too small"),
    "ungradable": _("it is not clear enough"),
}
RETAKE: Mapping[str, str] = {
    "blurred": _("Clean the lens, hold still, focus again."),
    "too_dark": _("Make it lighter, or turn up the flash."),
    "too_bright": _("Turn down the flash, or move back a little."),
    "glare": _("Tilt a little, and keep lamps and windows out of the picture."),
    "field_cut_off": _("Move back until all of it is in the picture."),
    "too_small": _("Move closer, or choose the full-size photo."),
    "ungradable": _("Clean the lens, hold still and take it again."),
}
WRONG: Mapping[str, str] = {
    "blurred": _("blurred"),
    "too_dark": _("too dark"),
    "too_bright": _("too bright"),
    "glare": _("light reflected"),
    "field_cut_off": _("part cut off"),
}
UNOBTAINABLE: Mapping[str, str] = {
    "cannot_sit": _("The patient cannot keep still"),
    "refused": _("The patient does not want it"),
}


@dataclass(frozen=True)
class Modality:
    """One kind of picture. Where a mapping of reasons has a common one above, only its own are declared.

    `unobtainable`: why a view cannot be photographed; `ungradable`, `retake`: why a picture cannot be graded and how to
    take a better one; `wrong`: what a reader finds wrong with it; `advice`: standard sentences to the patient. All are
    code to text, and the codes are stored. `organ`: where a heat map should lie.
    """

    code: str
    name: str
    views: tuple[View, ...]
    capture_classes: tuple[CaptureClass, ...]
    dicom: Dicom | None = None
    questions: tuple[Question, ...] = ()
    sheet: Sheet = Sheet.PLAIN
    unobtainable: Mapping[str, str] = field(default_factory=dict)
    ungradable: Mapping[str, str] = field(default_factory=dict)
    retake: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    advice: Mapping[str, str] = field(default_factory=dict)
    organ: str = "organ"
    says: Sentences = Sentences()
    look: Look = Look()

    def view(self, code: str) -> View:
        """The view of this code. Raises KeyError for one of another modality."""
        return {view.code: view for view in self.views}[code]

    @property
    def view_codes(self) -> tuple[str, ...]:
        return tuple(view.code for view in self.views)

    @property
    def class_codes(self) -> tuple[str, ...]:
        return tuple(kind.code for kind in self.capture_classes)

    @property
    def photo_classes(self) -> tuple[CaptureClass, ...]:
        """What one may choose for a picture that does not say itself how it was taken."""
        return tuple(kind for kind in self.capture_classes if not kind.by_file)

    @property
    def excuses(self) -> Mapping[str, str]:
        """Why a view cannot be photographed, in the order offered."""
        return {**self.unobtainable, **UNOBTAINABLE}

    @property
    def faults(self) -> Mapping[str, str]:
        """What a reader may find wrong with a picture, in the order offered."""
        return {**WRONG, **self.wrong}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason for which a picture of this kind is turned down."""
        return (*self.ungradable, *UNGRADABLE)

    def what_is_wrong(self, reason: str) -> str:
        """Why a picture cannot be graded."""
        return self.ungradable.get(reason) or UNGRADABLE.get(reason, UNGRADABLE["ungradable"])

    def how_to_retake(self, reason: str) -> str:
        """How to take a better one."""
        known = {**RETAKE, **self.retake}
        return known.get(reason, known["ungradable"])
