"""The reader's desk: what the worklist shows, blind reading, the order of reads, races, and who answers in the end."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from screening.models import Certificate, Consult, Draft, Notice, Outcome, Programme, Read
from screening.models.programme import ReadingMode
from screening.triage.decide import triage
from screening.visit.answers import mark_unobtainable
from screening.visit.hand_in import hand_in
from tests import factories
from tests.cast import Cast
from tests.factories import LIKELY_CHEST, MODERATE_EYE, NORMAL_EYE, PROLIFERATIVE_EYE, UNGRADABLE_EYE, both_eyes
from tests.screening.desk import form, post

SignIn = Callable[[User | None], Client]
HTMX = {"HX-Request": "true"}
SCORE = 0.8317


@pytest.fixture
def consult(cast: Cast) -> Consult:
    """An eye consult at the north site: the model found disease in the right eye."""
    factories.models(cast.eye, threshold=0.4271)
    return factories.referred(cast.eye, cast.north, score=SCORE)


def page(client: Client, consult: Consult) -> str:
    return client.get(reverse("read", args=[consult.pk])).content.decode()


def read_through(client: Client, consult: Consult, grade: dict[str, str], advice: str = "") -> HttpResponse:
    """Claim, first impression, final read."""
    post(client, "claim", consult)
    data = form({view: grade for view in consult.encounter.programme.views}, advice)
    post(client, "impression", consult, data)
    answer: HttpResponse = post(client, "final_read", consult, data)
    consult.refresh_from_db()
    return answer


def ai_first(programme: Programme) -> None:
    Programme.objects.filter(pk=programme.pk).update(reading_mode=ReadingMode.AI_FIRST)


def says_nothing_of_the_ai(text: str) -> bool:
    told = ("0.83", "0.43", "AI", "heat", "threshold", "fundus-finding", "fundus-gate", "signs of disease")
    return not [word for word in told if word in without_chance(text)]


def without_chance(text: str) -> str:
    """The page without random ids, tokens and pseudonyms, in which any two letters may stand together by chance."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|P-[0-9A-F]{8}", "", text)
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"|\d\d:\d\d', "", text)


# --- the worklist


def test_the_worklist_lists_most_urgent_first_under_a_pseudonym(cast: Cast, signed_in: SignIn) -> None:
    factories.models(cast.eye)
    routine = factories.referred(cast.eye)
    urgent = factories.referred(cast.eye, answers={"sudden_loss": "yes"})
    text = signed_in(cast.olivia).get(reverse("worklist")).content.decode()
    patients = [r.encounter.patient for r in (urgent, routine)]
    assert text.index(patients[0].pseudonym) < text.index(patients[1].pseudonym)
    assert not [p for p in patients if p.name in text]
    assert "Danger sign: sudden loss of sight." in text


def test_overdue_is_said(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    Consult.objects.update(due_at=timezone.now() - timedelta(hours=30))
    assert "overdue by" in signed_in(cast.olivia).get(reverse("worklist")).content.decode()


def test_the_worklist_does_not_betray_what_the_ai_found(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    Programme.objects.filter(pk=cast.eye.pk).update(human_reads_all=True)
    cast.eye.refresh_from_db()
    negative = factories.referred(cast.eye, cast.north, score=0.01)
    assert (consult.priority, negative.priority) == ("refer", "review")
    rows = signed_in(cast.olivia).get(reverse("worklist")).context["rows"]
    assert len({(row.badge, row.reason) for row in rows}) == 1
    assert says_nothing_of_the_ai(signed_in(cast.olivia).get(reverse("worklist")).content.decode())


def test_where_the_ai_comes_first_the_worklist_says_why(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    ai_first(cast.eye)
    text = signed_in(cast.olivia).get(reverse("worklist")).content.decode()
    assert "The AI found signs of disease: right eye (OD)." in text


def test_the_worklist_is_cut_to_one_programme(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    Certificate.objects.create(programme=cast.chest, reader=cast.olivia)
    factories.models(cast.chest)
    film = factories.referred(cast.chest)
    client = signed_in(cast.olivia)
    assert len(client.get(reverse("worklist")).context["rows"]) == 2
    rows = client.get(reverse("worklist"), {"programme": "tb-chest"}).context["rows"]
    assert [row.consult for row in rows] == [film]
    assert client.get(reverse("worklist"), {"programme": "nonsense"}).status_code == 200


def test_a_long_worklist_takes_a_fixed_number_of_queries(
    cast: Cast, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    factories.models(cast.eye)
    for _n in range(6):
        factories.referred(cast.eye)
    client = signed_in(cast.olivia)
    with django_assert_max_num_queries(20):
        assert len(client.get(reverse("worklist")).context["rows"]) == 6


def test_take_the_next_claims_the_most_urgent_and_comes_back_to_it(cast: Cast, signed_in: SignIn) -> None:
    factories.models(cast.eye)
    factories.referred(cast.eye)
    urgent = factories.referred(cast.eye, answers={"sudden_loss": "yes"})
    client = signed_in(cast.olivia)
    for _n in range(2):
        assert client.post(reverse("take_next"))["Location"] == reverse("read", args=[urgent.pk])
    urgent.refresh_from_db()
    assert urgent.held_by(cast.olivia)
    assert AuditEvent.objects.filter(verb="referral.claim").count() == 1


def test_two_readers_never_take_the_same_next(cast: Cast, signed_in: SignIn) -> None:
    factories.models(cast.eye)
    for _n in range(2):
        factories.referred(cast.eye)
    taken = {signed_in(who).post(reverse("take_next"))["Location"] for who in (cast.olivia, cast.oscar)}
    assert len(taken) == 2
    assert signed_in(cast.adele).post(reverse("take_next"))["Location"] == reverse("worklist")


def test_opening_a_page_claims_nothing(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    assert "Take this consult" in page(client, consult)
    for name in ("take_next",):
        assert client.get(reverse(name)).status_code == 405
    for name in ("claim", "release", "draft", "impression", "final_read"):
        assert client.get(reverse(name, args=[consult.pk])).status_code == 405
    consult.refresh_from_db()
    assert consult.claimed_by is None


# --- who may


@pytest.mark.parametrize("name", ["read", "claim", "release", "draft", "impression", "final_read"])
def test_not_theirs_is_the_same_answer_as_not_there(name: str, cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.rania)  # a reader here, without a certificate for this programme
    send = client.get if name == "read" else client.post
    theirs, unknown = (send(reverse(name, args=[pk])) for pk in (consult.pk, uuid.uuid4()))
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.content == unknown.content


@pytest.mark.parametrize("who", ["amina", "samuel", "maya", "tessa", "gateway", "stranger"])
def test_only_readers_have_a_desk(who: str, cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.people[who])
    assert client.get(reverse("worklist")).status_code == 403
    assert client.get(reverse("read", args=[consult.pk])).status_code == 403
    assert post(client, "final_read", consult).status_code == 403


def test_a_reader_of_another_site_does_not_see_it(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    cast.olivia.memberships.filter(site=cast.north).delete()
    client = signed_in(cast.olivia)
    assert client.get(reverse("read", args=[consult.pk])).status_code == 404
    assert client.get(reverse("worklist")).context["rows"] == []


# --- blind first


def test_before_the_first_impression_nothing_says_what_the_ai_found(
    cast: Cast, signed_in: SignIn, consult: Consult
) -> None:
    client = signed_in(cast.olivia)
    assert says_nothing_of_the_ai(page(client, consult))
    post(client, "claim", consult)
    assert says_nothing_of_the_ai(page(client, consult))
    draft = post(client, "draft", consult, form(both_eyes(NORMAL_EYE)), headers=HTMX)
    assert says_nothing_of_the_ai(draft.content.decode())
    wrong = post(client, "impression", consult, form({"OD": NORMAL_EYE}), headers=HTMX)
    assert wrong.status_code == 422
    assert says_nothing_of_the_ai(wrong.content.decode())


def test_after_the_first_impression_the_ai_is_shown_with_its_limits(
    cast: Cast, signed_in: SignIn, consult: Consult
) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    answer = post(client, "impression", consult, form(both_eyes(NORMAL_EYE)), headers=HTMX)
    text = answer.content.decode()
    assert "<html" not in text
    for words in ("0.83", "0.43", "Far above the threshold.", "Far below the threshold.", "93 %", "at least 90 %",
                  "170 diseased", "fundus-finding", "can be graded"):  # fmt: skip
        assert words in text, words
    assert says_nothing_of_the_ai(page(signed_in(cast.oscar), consult)), "another reader is still blind"


def test_a_final_read_without_a_first_impression_is_refused(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    answer = post(client, "final_read", consult, form(both_eyes(MODERATE_EYE)))
    assert answer.status_code == 409
    assert "first impression" in answer.content.decode()
    assert says_nothing_of_the_ai(answer.content.decode())
    assert not Read.objects.exists()


def test_where_the_ai_comes_first_there_is_no_blind_impression(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    ai_first(cast.eye)
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    assert "What the AI found" in page(client, consult)
    assert post(client, "impression", consult, form(both_eyes(NORMAL_EYE))).status_code == 409
    post(client, "final_read", consult, form(both_eyes(MODERATE_EYE)))
    assert [(r.stage, r.ai_shown) for r in Read.objects.all()] == [("final", True)]


def test_the_record_says_whether_the_ai_was_shown(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    read_through(signed_in(cast.olivia), consult, MODERATE_EYE)
    assert [(r.stage, r.ai_shown) for r in Read.objects.order_by("read_at")] == [("impression", False), ("final", True)]


# --- grades, drafts, claims


@pytest.mark.parametrize(
    ("grades", "field"),
    [
        ({"OS": NORMAL_EYE}, "OD-gradability"),
        ({"OD": NORMAL_EYE, "OS": {"gradability": "gradable", "dme": "none"}}, "OS-icdr"),
        ({"OD": {"gradability": "gradable", "icdr": "2"}, "OS": NORMAL_EYE}, "OD-dme"),
        ({"OD": {"gradability": "gradable", "icdr": "9", "dme": "none"}, "OS": NORMAL_EYE}, "OD-icdr"),
    ],
)
def test_an_incomplete_grade_is_asked_for_beside_its_field(
    grades: dict[str, dict[str, str]], field: str, cast: Cast, signed_in: SignIn, consult: Consult
) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    answer = post(client, "impression", consult, form(grades), headers=HTMX)
    assert answer.status_code == 422
    assert f"id_{field}_problem" in answer.content.decode()
    assert not Read.objects.exists()


def test_the_finding_is_said_while_grading(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    for right, words in (
        (NORMAL_EYE, "No referable disease"), (MODERATE_EYE, "Referable disease"),
        (PROLIFERATIVE_EYE, "Urgent disease"), (UNGRADABLE_EYE, "Cannot be graded"), ({}, "Not complete"),
    ):  # fmt: skip
        answer = post(client, "draft", consult, form({"OD": right, "OS": NORMAL_EYE}), headers=HTMX)
        assert words in answer.content.decode()


def test_a_draft_comes_back(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    entered = form({"OD": MODERATE_EYE, "OS": UNGRADABLE_EYE | {"reason": "media"}}, "See <b>soon</b>")
    post(client, "draft", consult, entered)
    text = page(signed_in(cast.olivia), consult)
    assert 'name="OD-icdr" value="2" id="id_OD-icdr_2" checked' in text.replace(' class=""', "")
    assert "See &lt;b&gt;soon&lt;/b&gt;" in text
    assert '<option value="media" selected>' in text


def test_of_two_readers_one_wins_and_the_other_keeps_the_draft(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia, oscar = signed_in(cast.olivia), signed_in(cast.oscar)
    post(olivia, "claim", consult)
    Consult.objects.update(claim_until=timezone.now() - timedelta(seconds=1))  # she went to lunch
    assert post(oscar, "claim", consult).status_code == 302
    kept = form(both_eyes(MODERATE_EYE), "half a sentence")
    said = post(olivia, "draft", consult, kept, headers=HTMX).content.decode()
    assert "Oscar of the cast holds this consult until" in said
    answer = post(olivia, "impression", consult, kept, headers=HTMX)
    assert answer.status_code == 409
    assert "Oscar of the cast holds this consult until" in answer.content.decode()
    assert not Read.objects.exists()
    draft = Draft.objects.get(reader=cast.olivia)
    assert draft.entered == {"grades": both_eyes(MODERATE_EYE), "advice": "half a sentence"}
    assert "Oscar of the cast" in page(olivia, consult)
    post(oscar, "release", consult)
    post(olivia, "claim", consult)
    assert "half a sentence" in page(olivia, consult)


def test_a_second_claim_is_refused_and_a_renewal_is_silent(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia, oscar = signed_in(cast.olivia), signed_in(cast.oscar)
    assert post(olivia, "claim", consult, headers=HTMX).status_code == 204
    assert post(oscar, "claim", consult).status_code == 409
    soon = timezone.now() + timedelta(minutes=1)
    Consult.objects.update(claim_until=soon)
    assert post(olivia, "claim", consult, headers=HTMX).status_code == 204
    consult.refresh_from_db()
    assert consult.claim_until and consult.claim_until > soon
    assert AuditEvent.objects.filter(verb="referral.claim").count() == 1


def test_saving_a_draft_renews_the_claim(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    soon = timezone.now() + timedelta(minutes=1)
    Consult.objects.update(claim_until=soon)
    post(client, "draft", consult, form(both_eyes(NORMAL_EYE)))
    consult.refresh_from_db()
    assert consult.claim_until and consult.claim_until > soon


def test_the_same_read_from_two_windows_counts_once(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    read_through(client, consult, MODERATE_EYE)
    again = post(client, "final_read", consult, form(both_eyes(NORMAL_EYE)))
    assert again.status_code == 409
    assert Read.objects.filter(stage="final").count() == 1
    assert Outcome.objects.get().finding == "referable"


# --- what the reads amount to


def test_agreeing_with_the_ai_answers_the_field_worker(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    assert read_through(signed_in(cast.olivia), consult, MODERATE_EYE, "Come on Tuesday").status_code == 302
    outcome = Outcome.objects.get(consult=consult)
    assert (outcome.action, outcome.advice, consult.state) == ("refer", "Come on Tuesday", "closed")
    assert Notice.objects.filter(encounter=consult.encounter, kind="answered", seen_at=None).exists()
    text = page(signed_in(cast.olivia), consult)
    assert "The field worker has been told" in text
    assert "Take the next consult" in text


def test_overruling_the_ai_takes_a_second_blind_reader(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    read_through(signed_in(cast.olivia), consult, NORMAL_EYE, "Nothing there, says Olivia")
    assert consult.state == "open"
    assert not Outcome.objects.exists()
    assert "A second reader looks" in page(signed_in(cast.olivia), consult)
    oscar = signed_in(cast.oscar)
    post(oscar, "claim", consult)
    before = page(oscar, consult)
    after = post(oscar, "impression", consult, form(both_eyes(NORMAL_EYE))) and page(oscar, consult)
    for text in (before, after):
        assert "Olivia" not in text.replace("Oscar of the cast", "")
        assert "other readers" not in text
    post(oscar, "final_read", consult, form(both_eyes(NORMAL_EYE)))
    assert Outcome.objects.get().finding == "normal"


def disagree(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    read_through(signed_in(cast.olivia), consult, NORMAL_EYE, "Nothing there, says Olivia")
    read_through(signed_in(cast.oscar), consult, PROLIFERATIVE_EYE)
    assert consult.state == "disputed"


def test_disagreement_goes_to_an_adjudicator_who_is_neither(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    disagree(cast, signed_in, consult)
    for reader in (cast.olivia, cast.oscar):
        client = signed_in(reader)
        assert client.get(reverse("worklist")).context["rows"] == []
        assert post(client, "claim", consult).status_code == 409
        assert "What other readers saw" not in page(client, consult)
    adele = signed_in(cast.adele)
    assert "The readers do not agree." in adele.get(reverse("worklist")).context["rows"][0].reason
    assert adele.post(reverse("take_next"))["Location"] == reverse("read", args=[consult.pk])
    read_through(adele, consult, MODERATE_EYE)
    assert (Outcome.objects.get().finding, consult.state) == ("referable", "closed")
    assert Read.objects.get(reader=cast.adele, stage="final").adjudicates


def test_the_adjudicator_sees_the_grades_without_names_after_an_own_impression(
    cast: Cast, signed_in: SignIn, consult: Consult
) -> None:
    disagree(cast, signed_in, consult)
    adele = signed_in(cast.adele)
    post(adele, "claim", consult)
    assert "What other readers saw" not in page(adele, consult)
    assert "Urgent disease" not in page(adele, consult)
    post(adele, "impression", consult, form(both_eyes(MODERATE_EYE)))
    text = page(adele, consult)
    assert "What other readers saw" in text
    assert "Urgent disease" in text
    assert "Reader 1" in text
    assert "Oscar of the cast" not in text
    assert "Olivia of the cast" not in text


def test_a_reader_who_may_not_adjudicate_is_told_so(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    Programme.objects.filter(pk=cast.eye.pk).update(reads_needed=2)
    disagree(cast, signed_in, consult)
    Certificate.objects.filter(reader=cast.adele).update(adjudicates=False)
    assert "An adjudicator answers this one" in page(signed_in(cast.adele), consult)


def test_a_film_is_read_too(cast: Cast, signed_in: SignIn) -> None:
    factories.models(cast.chest)
    film = factories.referred(cast.chest)
    read_through(signed_in(cast.rania), film, LIKELY_CHEST)
    assert Outcome.objects.get(consult=film).action == "refer"


def test_a_view_without_a_photo_is_graded_as_such(cast: Cast, signed_in: SignIn) -> None:
    factories.models(cast.eye)
    encounter = factories.visit(cast.eye, cast.north)
    factories.pictured(encounter, "OD", 0.1)
    mark_unobtainable(cast.amina, encounter, "OS", "cataract")
    hand_in(cast.amina, encounter)
    triage(encounter.pk)
    consult = Consult.objects.get(encounter=encounter)
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    text = page(client, consult)
    assert "The eye is clouded (cataract)" in text
    assert 'name="OS-gradability" value="ungradable"' in text
    seen_nothing = post(client, "impression", consult, form(both_eyes(NORMAL_EYE)), headers=HTMX)
    assert seen_nothing.status_code == 422, "an eye nobody photographed is never normal"
    read_through(client, consult, UNGRADABLE_EYE)
    assert Outcome.objects.get().finding == "ungradable"


def test_no_page_of_the_desk_carries_a_style_or_a_script(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    post(client, "impression", consult, form(both_eyes(NORMAL_EYE)))
    for text in (page(client, consult), client.get(reverse("worklist")).content.decode()):
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text
        assert "<script>" not in text
