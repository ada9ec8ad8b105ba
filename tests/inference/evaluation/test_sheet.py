"""A table of labels as people save it: signs between columns, encodings, and one sentence for what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.evaluation.sheet import SetRefused, numbers, read_sheet


def saved(folder: Path, raw: bytes) -> Path:
    (folder / "set.csv").write_bytes(raw)
    return folder / "set.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("part", [",", ";", "\t"])
def test_every_usual_way_to_save_a_table_is_read(tmp_path: Path, encoding: str, part: str) -> None:
    text = f' id {part}name\r\n1{part}"Zoë{part} A."\r\n\r\n2{part}José \r\n'
    sheet = read_sheet(saved(tmp_path, text.encode(encoding)))
    assert sheet.columns["id"].tolist() == ["1", "2"] and sheet.lines.tolist() == [2, 4]
    assert sheet.columns["name"].tolist() == [f"Zoë{part} A.", "José"]


def test_a_decimal_comma_is_one_where_commas_part_no_columns(tmp_path: Path) -> None:
    sheet = read_sheet(saved(tmp_path, b"id;score\na;0,5\nb;70\n"))
    assert numbers(sheet.columns["score"], sheet.lines, "score").tolist() == [0.5, 70.0]
    sheet = read_sheet(saved(tmp_path, b'id,score\na,"1,234"\n'))
    with pytest.raises(SetRefused, match="^Line 2: '1,234' in the column 'score' is no number"):
        numbers(sheet.columns["score"], sheet.lines, "score")


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        ("image,name\na,Zoë\n".encode("latin-1"), "encoding", "save it as “CSV UTF-8”"),
        ("image,name\na,b\n".encode("utf-16-le"), "encoding", "save it as “CSV UTF-8”"),
        (b"image,score\na,0,5\n", "ragged", "Line 2 of set.csv has 3 values under 2 column names"),
        (b"", "no_rows", "has no rows"),
        (b'image,score\na,"' + b"x" * 200_000, "no_table", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, raw: bytes, code: str, words: str) -> None:
    with pytest.raises(SetRefused, match=words) as refused:
        read_sheet(saved(tmp_path, raw))
    assert refused.value.code == code


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SetRefused, match=r"set.csv cannot be read: No such file"):
        read_sheet(tmp_path / "set.csv")
