"""What a set says of itself: which rows were used, what counted as ill, what the gate turned down. Pure.

The name of the set goes to whoever signs a threshold, so it says which part of the table was used and whether the model
may have learnt from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from inference.evaluation.cases import Cases
from inference.evaluation.looks import Look
from inference.evaluation.sheet import Names, SetRefused
from inference.evaluation.truth import by_value

Where = Sequence[tuple[str, str]]
MOST_NAME = 240
TRAINING = "includes training pictures"
_TRAIN = ("train", "training")
MOST_ELSEWHERE = 0.5


def marked_train(cases: Cases, where: Where = ()) -> int:
    """How many pictures a column called split… marks as training pictures."""
    if any(_is_split(name) and value.lower() in _TRAIN for name, value in where):
        return len(cases)
    splits = [values for name, values in cases.columns.items() if _is_split(name)]
    # A set may be split in two ways; it is clean where one of them says so.
    return min((int(np.isin(np.char.lower(values), _TRAIN).sum()) for values in splits), default=0)


def named_train(cases: Cases, names: Sequence[str]) -> bool:
    """Whether a set is called a training set; its own split column knows better."""
    if any(_is_split(name) for name in cases.columns):
        return False
    return any(re.search(r"(?<![a-z])train(ing)?(?![a-z])", name.lower()) for name in names)


def _is_split(name: str) -> bool:
    return name.lower().startswith("split")


def titled(name: str, where: Where, training: bool) -> str:
    """The name of a set as a signer sees it, at most 240 characters: which part, and a warning that is never cut."""
    part = "".join(f", {column}={value}" for column, value in where)
    ending = f" ({TRAINING})" if training else ""
    whole = name + part
    return (whole if len(whole + ending) <= MOST_NAME else f"{whole[: MOST_NAME - len(ending) - 1]}…") + ending


def told(cases: Cases, where: Where, training: bool, rows: Any = None) -> dict[str, Any]:
    """What a report's `set` says of the table; `rows` are those used, all without it."""
    values, ill = cases.columns[cases.truth_column], cases.positive
    if rows is not None:
        values, ill = values[rows], ill[rows]
    return {
        "where": [f"{column}={value}" for column, value in where], "truth_column": cases.truth_column,
        **by_value(values, ill), "marked_train": marked_train(cases, where), "training": training,
    }  # fmt: skip


def turned_down(cases: Cases, looks: Sequence[Look]) -> dict[str, Any]:
    """What a gate would hand to a person, by answer and by reason. `looks` belong to `cases`, all that were looked at.

    Raises SetRefused: other_modality where most pictures show something else, all_turned_down.
    """
    seen = np.array([not look.problem for look in looks], np.bool_)
    why: Names = np.array([look.turned_down for look in looks], np.str_)
    down, ill = why != "", cases.positive
    reasons = {
        reason: {"ill": int(((why == reason) & ill).sum()), "well": int(((why == reason) & ~ill).sum())}
        for reason, _ in Counter(why[down].tolist()).most_common()
    }
    _check(int(seen.sum()), reasons)
    return {
        "pictures": int(seen.sum()), "turned_down": int(down.sum()), "ill": int((down & ill).sum()),
        "well": int((down & ~ill).sum()), "reasons": reasons,
    }  # fmt: skip


def _check(seen: int, reasons: dict[str, dict[str, int]]) -> None:
    counts = {reason: sum(both.values()) for reason, both in reasons.items()}
    said = ", ".join(f"{reason} {count}" for reason, count in counts.items())
    other = sum(count for reason, count in counts.items() if reason.startswith("not_"))
    if other > MOST_ELSEWHERE * seen:
        raise SetRefused(
            "other_modality",
            f"Of {seen} pictures the gate says that {other} show something else ({said}): is --images the right "
            "folder, and --gate the gate for such pictures?",
        )
    if seen and sum(counts.values()) == seen:
        raise SetRefused(
            "all_turned_down",
            f"The gate turns down every one of {seen} pictures ({said}): a person would read them all, and there is "
            "nothing to measure. Give it larger or better pictures, or measure the model alone, without --gate.",
        )
