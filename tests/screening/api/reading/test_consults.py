"""Reading over the API: the worklist, claimed, read once whatever is sent twice."""

from __future__ import annotations

from screening.models import Consult, Read
from screening.reading import desk
from tests import factories
from tests.cast import Cast
from tests.screening.api.reading.sent import LINE, MODERATE, NORMAL
from tests.screening.api_client import Api


def test_the_worklist_is_by_urgency_then_by_due_time(cast: Cast) -> None:
    factories.models(cast.eye)
    later, urgent, first = (factories.referred(cast.eye, cast.north) for _ in range(3))
    Consult.objects.filter(pk=urgent.pk).update(priority="urgent")
    Consult.objects.filter(pk=first.pk).update(due_at=later.due_at.replace(year=2020))
    olivia = Api(cast.olivia)
    page = olivia.get("worklist?page_size=2").json()
    rest = olivia.get(page["next"]).json()
    listed = [row["id"] for row in page["results"] + rest["results"]]
    assert listed == [str(urgent.pk), str(first.pk), str(later.pk)]
    assert all(set(row) == LINE for row in page["results"])
    assert [row["overdue"] for row in page["results"]] == [False, True]


def test_the_final_read_waits_for_the_first_impression(cast: Cast, consult: Consult) -> None:
    olivia, path = Api(cast.olivia), f"referrals/{consult.pk}"
    olivia.post(f"{path}/claim")
    early = olivia.post(f"{path}/reads", MODERATE)
    assert (early.status_code, early.json()["code"]) == (409, "out_of_order")
    assert not Read.objects.exists()
    assert olivia.post(f"{path}/impression", MODERATE).status_code == 201
    final = olivia.post(f"{path}/reads", MODERATE)
    assert (final.status_code, final.json()["state"]) == (201, "closed")
    assert olivia.get(f"{path}/outcome").json()["action"] == "refer"


def test_a_claim_is_one_readers_and_the_other_hears_until_when(cast: Cast, consult: Consult) -> None:
    olivia, oscar, path = Api(cast.olivia), Api(cast.oscar), f"referrals/{consult.pk}"
    held = [olivia.post(f"{path}/claim") for _ in range(10)]
    assert {answer.status_code for answer in held} == {200}
    assert held[-1].json()["mine"] and held[-1].json()["claim_until"]
    late = oscar.post(f"{path}/claim")
    assert (late.status_code, late.json()["code"]) == (409, "lost")
    assert "Olivia" in late.json()["detail"]
    assert oscar.get("worklist").json()["results"] == []
    assert oscar.get(path).json()["claim_until"] is None
    assert oscar.post(f"{path}/release").status_code == 200  # not theirs: changes nothing
    assert oscar.post(f"{path}/claim").status_code == 409
    assert not olivia.post(f"{path}/release").json()["mine"]
    assert oscar.post(f"{path}/claim").status_code == 200


def test_what_was_entered_is_never_lost(cast: Cast, consult: Consult) -> None:
    olivia, oscar, path = Api(cast.olivia), Api(cast.oscar), f"referrals/{consult.pk}"
    half = {"grades": {"OD": {"gradability": "gradable", "icdr": 3}}, "advice": "half a sen"}
    kept = {"grades": {"OD": {"gradability": "gradable", "icdr": "3"}}, "advice": "half a sen"}
    assert olivia.put(f"{path}/draft", half).json()["draft"] == kept
    oscar.post(f"{path}/claim")
    assert olivia.post(f"{path}/impression", MODERATE).status_code == 409
    assert olivia.get(path).json()["draft"] == MODERATE
    assert oscar.get(path).json()["draft"] is None


def test_the_same_opinion_twice_is_one_read_and_another_is_lost(cast: Cast, consult: Consult) -> None:
    olivia, path = Api(cast.olivia), f"referrals/{consult.pk}"
    assert [olivia.post(f"{path}/impression", MODERATE).status_code for _ in range(10)] == [201] + [200] * 9
    other = olivia.post(f"{path}/impression", NORMAL)
    assert (other.status_code, other.json()["code"]) == (409, "lost")
    assert [olivia.post(f"{path}/reads", MODERATE).status_code for _ in range(3)] == [201, 200, 200]
    assert Read.objects.count() == 2


def test_a_reader_may_not_take_what_only_an_adjudicator_answers(cast: Cast, consult: Consult) -> None:
    for user, said in ((cast.olivia, NORMAL), (cast.oscar, MODERATE)):
        for verb in (desk.impression, desk.submit):
            verb(user, consult, said["grades"])
    path = f"referrals/{consult.pk}"
    assert Api(cast.olivia).post(f"{path}/claim").json()["code"] == "lost"
    adele = Api(cast.adele)
    assert adele.get("worklist").json()["results"][0]["state"] == "disputed"
    for step in ("impression", "reads"):
        assert adele.post(f"{path}/{step}", MODERATE).status_code == 201
    assert adele.get(f"{path}/outcome").json()["finding"] == "referable"
