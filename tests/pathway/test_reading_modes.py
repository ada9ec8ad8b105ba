"""Four ways of showing the AI: who sees it when, by verb, page, API and picture; a blind reader meets no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from inference import blobs
from inference.models import Run
from screening.models import Consult, Programme
from screening.reading import desk
from tests import factories as make
from tests.cast import Cast
from tests.factories import MODERATE_EYE, NORMAL_EYE, both_eyes
from tests.screening.api_client import Api
from tests.screening.traces import SCORE, THRESHOLD, betrayed, reached, traces

pytestmark = pytest.mark.usefixtures("store")
SignIn = Callable[[User | None], Client]
PNG = b"\x89PNG a map"
MOMENTS = ("open", "impression", "first read", "disputed", "settling", "answered")
# Mode -> person -> whether the AI is shown at each of the moments.
TABLE = {
    "blind_first": {"olivia": "-+++++", "oscar": "---+++", "adele": "----++"},
    "ai_first": {"olivia": "++++++", "oscar": "++++++", "adele": "++++++"},
    "ai_second": {"olivia": "--++++", "oscar": "---+++", "adele": "---+++"},
    "ai_order": {"olivia": "------", "oscar": "------", "adele": "------"},
}


@pytest.fixture
def consult(cast: Cast) -> Consult:
    """Two readers and an adjudicator are needed; pictures, maps and measures are there to be found."""
    make.models(cast.eye, threshold=THRESHOLD)
    Programme.objects.update(reads_needed=2)
    cast.eye.refresh_from_db()
    return case(cast)


def case(cast: Cast) -> Consult:
    consult = make.referred(cast.eye, cast.north, score=SCORE)
    for image in consult.encounter.images.all():
        blobs.put(blobs.display(image.display_sha256), b"a picture")
        blobs.put(blobs.thumbnail(image.display_sha256), b"a small picture")
        for run in Run.objects.filter(display_sha256=image.display_sha256, model_version__purpose="finding"):
            blobs.put(blobs.heat(run.pk), PNG)
            Run.objects.filter(pk=run.pk).update(
                heat=blobs.heat(run.pk), measures={"heat_on_organ": 0.9123, "unusual": 0.2}
            )
    return consult


def use(cast: Cast, mode: str) -> None:
    Programme.objects.filter(pk=cast.eye.pk).update(reading_mode=mode)


def story(cast: Cast, consult: Consult) -> Iterator[str]:
    """One consult from open to answered: two readers disagree, the adjudicator settles it."""
    yield "open"
    for user, grade, moments in (
        (cast.olivia, NORMAL_EYE, ("impression", "first read")), (cast.oscar, MODERATE_EYE, ("", "disputed")),
        (cast.adele, MODERATE_EYE, ("settling", "answered")),
    ):  # fmt: skip
        mine = desk.claim(user, consult.pk)
        if desk.wants_impression(user, mine):
            desk.impression(user, mine, both_eyes(grade))
        if moments[0]:
            yield moments[0]
        desk.submit(user, mine, both_eyes(grade))
        yield moments[1]


def seen_by(user: User, consult: Consult, client: Client) -> dict[str, bool]:
    """Whether the AI can be seen, by each way there is."""
    consult = Consult.objects.select_related("encounter__programme", "decision").get(pk=consult.pk)
    images = list(consult.encounter.images.all())
    maps = [client.get(reverse("image_heat", args=[image.pk])).status_code for image in images]
    assert set(maps) in ({200}, {404})
    return {
        "verb": desk.ai_shown(user, consult),
        "API": "ai" in Api(user).get(f"referrals/{consult.pk}").json(),
        "heat map": maps[0] == 200,
    }


def page(client: Client, consult: Consult) -> str:
    return client.get(reverse("read", args=[consult.pk])).content.decode()


@pytest.mark.parametrize("mode", TABLE)
def test_who_sees_the_ai_and_when(cast: Cast, signed_in: SignIn, consult: Consult, mode: str) -> None:
    use(cast, mode)
    people: dict[str, User] = {name: getattr(cast, name) for name in TABLE[mode]}
    found = {name: "" for name in people}
    told: list[str] = []
    for moment in story(cast, consult):
        told.append(moment)
        for name, user in people.items():
            client = signed_in(user)
            ways = seen_by(user, consult, client)
            assert len(set(ways.values())) == 1, f"{name}, {moment}: {ways}"
            on_page = bool(betrayed(page(client, consult), traces(consult)))
            assert ways["verb"] or not on_page, f"{name}, {moment}: the page says more than the rule"
            found[name] += "+" if ways["verb"] else "-"
    assert tuple(told) == MOMENTS
    assert found == TABLE[mode]


@pytest.mark.parametrize(("mode", "shown"), [("blind_first", False), ("ai_first", True), ("ai_second", False),
                                             ("ai_order", False)])  # fmt: skip
def test_the_sheet_shows_the_ai_only_where_it_may(
    cast: Cast, signed_in: SignIn, consult: Consult, mode: str, shown: bool
) -> None:
    use(cast, mode)
    desk.claim(cast.olivia, consult.pk)
    assert bool(betrayed(page(signed_in(cast.olivia), consult), traces(consult))) is shown


@pytest.mark.parametrize(
    ("mode", "impression", "final"),
    [("blind_first", 200, 409), ("ai_first", 409, 200), ("ai_second", 409, 200), ("ai_order", 409, 200)],
)
def test_each_mode_asks_for_its_own_first_step(
    cast: Cast, consult: Consult, mode: str, impression: int, final: int
) -> None:
    use(cast, mode)
    api, body = Api(cast.olivia), {"grades": both_eyes(NORMAL_EYE)}
    assert api.post(f"referrals/{consult.pk}/claim").status_code == 200
    first, last = (api.post(f"referrals/{consult.pk}/{step}", body) for step in ("reads", "impression"))
    assert (first.status_code // 100, last.status_code // 100) == (final // 100, impression // 100)


def found_in(answers: list[tuple[str, str]], said: set[str]) -> dict[str, set[str]]:
    return {asked: found for asked, payload in answers if (found := betrayed(asked + payload, said))}


@pytest.mark.parametrize("mode", ["blind_first", "ai_second", "ai_order"])
def test_no_address_a_blind_reader_can_reach_tells_of_the_ai(
    cast: Cast, signed_in: SignIn, consult: Consult, mode: str
) -> None:
    """Every route of the url conf with the case's ids in it, whatever the answers lead to, and what the page posts."""
    use(cast, mode)
    case(cast)  # another, for the worklist to hold and for the page to fetch in advance
    desk.claim(cast.olivia, consult.pk)
    answers = list(reached(signed_in(cast.olivia), consult, "diabetic-eye"))
    asked = [asked for asked, _payload in answers]
    answered = {line.split()[1] for line in asked if line.endswith(" 200")}
    for must in ("/worklist/", f"/referrals/{consult.pk}/", f"/api/v1/referrals/{consult.pk}", "/api/v1/worklist"):
        assert must in answered, "the walk has to come by the pages that matter"
    assert any(path.endswith("display.jpg") for path in answered)
    assert f"POST {reverse('keep_ready', args=[consult.pk])} 200" in asked
    said = {path: found - own_question(path, found) for path, found in found_in(answers, traces(consult)).items()}
    assert not {path: found for path, found in said.items() if found}


def own_question(asked: str, found: set[str]) -> set[str]:
    """The walk itself asks for heat maps, which are refused: that is its own word, not the product's."""
    return {word for word in found if word in asked and asked.endswith("404")}


def test_the_same_walk_finds_the_ai_once_it_may_be_seen(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    use(cast, "blind_first")
    desk.impression(cast.olivia, desk.claim(cast.olivia, consult.pk), both_eyes(NORMAL_EYE))
    found = found_in(list(reached(signed_in(cast.olivia), consult, "diabetic-eye")), traces(consult))
    everything: set[Any] = set().union(*found.values())
    assert {str(SCORE), str(THRESHOLD), "What the AI found"} <= everything
    assert traces(consult) - everything <= {str(run.pk) for run in Run.objects.all()} | {
        blobs.heat(run.pk) for run in Run.objects.all()
    } | {str(point) for point in points(consult)}, "names that stay inside the house"


def points(consult: Consult) -> list[str]:
    return list(consult.decision.evidence["operating_points"])
