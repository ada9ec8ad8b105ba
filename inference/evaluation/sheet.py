"""A table as people save it, by a spreadsheet or by a program, read whole or refused in one sentence.

Columns are parted by commas, semicolons or tabs, whichever the first line has most of; the text is UTF-8, or UTF-16
with its mark. Where commas part no columns, 0,5 is a number written with a decimal comma.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Names = npt.NDArray[np.str_]
Lines = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
PARTS = (",", ";", "\t")
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


class SetRefused(ValueError):
    """A set on which the figures asked for have no meaning. `code` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Sheet:
    """Every column [n] as text, without the spaces around it; `lines` [n] is the line of the file each row ends on."""

    columns: dict[str, Names]
    lines: Lines


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file with a header. Raises SetRefused: no_table, encoding, ragged, no_rows."""
    text = _text(path)
    part = _part(text)
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=part)
        rows = [(found.line_num, [cell.strip() for cell in row]) for row in found if any(map(str.strip, row))]
    except csv.Error as error:
        raise SetRefused("no_table", f"{path.name} cannot be read: {error}.") from error
    if len(rows) < 2:
        raise SetRefused("no_rows", f"{path.name} has no rows.")
    header, body = rows[0][1], rows[1:]
    _check_width(path.name, header, body)
    columns = {
        name: np.array([_cell(row, at, part) for _, row in body], np.str_) for at, name in enumerate(header) if name
    }
    return Sheet(columns, np.array([line for line, _ in body], np.int64))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SetRefused("no_table", f"{path.name} cannot be read: {error.strerror}.") from error
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise SetRefused("encoding", f"{path.name} is no UTF-8 text: save it as “CSV UTF-8” and try again.")
    return text


def _part(text: str) -> str:
    """What parts the columns: the sign the first line has most of, outside of quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(PARTS, key=bare.count)


def _check_width(name: str, header: Sequence[str], body: Sequence[tuple[int, list[str]]]) -> None:
    for line, row in body:
        if any(row[len(header) :]):
            raise SetRefused(
                "ragged", f"Line {line} of {name} has {len(row)} values under {len(header)} column names: put a value "
                "that holds the sign between columns in quotes."
            )  # fmt: skip


def _cell(row: list[str], at: int, part: str) -> str:
    cell = row[at] if at < len(row) else ""
    return cell.replace(",", ".") if part != "," and DECIMAL_COMMA.fullmatch(cell) else cell


def numbers(values: Names, lines: Lines, column: str) -> Values:
    """A column as numbers. Raises SetRefused("no_number") with the line and the value that is none."""
    found = np.zeros(len(values), np.float64)
    for at, value in enumerate(values.tolist()):
        try:
            found[at] = float(value)
        except ValueError:
            found[at] = np.nan
        if not np.isfinite(found[at]):
            raise SetRefused(
                "no_number",
                f"Line {lines[at]}: {value!r} in the column {column!r} is no number. Correct it, or leave it empty.",
            )
    return found
