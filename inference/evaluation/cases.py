"""A labelled set: one row per picture, read from a CSV file whose columns are known by name, or refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.evaluation.sheet import Lines, Names, SetRefused, read_sheet
from inference.evaluation.truth import Said, Truth, sort_out

TRUTH_COLUMNS = ("referable", "label", "truth", "positive")
PATIENT_COLUMNS = ("patient", "patient_id", "film", "person")
IMAGE_COLUMN = "image"


@dataclass(frozen=True)
class Asked:
    """Which columns of the table to use. An empty `truth` or `patient` is looked for among the usual names.

    `positive` are the values of the truth column that mean disease; empty: 1, true, yes, positive, and the pack's own
    positive labels. `negative` are those that mean none; empty: all others but those that are no answer. `where` keeps
    only the rows whose columns hold these values. Without `pictures` the rows are named by their line, where no
    column names a picture.
    """

    image: str = ""
    truth: str = ""
    positive: tuple[str, ...] = ()
    patient: str = ""
    where: tuple[tuple[str, str], ...] = ()
    negative: tuple[str, ...] = ()
    pictures: bool = True


@dataclass(frozen=True)
class Cases:
    """`positive` [n] is the reference answer; `patient` [n] names the person; `columns` holds every column [n].

    `everyone` lists every column of every row of the table, before `where`; `lines` [n] says where in the file a case
    stands. `image_column` is "" where no column names a picture.
    """

    names: Names
    positive: Truth
    patient: Names
    columns: Mapping[str, Names]
    truth_column: str
    patient_column: str
    left_out: Mapping[str, int]
    everyone: Mapping[str, Names]
    image_column: str
    lines: Lines

    def __len__(self) -> int:
        return len(self.names)

    def only(self, rows: npt.NDArray[np.bool_], why: str) -> Cases:
        """The chosen rows; the others are counted under `why`."""
        gone = int((~rows).sum())
        return replace(
            self, names=self.names[rows], positive=self.positive[rows], patient=self.patient[rows],
            columns={name: values[rows] for name, values in self.columns.items()}, lines=self.lines[rows],
            left_out={**self.left_out, **({why: gone} if gone else {})},
        )  # fmt: skip


def read(table: Path, asked: Asked, labels: Sequence[str] = (), positive: Sequence[str] = ()) -> Cases:
    """Read a table of labels. `labels` and `positive` are the pack's own. Raises SetRefused: no_table, encoding,
    ragged, no_rows, no_column, unknown_truth, twice."""
    sheet = read_sheet(table)
    header = list(sheet.columns)
    image = _image(asked, header)
    truth = _column(asked.truth, TRUTH_COLUMNS, header, "--truth")
    patient = asked.patient or next((name for name in PATIENT_COLUMNS if name in header), "")
    for name in (*([patient] if patient else []), *(name for name, _ in asked.where)):
        _column(name, (), header, "")
    chosen = np.ones(len(sheet.lines), np.bool_)
    for name, value in asked.where:
        chosen &= sheet.columns[name] == value
    if not chosen.any():
        raise SetRefused("no_rows", "No row of the table is left to measure on: none is as --where says.")
    said = Said(asked.positive, asked.negative)
    answers = sort_out(sheet.columns[truth][chosen], said, labels, positive)
    rows = np.flatnonzero(chosen)[answers.told]
    kept = {name: values[rows] for name, values in sheet.columns.items()}
    names = kept[image] if image else np.array([f"line {line}" for line in sheet.lines[rows]], np.str_)
    left = {"other rows of the table": int((~chosen).sum()), **answers.left_out}
    _check_names(names, left)
    return Cases(
        names, answers.ill[answers.told], kept[patient] if patient else names, kept, truth, patient,
        {why: count for why, count in left.items() if count}, sheet.columns, image, sheet.lines[rows],
    )  # fmt: skip


def _image(asked: Asked, header: Sequence[str]) -> str:
    name = asked.image or IMAGE_COLUMN
    if name in header or asked.pictures or asked.image:
        return _column(name, (), header, "--image-column")
    return ""


def _column(name: str, usual: Sequence[str], header: Sequence[str], option: str) -> str:
    found = name or next((one for one in usual if one in header), "")
    if found not in header:
        what = f"column {name!r}" if name else f"column of {list(usual)}"
        how = f" (name yours with {option})" if option else ""
        raise SetRefused("no_column", f"The table has no {what}{how}. It has: {', '.join(header)}.")
    return found


def _check_names(names: Names, left: Mapping[str, int]) -> None:
    if not len(names):
        why = "; ".join(f"{why} {count}" for why, count in left.items() if count)
        raise SetRefused("no_rows", f"No row of the table is left to measure on. Left out: {why}.")
    twice = [name for name, count in Counter(names.tolist()).items() if count > 1]
    if twice:
        raise SetRefused("twice", f"{len(twice)} pictures stand in the table twice, the first is {twice[0]}.")


def one_each(positive: Truth, patient: Names, seed: int = 7) -> npt.NDArray[np.int64]:
    """One row per person, a diseased picture where there is one: two eyes of a person are no two pieces of evidence."""
    rng = np.random.default_rng(seed)
    _, member = np.unique(patient, return_inverse=True)
    # A random order first and the diseased before the others: the first row of each person is the one wanted.
    order = rng.permutation(len(positive))
    order = order[np.argsort(~positive[order], kind="stable")]
    _, first = np.unique(member[order], return_index=True)
    return np.sort(order[first])
