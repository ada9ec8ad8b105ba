"""The page of a programme's models: what a manager and a technician see and do there, and what they may not."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.models import User
from inference.models import ModelVersion, Run
from screening.models import Alarm, Proposal, SignOff
from screening.protocol import in_force, rescore
from screening.protocol.comparison import Call, agreement, compare
from screening.refusal import Refused
from screening.templatetags.fieldlight import markdown
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
AT = "/models/tb-chest/"


@pytest.fixture
def old(cast: Cast) -> make.Models:
    return make.models(cast.chest, classes=("dicom", "screen_photo"))


@pytest.fixture
def trial(cast: Cast, old: make.Models) -> ModelVersion:
    """A second finding model on trial, with a threshold for films alone."""
    version = make.model_version("chest", "finding")
    make.operating_point(version, "dicom", 0.3)
    in_force.shadow(cast.tessa, cast.chest, "finding", version)
    return version


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def both(cast: Cast, trial: ModelVersion, now: float, then: float, **more: Any) -> None:
    """A picture both models have scored."""
    visit = make.visit(cast.chest, **{k: more.pop(k) for k in ("site",) if k in more})
    image = make.pictured(visit, "CXR", now, **more)
    Run.objects.submit(image.display_sha256, [trial], aside=True)
    for run in Run.objects.claim(image.display_sha256, aside=True):
        run.finish(score=then, scores={"referable": then})


# -------------------------------------------------------------------------------------------------------- the page


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


def test_the_same_is_not_proposed_twice(cast: Cast, old: make.Models) -> None:
    version = make.model_version("chest", "finding")
    point = make.operating_point(version, "dicom", 0.2)
    proposal = in_force.propose(cast.tessa, cast.chest, version, [point])
    with pytest.raises(Refused, match="waits for a signature"):
        in_force.propose(cast.tessa, cast.chest, version, [point])
    in_force.propose(cast.tessa, cast.chest, version, [point], site=cast.north)
    in_force.sign(cast.maya, proposal, SignOff.Says.APPROVED)
    with pytest.raises(Refused, match="in force already"):
        in_force.propose(cast.tessa, cast.chest, version, [point])
    assert in_force.propose(cast.tessa, cast.chest, version, [make.operating_point(version, "dicom", 0.3)])


def test_a_proposal_shows_what_it_takes_the_place_of(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    lower = make.operating_point(old.finding, "dicom", 0.8, sensitivity=0.7, sensitivity_lower=0.6, specificity=0.1)
    in_force.propose(cast.tessa, cast.chest, old.finding, [lower])
    page = text(signed_in(cast.maya).get(AT))
    assert "In place of the threshold 0.500 in force, which finds 93 % (≥ 90 %)" in page
    assert "hardly anybody" in page


# -------------------------------------------------------------------------------------------------- the comparison


def test_the_comparison_counts_what_would_flip_by_kind_of_picture(
    cast: Cast, trial: ModelVersion, signed_in: SignIn
) -> None:
    for now, then in ((0.9, 0.8), (0.1, 0.2), (0.1, 0.4), (0.7, 0.1)):
        both(cast, trial, now, then)
    both(cast, trial, 0.1, 0.1, capture_class="screen_photo")
    both(cast, trial, 0.9, 0.9, site=cast.south)
    found = compare(cast.maya, cast.chest, "finding")
    assert found and len(found.pairs) == 6
    films = found.by_class()["dicom"]
    assert films[Call.FOUND, Call.FOUND] == 2 and films[Call.CLEAR, Call.FOUND] == films[Call.FOUND, Call.CLEAR] == 1
    # The candidate has no threshold of its own for photos of a screen: nobody lends it one.
    assert found.by_class()["screen_photo"] == {(Call.CLEAR, Call.HUMAN): 1}
    assert (agreement(found.pairs).part, len(found.flips)) == (3, 3)
    mine = compare(cast.samuel, cast.chest, "finding")
    assert mine and len(mine.pairs) == 5
    page = signed_in(cast.samuel).get(f"{AT}trial/finding/")
    assert "Two models, the same pictures" in text(page) and '"kind": "scatter"' in text(page)
    assert "Both have scored 5 pictures. 3 would be decided otherwise." in text(signed_in(cast.samuel).get(AT))


def test_a_gate_is_compared_by_its_word(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    gate = make.model_version("chest", "gate")
    in_force.shadow(cast.tessa, cast.chest, "gate", gate)
    image = make.pictured(make.visit(cast.chest), "CXR", 0.1)
    Run.objects.submit(image.display_sha256, [gate], aside=True)
    for run in Run.objects.claim(image.display_sha256, aside=True):
        run.finish(gradable=False, reason="blurred")
    found = compare(cast.tessa, cast.chest, "gate")
    assert found and found.pairs[0].candidate_call == Call.UNFIT and found.correlation is None
    assert "not fit to grade" in text(signed_in(cast.tessa).get(f"{AT}trial/gate/"))


def test_no_trial_no_comparison(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    assert signed_in(cast.maya).get(f"{AT}trial/finding/").status_code == 404
    assert signed_in(cast.maya).get(f"{AT}trial/x/").status_code == 404


def test_a_trial_with_nothing_scored_yet_says_so(cast: Cast, trial: ModelVersion, signed_in: SignIn) -> None:
    assert "No picture has been scored by both yet" in text(signed_in(cast.maya).get(f"{AT}trial/finding/"))


def test_a_manager_sees_no_patient_here(cast: Cast, trial: ModelVersion, signed_in: SignIn) -> None:
    both(cast, trial, 0.9, 0.1)
    name = cast.chest.encounters.get().patient.name
    for person in (cast.maya, cast.tessa):
        page = text(signed_in(person).get(f"{AT}trial/finding/"))
        assert name not in page and "/encounters/" not in page


# --------------------------------------------------------------------------------------------------- the commands


def said(*words: object) -> str:
    out = StringIO()
    call_command("pack", *map(str, words), stdout=out)
    return out.getvalue()


def test_the_life_of_a_model_on_the_command_line(cast: Cast, old: make.Models) -> None:
    version = make.model_version("chest", "finding")
    make.operating_point(version, "dicom", 0.2)
    here, name = ("--programme", "tb-chest"), version.sha256[:12]
    assert "decides nothing" in said("shadow", name, *here, "--by", "tessa")
    assert "on trial in tb-chest" in said("list")
    told = said("activate", name, *here, "--by", "tessa")
    assert "referable ≥ 0.200 (dicom)" in told
    number = str(Proposal.objects.get().pk)[:8]
    with pytest.raises(CommandError, match="nobody with the duty"):
        said("sign", number, "--by", "tessa")
    assert "Approved" in said("sign", number, "--by", "maya")
    assert "in force in tb-chest" in said("list")
    assert "back to" in said("rollback", *here, "--by", "tessa")
    assert cast.chest.model_in_force("finding") == old.finding
    with pytest.raises(CommandError, match="no earlier model"):
        said("rollback", *here, "--by", "maya")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("activate", "nothing", "--programme", "tb-chest", "--by", "tessa"), "No pack 'nothing' is installed"),
        (("activate", "chest-gate", "--programme", "x", "--by", "tessa"), "looks after no programme"),
        (("activate", "chest-gate", "--programme", "tb-chest", "--by", "amina"), "nobody with the duty"),
        (("activate", "chest-gate", "--programme", "tb-chest", "--by", "nobody"), "nobody with the duty"),
        (("activate", "chest-gate", "--programme", "tb-chest", "--by", "tessa", "--site", "x"), "no site"),
        (("activate", "chest-gate", "--programme", "tb-chest", "--by", "tessa"), "in force already"),
        (("shadow", "chest-gate", "--programme", "diabetic-eye", "--by", "tessa"), "another part of the body"),
        (("sign", "abc", "--by", "maya"), "names 0 open proposals: none is open"),
    ],
)
def test_a_command_that_cannot_be_obeyed_says_why(
    cast: Cast, old: make.Models, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        said(*words)


def test_stored_pictures_are_queued_for_a_trial(cast: Cast, old: make.Models) -> None:
    make.pictured(make.visit(cast.chest), "CXR")
    version = make.model_version("chest", "finding")
    in_force.shadow(cast.tessa, cast.chest, "finding", version)
    out = StringIO()
    call_command("rescore", "--trial", stdout=out)
    assert "1 pictures queued" in out.getvalue()
    assert Run.objects.get(model_version=version).aside
    assert rescore.queue_missing(cast.chest, version, aside=True) == 0


def test_a_makers_card_is_shown_as_text_and_tables_and_never_as_their_html() -> None:
    shown = markdown(
        "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>x</script> ![p](http://a/b.png) [l](javascript:x)"
    )
    assert "<h3>Title</h3>" in shown and "<td>1</td>" in shown
    assert "<script" not in shown and "<img" not in shown and 'href="javascript' not in shown
