"""For whom an operating point was measured: a group of people by age, sex, HIV and prior tuberculosis. Pure.

Written as one line, so that the database can hold it unique: "age=15-39;hiv=positive;prior_tb=yes;sex=female".
Empty means everybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from inference.declared import PackError

CHOICES: Mapping[str, tuple[str, ...]] = {
    "sex": ("female", "male", "other"),
    "hiv": ("positive", "negative"),
    "prior_tb": ("yes", "no"),
}
OLDEST = 150


@dataclass(frozen=True)
class Person:
    """What is known of somebody; None where it is not. A group is never assumed."""

    age: int | None = None
    sex: str | None = None
    hiv: str | None = None
    prior_tb: str | None = None


@dataclass(frozen=True)
class Stratum:
    """A group. `ages` are whole years, both ends included."""

    ages: tuple[int, int] | None = None
    traits: tuple[tuple[str, str], ...] = ()

    @property
    def conditions(self) -> int:
        """How special the group is: a person is judged by the most special group they are in."""
        return len(self.traits) + (self.ages is not None)

    def holds(self, person: Person) -> bool:
        """Whether the person is in the group. Who does not tell is not in it."""
        if self.ages and (person.age is None or not self.ages[0] <= person.age <= self.ages[1]):
            return False
        return all(getattr(person, trait) == value for trait, value in self.traits)

    def __str__(self) -> str:
        ages = [("age", f"{self.ages[0]}-{self.ages[1]}")] if self.ages else []
        return ";".join(f"{trait}={value}" for trait, value in sorted([*ages, *self.traits]))


EVERYBODY = Stratum()


def parse(text: str) -> Stratum:
    """Read a stratum. Raises PackError: bad_stratum."""
    ages, traits = None, {}
    for part in filter(None, text.split(";")):
        trait, _, value = part.strip().partition("=")
        if trait == "age" and ages is None:
            ages = _ages(value)
        elif value in CHOICES.get(trait, ()) and trait not in traits:
            traits[trait] = value
        else:
            known = ", ".join(f"{name}={'|'.join(values)}" for name, values in CHOICES.items())
            raise PackError("bad_stratum", f"{part!r} is no group of people: age=15-39, {known}, each once.")
    return Stratum(ages, tuple(sorted(traits.items())))


def _ages(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,3})-(\d{1,3})", text)
    if not found or not int(found[1]) <= int(found[2]) <= OLDEST:
        raise PackError("bad_stratum", f"age={text} must be like age=15-39.")
    return int(found[1]), int(found[2])
