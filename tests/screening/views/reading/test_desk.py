"""The reader's desk: blind reading, the order of reads, races, and who answers in the end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from screening.models import Certificate, Consult, Draft, Notice, Outcome, Programme, Read
from tests import factories
from tests import factories as make
from tests.cast import Cast
from tests.factories import LIKELY_CHEST, MODERATE_EYE, NORMAL_EYE, PROLIFERATIVE_EYE, UNGRADABLE_EYE, both_eyes
from tests.screening.desk import form, post
from tests.screening.views.reading.pages import ai_first, page, read_through, says_nothing_of_the_ai

SignIn = Callable[[User | None], Client]
HTMX = {"HX-Request": "true"}


def test_opening_a_page_claims_nothing(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    assert "Take this consult" in page(client, consult)
    for name in ("take_next",):
        assert client.get(reverse(name)).status_code == 405
    for name in ("claim", "release", "draft", "impression", "final_read"):
        assert client.get(reverse(name, args=[consult.pk])).status_code == 405
    consult.refresh_from_db()
    assert consult.claimed_by is None


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


def test_no_page_of_the_desk_carries_a_style_or_a_script(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    post(client, "impression", consult, form(both_eyes(NORMAL_EYE)))
    for text in (page(client, consult), client.get(reverse("worklist")).content.decode()):
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


def read_whole(client: Client, consult: Consult, grade: dict[str, str], advice: str = "") -> None:
    post(client, "claim", consult)
    for step in ("impression", "final_read"):
        post(client, step, consult, form(both_eyes(grade), advice))


def test_a_correction_is_a_new_version_and_a_new_answer(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia = signed_in(cast.olivia)
    read_whole(olivia, consult, MODERATE_EYE, "See you in a month.")
    answer = post(olivia, "amend", consult, form(both_eyes(make.PROLIFERATIVE_EYE)) | {"why": "New vessels overlooked"})
    assert answer.status_code == 302
    reads = Read.objects.filter(stage="final").order_by("version")
    assert [(r.version, r.finding, r.amends) for r in reads] == [
        (1, "referable", ""), (2, "urgent", "New vessels overlooked"),
    ]  # fmt: skip
    consult.refresh_from_db()
    assert [o.action for o in consult.outcomes.order_by("number")] == ["refer", "refer_urgent"]
    assert consult.outcome is not None and (consult.outcome.number, consult.outcome.action) == (2, "refer_urgent")
    assert Notice.objects.filter(kind="amended", encounter=consult.encounter).count() == 1
    field = signed_in(cast.amina).get(reverse("encounter", args=[consult.encounter_id])).content.decode()
    assert "Refer urgently" in field


def test_a_correction_says_why_and_is_ones_own(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia = signed_in(cast.olivia)
    assert post(olivia, "amend", consult, form(both_eyes(NORMAL_EYE)) | {"why": "x"}).status_code == 409
    read_whole(olivia, consult, MODERATE_EYE)
    page = olivia.get(reverse("amend", args=[consult.pk])).content.decode()
    assert 'data-seconds=""' in page and 'aria-invalid="true"' not in page  # no claim that could lapse, no fault yet
    answer = post(olivia, "amend", consult, form(both_eyes(NORMAL_EYE)))
    assert answer.status_code == 422
    fault = answer.content.decode().split('name="why"', 1)[1].split(">", 1)[0]
    assert 'aria-invalid="true" aria-describedby="why-problem"' in fault
    assert post(signed_in(cast.oscar), "amend", consult, form(both_eyes(NORMAL_EYE)) | {"why": "x"}).status_code == 409
    assert Read.objects.filter(stage="final").count() == 1


def test_a_correction_against_the_ai_calls_another_reader_while_the_answer_holds(
    cast: Cast, signed_in: SignIn, consult: Consult
) -> None:
    olivia = signed_in(cast.olivia)
    read_whole(olivia, consult, MODERATE_EYE)
    post(olivia, "amend", consult, form(both_eyes(NORMAL_EYE)) | {"why": "Wrong patient in mind"})
    consult.refresh_from_db()
    assert consult.state == Consult.State.OPEN
    assert consult.outcome is not None and consult.outcome.action == "refer"
    assert Consult.objects.worklist(cast.oscar).exists()
    read_whole(signed_in(cast.oscar), consult, NORMAL_EYE)
    consult.refresh_from_db()
    assert (consult.state, consult.outcome.action, consult.outcome.number) == ("closed", "recall", 2)


def test_a_correction_that_disagrees_goes_to_the_adjudicator_soon(
    cast: Cast, signed_in: SignIn, consult: Consult
) -> None:
    for name in ("olivia", "oscar"):
        read_whole(signed_in(cast.people[name]), consult, NORMAL_EYE)
    post(signed_in(cast.olivia), "amend", consult, form(both_eyes(make.PROLIFERATIVE_EYE)) | {"why": "Looked again"})
    consult.refresh_from_db()
    assert (consult.state, consult.priority) == ("disputed", "urgent")
    assert consult.due_at < timezone.now() + timedelta(days=1, minutes=1)
    assert list(Consult.objects.worklist(cast.adele)) == [consult]


def test_advice_is_said_in_the_patients_language(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia = signed_in(cast.olivia)
    read_whole(olivia, consult, MODERATE_EYE)
    data = form(both_eyes(MODERATE_EYE), "Ask for Dr Haddad.") | {"advice_codes": ["clinic", "sugar"], "why": "Advice"}
    post(olivia, "amend", consult, data)
    page = signed_in(cast.amina).get(reverse("encounter", args=[consult.encounter_id])).content.decode()
    for words in ("Go to the eye clinic", "Good control of blood sugar", "Ask for Dr Haddad."):
        assert words in page
