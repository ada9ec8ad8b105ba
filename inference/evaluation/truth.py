"""Which values of a reference answer mean ill, which well, and which are no answer at all. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.evaluation.sheet import Names, SetRefused

Truth = npt.NDArray[np.bool_]

YES = frozenset({"1", "1.0", "true", "yes", "positive"})
NO = frozenset({"0", "0.0", "false", "no", "negative", "normal"})
# A test that was not done, or gave no result, clears nobody.
NO_ANSWER = frozenset({
    "?", "n/a", "na", "nan", "null", "none given", "missing", "unknown", "not known", "pending", "not done",
    "not tested", "not available", "no result", "no answer", "invalid", "indeterminate", "inconclusive", "equivocal",
    "error", "failed", "contaminated", "ungradable", "not gradable",
})  # fmt: skip
MOST_NAMED = 8


@dataclass(frozen=True)
class Said:
    """The values of the truth column that mean ill and well, as the person who measures says. Empty: as usual."""

    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """`ill` [n], whether each row has an answer (`told` [n]), and what was left out, with counts."""

    ill: Truth
    told: Truth
    left_out: Mapping[str, int]


def no_answer(value: str) -> bool:
    """Whether a value is plainly no answer. A trace of bacilli is neither: a person must say what it counts as."""
    words = " ".join(re.sub(r"(?<=\w)[-_](?=\w)", " ", value.casefold()).split()).strip(" .")
    return words in NO_ANSWER or "trace" in re.findall(r"[^\W\d_]+", words)


def sort_out(values: Names, said: Said, labels: Sequence[str], positive: Sequence[str]) -> Answers:
    """Who is ill and who is well. `labels` and `positive` are the pack's own. Raises SetRefused("unknown_truth")."""
    seen = set(values.tolist()) - {""}
    ill = _ill(seen, said, positive)
    well = _well(seen, said, labels, positive) - ill
    rest = seen - ill - well
    strange = sorted(value for value in rest if not no_answer(value))
    if strange and not said.negative:
        raise SetRefused("unknown_truth", f"Say with --positive which of these values mean disease: {strange[:12]}.")
    return Answers(np.isin(values, list(ill)), np.isin(values, list(ill | well)), _left_out(values, rest))


def _ill(seen: set[str], said: Said, positive: Sequence[str]) -> set[str]:
    if both := set(said.positive) & set(said.negative):
        raise SetRefused("unknown_truth", f"{sorted(both)} cannot mean ill and well.")
    if said.positive:
        return _named(seen, said.positive)
    ill = {value for value in seen if value.lower() in YES or value in positive} - set(said.negative)
    if said.negative and not ill:
        raise SetRefused("unknown_truth", f"Say with --positive which values mean disease: {sorted(seen)[:12]}.")
    return ill


def _well(seen: set[str], said: Said, labels: Sequence[str], positive: Sequence[str]) -> set[str]:
    if said.negative:
        return _named(seen, said.negative)
    if said.positive:
        return {value for value in seen if not no_answer(value)}
    return {value for value in seen if value.lower() in NO or (value in labels and value not in positive)}


def _named(seen: set[str], named: Sequence[str]) -> set[str]:
    if not seen & set(named):
        raise SetRefused("unknown_truth", f"No row says {list(named)}; the values are {sorted(seen)[:12]}.")
    return seen & set(named)


def _left_out(values: Names, rest: set[str]) -> dict[str, int]:
    counts = Counter(value for value in values.tolist() if value in rest).most_common()
    found = {
        f"{'no answer' if no_answer(value) else 'neither ill nor well'} ({value})": count
        for value, count in counts[:MOST_NAMED]
    }
    if more := sum(count for _, count in counts[MOST_NAMED:]):
        found["other values that are neither ill nor well"] = more
    return {**({"no reference answer": empty} if (empty := int((values == "").sum())) else {}), **found}


def by_value(values: Names, ill: Truth) -> dict[str, dict[str, int]]:
    """How often each value counted as ill, and as well: what a reader of the figures must know."""
    return {
        name: dict(Counter(values[rows].tolist()).most_common())
        for name, rows in (("ill_values", ill), ("well_values", ~ill))
    }
