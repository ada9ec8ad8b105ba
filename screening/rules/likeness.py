"""Are these two perhaps one person? Points for what two sets of facts have in common. Pure.

A question to a human, never an answer: it is asked at enrolment, and only a human says yes. The phone asks by the same
points (`static/js/app/likeness.js`); one table tests both (`tests/likeness.json`).

| fact | points |
| --- | --- |
| name | 6 for the same words in any order; 1 less for each word that is one letter off or that only one name has; \
5 for a name of one word; 3 where one of the two is a single word of the other, or where the scripts differ |
| birth year | the same 2, one year apart 1, two to five years apart -3 |
| sex | the same 1, another -3, not known 0 |
| telephone | the same 3, another -1, none 0 |
| site | the same 1 |

Nine are asked about. Never: a word of the shorter name that the other has not (mother, daughter and sister on one
telephone), more than five years between them, and names in two scripts without one telephone and nearly one year.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from screening.rules import folding, search_keys

ASKED_FROM = 9
YEARS = 5
MOST = 5  # people asked about
TOLD = ("female", "male")
SUFFIX = 7  # digits that two telephones must share where one is written without its country or town


@dataclass(frozen=True)
class Facts:
    """What is known of somebody, as it is kept; `sex` as `Sex`."""

    name: str
    sex: str
    birth_year: int
    phone: str = ""
    site: str = ""


def likeness(one: Facts, other: Facts) -> int:
    """How many points two people have in common; 0 where they are not asked about."""
    apart = abs(one.birth_year - other.birth_year)
    phone = _phone(folding.telephone(one.phone), folding.telephone(other.phone))
    names = _names(folding.words(one.name), folding.words(other.name), comparable=phone < 3 or apart > 1)
    if not names or apart > YEARS:
        return 0
    years = {0: 2, 1: 1}.get(apart, -3)
    return max(0, names + years + _sex(one.sex, other.sex) + phone + (one.site == other.site))


def _names(one: list[str], other: list[str], *, comparable: bool) -> int:
    """0 where they cannot be one. `comparable`: names in two scripts are two names."""
    short, long = sorted((one, other), key=len)
    if not short:
        return 0
    scripts = _scripts(short), _scripts(long)
    if all(scripts) and not scripts[0] & scripts[1]:
        return 0 if comparable else 3
    if "".join(short) == "".join(long):
        return 6 if len(long) > 1 else 5
    left, wanted = list(long), []
    for word in short:
        if word in left:
            left.remove(word)
        else:
            wanted.append(word)
    for word in wanted:
        found = next((near for near in left if one_off(word, near)), None)
        if found is None:
            return 0
        left.remove(found)
    off = len(wanted)
    if left and len(short) == 1:
        return 3 - off
    return (6 if len(short) > 1 else 5) - off - len(left)


def one_off(one: str, other: str) -> bool:
    """Whether two words differ in one letter: wrong, missing, too many, two exchanged. Never a number or short word."""
    short, long = sorted((one, other), key=len)
    if len(long) < search_keys.TOLERANT or len(long) - len(short) > 1 or any(map(str.isdigit, short + long)):
        return False
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return short[at + 1 :] == long[at + 1 :] or short[at:] == long[at:][1::-1] + long[at + 2 :]


def _scripts(words: list[str]) -> set[str]:
    return {unicodedata.name(one, "").partition(" ")[0] for word in words for one in word if one.isalpha()}


def _sex(one: str, other: str) -> int:
    if one not in TOLD or other not in TOLD:
        return 0
    return 1 if one == other else -3


def _phone(one: str, other: str) -> int:
    if not one or not other:
        return 0
    short, long = sorted((one, other), key=len)
    return 3 if one == other or (len(short) >= SUFFIX and long.endswith(short)) else -1
