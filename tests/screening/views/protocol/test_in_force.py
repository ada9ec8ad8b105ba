"""The page of a programme's models: what a manager and a technician see and do there, and what they may not."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from screening.models import Alarm, Proposal, SignOff
from screening.protocol import in_force
from tests import factories as make
from tests.cast import Cast
from tests.screening.models_page import text

SignIn = Callable[[User | None], Client]
AT = "/models/tb-chest/"


def test_it_says_what_is_in_force_who_stands_for_it_and_what_a_human_reads(
    cast: Cast, old: make.Models, signed_in: SignIn
) -> None:
    page = text(signed_in(cast.maya).get(AT))
    assert old.finding.version in page and "Tessa of the cast" in page and "Maya of the cast" in page
    assert "film on a light-box" in page and "no signed threshold, a human reads" in page
    assert "93 % (≥ 90 %)" in page and "170 with and 620 without disease" in page
    assert "learning: 0 of 400 visits" in page


def test_the_first_page_and_nobodys_page(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.samuel).get("/models/")["Location"].startswith("/models/")
    cast.eye.sites.clear()
    cast.chest.sites.clear()
    assert signed_in(cast.samuel).get("/models/").status_code == 200


def test_one_proposes_another_signs(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    version = make.model_version("chest", "finding")
    make.operating_point(version, "dicom", 0.2)
    technician, manager = signed_in(cast.tessa), signed_in(cast.maya)
    page = text(technician.post(f"{AT}propose/", {"version": version.pk}, follow=True))
    assert "Proposed. A second person must sign it." in page
    proposal = Proposal.objects.get()
    assert (
        "Sign: take it into force" not in page and technician.post(f"/proposals/{proposal.pk}/sign/").status_code == 403
    )
    page = text(manager.get(AT))
    assert "takes the place of the model in force" in page and "Sign: take it into force" in page
    page = text(manager.post(f"/proposals/{proposal.pk}/sign/", {"says": "approved"}, follow=True))
    assert "Signed: in force from now on." in page
    assert cast.chest.model_in_force("finding") == version


def test_who_proposed_is_told_to_ask_somebody_else(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    proposal = in_force.propose(cast.maya, cast.chest, make.model_version("chest", "gate"))
    manager = signed_in(cast.maya)
    assert "must sign" in text(manager.get(AT)) and "Sign: take" not in text(manager.get(AT))
    page = text(manager.post(f"/proposals/{proposal.pk}/sign/", {"says": "approved"}, follow=True))
    assert "ask a second person" in page
    assert not SignOff.objects.exists()


def test_declining_changes_nothing(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    proposal = in_force.propose(cast.tessa, cast.chest, make.model_version("chest", "finding"))
    page = text(signed_in(cast.maya).post(f"/proposals/{proposal.pk}/sign/", {"says": "no idea"}, follow=True))
    assert "Declined: nothing changes." in page
    assert cast.chest.model_in_force("finding") == old.finding


def test_a_threshold_is_withdrawn_and_a_model_rolled_back(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    manager = signed_in(cast.maya)
    (choice, _) = in_force.thresholds_in_force(cast.chest, old.finding)
    page = text(manager.post(f"{AT}withdraw/", {"choice": choice.pk}, follow=True))
    assert "a human reads these pictures from now on" in page
    assert len(in_force.thresholds_in_force(cast.chest, old.finding)) == 1
    assert "There is no earlier model" in text(manager.post(f"{AT}roll-back/", {"purpose": "finding"}, follow=True))
    in_force.sign(cast.maya, in_force.propose(cast.tessa, cast.chest, make.model_version("chest", "finding")),
                 SignOff.Says.APPROVED)  # fmt: skip
    assert "Rolled back" in text(manager.post(f"{AT}roll-back/", {"purpose": "finding"}, follow=True))
    assert cast.chest.model_in_force("finding") == old.finding
    for at, said in (
        ("roll-back", {"purpose": "x"}),
        ("withdraw", {"choice": "9" * 30}),
        ("withdraw", {"choice": "1x"}),
    ):
        assert manager.post(f"{AT}{at}/", said).status_code == 404


def test_a_foolish_choice_is_told(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    technician, eye = signed_in(cast.tessa), make.model_version("fundus", "finding")
    for at in ("propose", "trial"):
        assert "Choose a model." in text(technician.post(f"{AT}{at}/", {"version": eye.pk}, follow=True))
    assert "in force already" in text(technician.post(f"{AT}trial/", {"version": old.finding.pk}, follow=True))


def test_a_trial_begins_and_ends_here(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    technician, version = signed_in(cast.tessa), make.model_version("chest", "finding")
    assert "On trial: it scores" in text(technician.post(f"{AT}trial/", {"version": version.pk}, follow=True))
    assert cast.chest.shadow("finding") == version
    assert "The trial has ended." in text(technician.post(f"{AT}trial/", {"end": "finding"}, follow=True))
    assert cast.chest.shadow("finding") is None


def test_an_alarm_is_on_every_managers_first_page_until_it_is_answered(
    cast: Cast, old: make.Models, signed_in: SignIn
) -> None:
    alarm = Alarm.objects.create(programme=cast.chest, site=cast.north, model_version=old.finding, measure="quality",
                                 value=0.81, limit=0.4, recent=100, reference=400)  # fmt: skip
    manager = signed_in(cast.maya)
    for client, at in (
        (manager, "/figures/tb-chest/"),
        (signed_in(cast.samuel), AT),
        (signed_in(cast.samuel), "/patients/"),
        (signed_in(cast.tessa), "/technician/"),
        (signed_in(cast.tessa), "/health/"),
    ):
        assert "something has changed" in text(client.get(at)), at
    assert "a human reads every visit of this site" in text(manager.get(AT))
    assert signed_in(cast.samuel).post(f"/alarms/{alarm.pk}/answer/", {"says": "repaired"}).status_code == 403
    assert "Say what you found." in text(manager.post(f"/alarms/{alarm.pk}/answer/", {"says": ""}, follow=True))
    assert "Answered." in text(manager.post(f"/alarms/{alarm.pk}/answer/", {"says": "repaired"}, follow=True))
    assert "Look into it" not in text(manager.get("/figures/tb-chest/"))
    assert "The cause was found and repaired" in text(manager.get(AT))  # it stays on record


def test_with_a_second_alarm_open_nobody_is_told_that_all_is_as_before(
    cast: Cast, old: make.Models, signed_in: SignIn
) -> None:
    facts = {"programme": cast.chest, "site": cast.north, "model_version": old.finding, "value": 0.8, "limit": 0.4}
    first, second = (
        Alarm.objects.create(measure=measure, recent=100, reference=400, **facts) for measure in ("quality", "score")
    )
    manager = signed_in(cast.maya)
    assert "Another alarm of this site is open" in text(
        manager.post(f"/alarms/{first.pk}/answer/", {"says": "repaired"}, follow=True)
    )
    assert cast.chest.protocol(cast.north).human_reads_all
    assert "decided as before" in text(manager.post(f"/alarms/{second.pk}/answer/", {"says": "repaired"}, follow=True))
    assert not cast.chest.protocol(cast.north).human_reads_all


def test_a_proposal_shows_what_it_takes_the_place_of(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    lower = make.operating_point(old.finding, "dicom", 0.8, sensitivity=0.7, sensitivity_lower=0.6, specificity=0.1)
    in_force.propose(cast.tessa, cast.chest, old.finding, [lower])
    page = text(signed_in(cast.maya).get(AT))
    assert "In place of the threshold 0.500 in force, which finds 93 % (≥ 90 %)" in page
    assert "hardly anybody" in page
