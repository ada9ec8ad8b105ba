"""The verbs of `pack` that change what is in force: in somebody's name, who must have the duty for it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from accounts.access import may
from accounts.models import Site, User
from inference.models import ModelVersion
from screening.models import Programme, Proposal, SignOff
from screening.protocol import calibration_file, in_force

PURPOSES = tuple(ModelVersion.Purpose.values)


def add_verbs(verbs: Any) -> None:
    activate = verbs.add_parser("activate", help="propose a model and its thresholds; a second person signs")
    shadow = verbs.add_parser("shadow", help="let a model score every new picture beside the one in force")
    for verb in (activate, shadow):
        verb.add_argument("pack", help="installed name, or the start of its hash")
    activate.add_argument("--site", default="", help="code of the one site the thresholds are for")
    shadow.add_argument("--end", action="store_true", help="end the trial")
    sign = verbs.add_parser("sign", help="approve a proposal, as a second person")
    sign.add_argument("proposal", help="its number, or the start of it")
    sign.add_argument("--decline", action="store_true")
    given = verbs.add_parser(
        "operating-point", help="propose the thresholds of a calibration.json; a second person signs"
    )
    given.add_argument("file", type=Path, help="what manage.py calibrate wrote")
    given.add_argument("--site", default="", help="code of the one site the thresholds are for")
    back = verbs.add_parser("rollback", help="back to the model before, with the thresholds signed for that one")
    back.add_argument("--purpose", choices=PURPOSES, default="finding")
    for verb in (activate, shadow, back, given):
        verb.add_argument("--programme", required=True, help="its code")
    for verb in (activate, shadow, back, sign, given):
        _by(verb)


def _by(parser: ArgumentParser) -> None:
    parser.add_argument("--by", required=True, help="sign-in name of the person in whose name it is done")


def person(name: str, action: str) -> User:
    """The person, who must have the duty. Raises CommandError."""
    found = User.objects.filter(username=name).first()
    if found is None or not may(found, action):
        raise CommandError(f"{name!r} is nobody with the duty for that.")
    return found


def programme(by: User, code: str) -> Programme:
    """A programme the person looks after. Raises CommandError."""
    found = in_force.overseen(by).filter(code=code).first()
    if found is None:
        known = ", ".join(in_force.overseen(by).values_list("code", flat=True)) or "none"
        raise CommandError(f"{by.username} looks after no programme {code!r}, but: {known}.")
    return found


def activate(version: ModelVersion, code: str, name: str, site: str) -> str:
    by = person(name, "models.propose")
    chosen = programme(by, code)
    return _proposed(in_force.propose(by, chosen, version, site=_place(site)))


def operating_point(file: Path, code: str, name: str, site: str) -> str:
    """Hand in a calibration file, and propose its thresholds."""
    by = person(name, "models.propose")
    chosen = programme(by, code)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
    place = _place(site)
    return _proposed(calibration_file.propose_file(by, calibration_file.take_in(by, chosen, data), place))


def _place(code: str) -> Site | None:
    place = Site.objects.filter(code=code).first() if code else None
    if code and place is None:
        raise CommandError(f"There is no site {code!r}.")
    return place


def _proposed(proposal: Proposal) -> str:
    points = "\n".join(f"  {point}" for point in proposal.operating_points.all()) or "  no threshold: a human reads all"
    return (
        f"Proposed for {proposal.programme.code}: {proposal.model_version}\n{points}\n"
        f"A programme manager signs it on the page Models, or: pack sign {str(proposal.pk)[:8]} --by NAME"
    )


def sign(number: str, name: str, *, decline: bool) -> str:
    by = person(name, "models.sign")
    waiting = Proposal.objects.open().overseen(in_force.overseen(by))
    found = [one for one in waiting if str(one.pk).startswith(number.lower())]
    if len(found) != 1:
        raise CommandError(f"{number!r} names {len(found)} open proposals: {_numbers(waiting)}")
    signed = in_force.sign(by, found[0], SignOff.Says.DECLINED if decline else SignOff.Says.APPROVED)
    return f"{found[0]}: {signed}"


def _numbers(waiting: Any) -> str:
    return ", ".join(f"{str(one.pk)[:8]} ({one})" for one in waiting) or "none is open."


def shadow(version: ModelVersion, code: str, name: str, *, end: bool) -> str:
    by = person(name, "models.propose")
    chosen = programme(by, code)
    in_force.shadow(by, chosen, version.purpose, None if end else version)
    return f"{chosen.code}: {version} {'is no longer on trial' if end else 'is on trial; it decides nothing'}"


def roll_back(code: str, name: str, purpose: str) -> str:
    by = person(name, "models.withdraw")
    chosen = programme(by, code)
    version = in_force.roll_back(by, chosen, purpose)
    signed = ", ".join(str(one.operating_point) for one in in_force.thresholds_in_force(chosen, version))
    return f"{chosen.code}: back to {version}. Thresholds signed for it: {signed or 'none, a human reads all'}"


def where_used(version: ModelVersion) -> str:
    """Where a version is in force or on trial, in words."""
    said = []
    for one in Programme.objects.all():
        if one.model_in_force(version.purpose) == version:
            said.append(f"in force in {one.code}")
        if one.shadow(version.purpose) == version:
            said.append(f"on trial in {one.code}")
    return ", ".join(said)
