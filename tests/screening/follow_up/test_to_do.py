"""What is to do stays until it is done: a photo missing again, a consult nobody asked about, an urgent answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from screening.figures import counted_visits, report
from screening.follow_up import ask, to_do
from screening.models import Encounter, FollowUp, IdentityAlert, IdentityAnswer, Image, SetAside
from screening.paper import slip
from screening.reading import desk
from screening.triage.decide import triage
from screening.upkeep import fsck
from screening.visit import pictures
from screening.visit.hand_in import hand_in
from tests import factories as make
from tests.cast import Cast
from tests.screening.api_client import Api

DAY = timedelta(days=1)


@pytest.fixture
def amina(cast: Cast, signed_in: Any) -> Client:
    make.models(cast.eye)
    return signed_in(cast.amina)


def of_kind(user: Any, kind: str) -> list[to_do.Errand]:
    return [errand for errand in to_do.of(user) if errand.kind == kind]


def page(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def stripped(cast: Cast, amina: Client) -> Encounter:
    """Handed in while it was open whose photo the left eye's is; then somebody said: not hers."""
    elsewhere = make.pictured(make.visit(cast.eye, cast.north), "OS")
    encounter = make.visit(cast.eye, cast.north)
    make.pictured(encounter, "OD")
    left = make.pictured(encounter, "OS")
    pictures._alert(left, elsewhere, IdentityAlert.Kind.TWO_PATIENTS)
    hand_in(cast.amina, encounter)
    triage(encounter.pk)
    pictures.answer_alert(cast.amina, IdentityAlert.objects.get(image=left), IdentityAnswer.Says.WRONG)
    triage(encounter.pk)
    return Encounter.objects.with_standing().get(pk=encounter.pk)


def test_a_photo_missing_again_is_a_thing_to_do_for_the_site(cast: Cast, stripped: Encounter) -> None:
    for person in (cast.amina, cast.samuel):
        (found,) = of_kind(person, "missing")
        assert (found.encounter, found.views) == (stripped.pk, ["OS"])
        assert "left eye" in found.detail
    assert not of_kind(cast.benjamin, "missing")
    told = Api(cast.amina).get("tasks").json()["tasks"]
    assert [one["views"] for one in told if one["kind"] == "missing"] == [["OS"]]


def test_the_page_has_the_way_on_and_the_photo_alone_is_enough(cast: Cast, stripped: Encounter, amina: Client) -> None:
    shown = page(amina, "encounter", stripped.pk)
    assert "Not finished" not in shown and "then hand in" not in shown
    assert "A photo is missing" in shown and "Still missing: left eye (OS)." in shown
    assert "Take photo" in shown.split('id="label-OS"')[1].split("<details")[0]
    assert 'aria-current="step">Photos' in shown
    make.pictured(stripped, "OS")
    assert triage(stripped.pk).action == "recall"
    assert not of_kind(cast.amina, "missing")


def test_managers_count_a_photo_missing_again(cast: Cast, stripped: Encounter) -> None:
    counted = report.report(
        counted_visits.visits(cast.samuel, cast.eye, counted_visits.Period.latest()), tuple(cast.eye.views)
    )
    assert [v.pk for v in counted.behind("photo_missing")] == [stripped.pk]
    assert not counted.behind("undecided")
    assert "photo_missing" in report.WATCH
    assert not [f for f in fsck.audit(hashes=False) if f.code == "lost"]


def test_a_consult_whose_other_photo_was_set_aside_still_wants_it(cast: Cast, amina: Client) -> None:
    encounter = make.referred(cast.eye, cast.north).encounter
    pictures.set_aside(cast.amina, encounter.images.get(view="OS"), SetAside.Why.MISTAKE)
    triage(encounter.pk)
    assert [e.views for e in of_kind(cast.amina, "missing")] == [["OS"]]
    assert "Still missing: left eye (OS)." in page(amina, "encounter", encounter.pk)


def test_the_slip_says_that_a_photo_is_missing(cast: Cast, amina: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    line = slip.Pen.line
    monkeypatch.setattr(
        slip.Pen, "line", lambda pen, text, *a, **k: (written.append(str(text)), line(pen, text, *a, **k))
    )
    encounter = make.referred(cast.eye, cast.north).encounter
    assert "Still missing" not in page(amina, "slip", encounter.pk)
    pictures.set_aside(cast.amina, encounter.images.get(view="OS"), SetAside.Why.MISTAKE)
    triage(encounter.pk)
    assert "Still missing: left eye (OS)." in page(amina, "slip", encounter.pk)
    assert amina.get(reverse("slip_pdf", args=[encounter.pk])).status_code == 200
    assert "Still missing: left eye (OS)." in written


def test_looking_at_a_consult_is_not_doing_it(cast: Cast, amina: Client) -> None:
    encounter = make.referred(cast.eye, cast.north).encounter
    (before,) = of_kind(cast.amina, "referred")
    amina.post(reverse("seen", args=[encounter.pk]))
    (after,) = of_kind(cast.amina, "referred")
    assert after == before and after.due_at
    assert "Ask on" in after.detail
    assert encounter.patient.name in page(amina, "patients")
    with time_machine.travel(timezone.now() + 8 * DAY):
        assert not of_kind(cast.amina, "referred") and of_kind(cast.amina, "follow_up")


@pytest.mark.parametrize("answer", list(FollowUp.Answer))
def test_a_consult_asked_about_is_no_longer_news(cast: Cast, amina: Client, answer: FollowUp.Answer) -> None:
    encounter = make.referred(cast.eye, cast.north).encounter
    fresh = Encounter.objects.with_standing().get(pk=encounter.pk)
    ask.record_follow_up(cast.amina, fresh, answer)
    assert not of_kind(cast.amina, "referred")


def test_what_waits_for_its_day_stands_below_what_is_due(cast: Cast, amina: Client) -> None:
    make.referred(cast.eye, cast.north)
    blurred = make.visit(cast.eye, cast.north)
    make.pictured(blurred, "OD", gradable=False)
    make.pictured(blurred, "OS")
    triage(blurred.pk)
    assert [errand.kind for errand in to_do.of(cast.amina)] == ["retake", "referred"]


def test_nothing_to_do_is_cut_off_the_page(cast: Cast, amina: Client) -> None:
    names = [make.referred(cast.eye, cast.north).encounter.pk for _ in range(14)]
    shown = page(amina, "patients")
    section = shown.split('aria-labelledby="news"')[1].split("</section>")[0]
    assert all(str(pk) in section for pk in names)
    assert "2 more" in section


def answered(cast: Cast, encounter: Encounter, *views: str) -> None:
    """A specialist sees proliferative disease in these views (both, unless said otherwise); no other can be graded."""
    grades = make.both_eyes(make.UNGRADABLE_EYE) | dict.fromkeys(views or ("OD", "OS"), make.PROLIFERATIVE_EYE)
    desk.impression(cast.olivia, encounter.consult, grades)
    desk.submit(cast.olivia, encounter.consult, grades, "")


def test_an_urgent_answer_stands_first_and_is_marked(cast: Cast, amina: Client) -> None:
    danger = make.visit(cast.eye, cast.north, answers={"sudden_loss": "yes"})
    make.handed_in(danger, 0.9, 0.1)
    urgent = make.referred(cast.eye, cast.north).encounter
    answered(cast, urgent)
    first, second, *_rest = to_do.of(cast.amina)
    assert (first.kind, first.encounter, first.urgent) == ("answered", urgent.pk, True)
    assert (second.kind, second.encounter, second.urgent) == ("referred", danger.pk, True)
    assert first.detail == "Refer urgently"
    section = page(amina, "patients").split('aria-labelledby="news"')[1].split("</section>")[0]
    item = section.split(str(urgent.pk))[1].split("</li>")[0]
    assert "badge tone-urgent" in item
    amina.post(reverse("seen", args=[urgent.pk]))
    assert urgent.pk in [e.encounter for e in of_kind(cast.amina, "referred") if e.urgent]


def test_the_answer_stands_above_the_question_whose_photo_it_is(cast: Cast, amina: Client) -> None:
    encounter = make.referred(cast.eye, cast.north).encounter
    other = make.pictured(make.visit(cast.eye, cast.north), "OS")
    pictures._alert(Image.objects.get(encounter=encounter, view="OS"), other, IdentityAlert.Kind.TWO_PATIENTS)
    answered(cast, encounter)
    shown = page(amina, "encounter", encounter.pk)
    assert shown.index("Refer urgently") < shown.index("The same photo stands under another patient")


def test_an_urgent_answer_to_a_visit_that_goes_on_lets_it_be_finished(cast: Cast, amina: Client) -> None:
    encounter = make.visit(cast.eye, cast.north, answers={"sudden_loss": "yes"})
    make.pictured(encounter, "OD", 0.9)
    triage(encounter.pk)
    assert "photo is still missing" in page(amina, "encounter", encounter.pk)
    encounter.refresh_from_db()
    answered(cast, encounter, "OD")
    shown = page(amina, "encounter", encounter.pk)
    assert "A specialist has looked" in shown
    for way_on in ("a photo is still missing below", "Hand in", "Change the answers"):
        assert way_on in shown
    assert "Answered without a photo of: left eye (OS)." in page(amina, "slip", encounter.pk)
    offers = page(amina, "patient", encounter.patient_id)
    assert reverse("encounter", args=[encounter.pk]) in offers, "and it is offered to go on with"


def test_a_visit_that_waits_for_nothing_is_not_looked_at(
    cast: Cast, amina: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every visit waited once, and there are ever more of them: the list costs what is on it."""
    settled = make.visit(cast.eye, cast.north)
    triage(settled.pk)
    assert triage(make.handed_in(settled).pk).action == "recall"
    assert settled.decisions.filter(action="wait").exists()
    looked: list[Encounter] = []
    real = to_do.sentences.stand
    monkeypatch.setattr(to_do.sentences, "stand", lambda encounter: looked.append(encounter) or real(encounter))
    assert to_do.of(cast.amina) == []
    assert looked == []
