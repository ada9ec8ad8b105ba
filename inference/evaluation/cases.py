"""A labelled set: one row per picture, read from a CSV file whose columns are known by name, or refused."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Names = npt.NDArray[np.str_]
Truth = npt.NDArray[np.bool_]

TRUTH_COLUMNS = ("referable", "label", "truth", "positive")
PATIENT_COLUMNS = ("patient", "patient_id", "film", "person")
YES = frozenset({"1", "1.0", "true", "yes", "positive"})
NO = frozenset({"0", "0.0", "false", "no", "negative", "normal"})


class SetRefused(ValueError):
    """A set on which the figures asked for have no meaning. `code` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Asked:
    """Which columns of the table to use. An empty `truth` or `patient` is looked for among the usual names.

    `positive` are the values of the truth column that mean disease; empty: 1, true, yes, positive, and the pack's own
    positive labels. `where` keeps only the rows whose columns hold these values.
    """

    image: str = "image"
    truth: str = ""
    positive: tuple[str, ...] = ()
    patient: str = ""
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cases:
    """`positive` [n] is the reference answer; `patient` [n] names the person; `columns` holds every column [n].

    `everyone` lists the picture of every row of the table, before `where`; `kept` says which of them are cases.
    """

    names: Names
    positive: Truth
    patient: Names
    columns: Mapping[str, Names]
    truth_column: str
    patient_column: str
    left_out: Mapping[str, int]
    everyone: Mapping[str, Names]

    def __len__(self) -> int:
        return len(self.names)

    def only(self, rows: npt.NDArray[np.bool_], why: str) -> Cases:
        """The chosen rows; the others are counted under `why`."""
        gone = int((~rows).sum())
        left = {**self.left_out, **({why: gone} if gone else {})}
        return Cases(
            self.names[rows], self.positive[rows], self.patient[rows], {k: v[rows] for k, v in self.columns.items()},
            self.truth_column, self.patient_column, left, self.everyone,
        )  # fmt: skip


def read(table: Path, asked: Asked, labels: Sequence[str] = (), positive: Sequence[str] = ()) -> Cases:
    """Read a table of labels. `labels` and `positive` are the pack's own. Raises SetRefused: no_table, no_rows,
    no_column, unknown_truth, twice."""
    rows = _rows(table)
    header = list(rows[0])
    truth = _column(asked.truth, TRUTH_COLUMNS, header, "--truth")
    patient = asked.patient or next((name for name in PATIENT_COLUMNS if name in header), "")
    for name in (asked.image, truth, *([patient] if patient else []), *(name for name, _ in asked.where)):
        _column(name, (), header, "the column")
    columns = {name: np.array([(row[name] or "").strip() for row in rows], np.str_) for name in header}
    chosen = np.ones(len(rows), np.bool_)
    for name, value in asked.where:
        chosen &= columns[name] == value
    told = columns[truth] != ""
    left = {"other rows of the table": int((~chosen).sum()), "no reference answer": int((chosen & ~told).sum())}
    kept = {name: values[chosen & told] for name, values in columns.items()}
    _check_names(kept[asked.image])
    return Cases(
        kept[asked.image], _answers(kept[truth], asked.positive, labels, positive),
        kept[patient] if patient else kept[asked.image], kept, truth, patient,
        {why: count for why, count in left.items() if count}, columns,
    )  # fmt: skip


def _rows(table: Path) -> list[dict[str, str]]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SetRefused("no_table", f"{table.name} cannot be read: {error}.") from error
    if not rows:
        raise SetRefused("no_rows", f"{table.name} has no rows.")
    return rows


def _column(name: str, usual: Sequence[str], header: Sequence[str], option: str) -> str:
    found = name or next((one for one in usual if one in header), "")
    if found not in header:
        what = f"{option} {name!r}" if name else f"one of {list(usual)} (name it with {option})"
        raise SetRefused("no_column", f"The table has no {what}. It has: {', '.join(header)}.")
    return found


def _check_names(names: Names) -> None:
    if not len(names):
        raise SetRefused("no_rows", "No row of the table is left to measure on.")
    twice = [name for name, count in Counter(names.tolist()).items() if count > 1]
    if twice:
        raise SetRefused("twice", f"{len(twice)} pictures stand in the table twice, the first is {twice[0]}.")


def _answers(values: Names, asked: Sequence[str], labels: Sequence[str], positive: Sequence[str]) -> Truth:
    seen = set(values.tolist())
    if asked:
        if not seen & set(asked):
            raise SetRefused("unknown_truth", f"No row says {list(asked)}; the values are {sorted(seen)[:12]}.")
        return np.isin(values, list(asked))
    yes = {value for value in seen if value.lower() in YES or value in positive}
    no = {value for value in seen if value.lower() in NO or (value in labels and value not in positive)}
    if strange := sorted(seen - yes - no):
        raise SetRefused("unknown_truth", f"Say with --positive which of these values mean disease: {strange[:12]}.")
    return np.isin(values, list(yes))


def one_each(positive: Truth, patient: Names, seed: int = 7) -> npt.NDArray[np.int64]:
    """One row per person, a diseased picture where there is one: two eyes of a person are no two pieces of evidence."""
    rng = np.random.default_rng(seed)
    _, member = np.unique(patient, return_inverse=True)
    # A random order first and the diseased before the others: the first row of each person is the one wanted.
    order = rng.permutation(len(positive))
    order = order[np.argsort(~positive[order], kind="stable")]
    _, first = np.unique(member[order], return_index=True)
    return np.sort(order[first])
