"""The demonstration's practice: drawn cases with a known truth, an exam per programme and a reader study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from inference import drawing
from inference.drawing.dicom import synthetic_dicom
from screening.models import Certificate, Programme, Sex, Study, TestCase, TestSet
from screening.readers import exams, test_case
from screening.reading import desk
from screening.rules.accuracy import SENT_ON
from screening.rules.grades import Finding

LEADS = {"diabetic-eye": "adele", "tb-chest": "ravi"}
SOURCE = "Drawn so: no patient ever sat for it"
SIZE = 768  # half the work of the demonstration's patients
SEED = 7000
NONE, RIGHT, WRONG = TestCase.Suggestion.NONE, TestCase.Suggestion.RIGHT, TestCase.Suggestion.WRONG


@dataclass(frozen=True)
class Case:
    """`eyes`: retinopathy grade drawn in the right and the left eye, None where it is blurred; `film`: the opacity."""

    age: int
    sex: Sex
    suggestion: TestCase.Suggestion = NONE
    eyes: tuple[int | None, ...] = ()
    film: str | None = None


EYES = [
    Case(58, Sex.FEMALE, NONE, (0, 0)), Case(66, Sex.MALE, WRONG, (3, 2)), Case(49, Sex.FEMALE, RIGHT, (0, 1)),
    Case(71, Sex.MALE, NONE, (4, 3)), Case(63, Sex.FEMALE, NONE, (0, None)),
]  # fmt: skip
FILMS = [
    Case(34, Sex.MALE, NONE, film="none"), Case(52, Sex.FEMALE, WRONG, film="cavity"),
    Case(45, Sex.MALE, RIGHT, film="none"), Case(29, Sex.FEMALE, NONE, film="infiltrate"),
]  # fmt: skip


def ensure(draw: Callable[[Any], bytes], say: Callable[[str], object]) -> None:
    """Make the practice sets once. `draw` makes a marked JPEG of RGB pixels. What readers did with them stays."""
    eyes = _set("diabetic-eye", "Practice: drawn eyes", EYES, draw, say)
    films = _set("tb-chest", "Practice: drawn films", FILMS, draw, say)
    study, new = Study.objects.get_or_create(
        name="Practice study: eyes with and without the AI", defaults={"test_set": eyes, "made_by": eyes.made_by}
    )
    if new:
        study.readers.set(User.objects.filter(username__in=("olivia", "oscar")))
    for username, one in (("oscar", eyes), ("rafael", films)):
        if not one.sittings.filter(reader__username=username).exclude(finished_at=None).exists():
            _sat(User.objects.get(username=username), one)


def _set(
    code: str, name: str, cases: list[Case], draw: Callable[[Any], bytes], say: Callable[[str], object]
) -> TestSet:
    """The set, offered once it is whole: a start that was cut short is gone on with."""
    programme, lead = Programme.objects.get(code=code), User.objects.get(username=LEADS[code])
    made, new = TestSet.objects.get_or_create(
        programme=programme, name=name, defaults={"made_by": lead, "offered": False}
    )
    if new:
        Certificate.objects.filter(programme=programme, reader=lead).update(leads_quality=True)
    left = range(made.cases.count() + 1, len(cases) + 1)
    if left:
        say(f"Drawing practice cases for {programme.name} …")
        for number in left:
            _case(made, number, cases[number - 1], draw)
        TestSet.objects.filter(pk=made.pk).update(offered=True)
    return made


def _case(made: TestSet, number: int, one: Case, draw: Callable[[Any], bytes]) -> None:
    case = TestCase(
        test_set=made, number=number, age=one.age, sex=one.sex, source=SOURCE, suggestion=one.suggestion, drawn=True
    )
    views, seed = made.programme.views, SEED + 10 * number
    truth = dict(zip(views, [_eye(grade) for grade in one.eyes] or [_film(one.film)], strict=True))
    pictures = _eyes(seed, one, views, draw) if one.eyes else {views[0]: _dicom(seed, one.film)}
    test_case.add(made.made_by, case, truth, pictures, "fundus_tabletop" if one.eyes else "")


def _eye(grade: int | None) -> dict[str, Any]:
    if grade is None:
        return {"gradability": "ungradable"}
    return {"gradability": "gradable", "icdr": str(grade), "dme": "none"}


def _film(opacity: str | None) -> dict[str, Any]:
    return {"gradability": "gradable", "tb": "unlikely" if opacity == "none" else "likely"}


def _eyes(seed: int, one: Case, views: list[str], draw: Callable[[Any], bytes]) -> dict[str, bytes]:
    found = {}
    for at, (view, grade) in enumerate(zip(views, one.eyes, strict=True)):
        quality = "blurred" if grade is None else "good"
        side = "RL"[at]
        found[view] = draw(
            drawing.draw_fundus(seed + at, laterality=side, lesions=grade or 0, quality=quality, size=SIZE)
        )
    return found


def _dicom(seed: int, opacity: str | None) -> bytes:
    film = drawing.draw_chest(seed, opacity=None if opacity == "none" else opacity, size=SIZE)
    return synthetic_dicom(drawing.mark_synthetic(film))


def _sat(reader: User, one: TestSet) -> None:
    """A colleague has sat the exam: right throughout, but for going over to the AI where it was made to be wrong."""
    sitting = exams.start(reader, one)
    for given in list(exams.unread(sitting.given_cases)):
        case, mine = given.case, desk.claim(reader, given.consult_id)
        if desk.wants_impression(reader, mine):
            desk.impression(reader, mine, case.truth)
        misled = case.suggestion == WRONG and desk.ai_shown(reader, mine) and Finding(case.finding) in SENT_ON
        desk.submit(reader, mine, _cleared(case) if misled else case.truth)


def _cleared(case: TestCase) -> dict[str, Any]:
    return {view: _eye(0) if "icdr" in grade else _film("none") for view, grade in case.truth.items()}
