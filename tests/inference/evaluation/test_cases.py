"""A labelled table: columns known by name, values by what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.evaluation.cases import Asked, SetRefused, one_each, read


def table(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text)
    return folder / "labels.csv"


def test_columns_are_known_by_name_and_values_by_what_they_say(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "x,image,label,patient_id,split\n1,a.png,tb,p1,test\n2,b.png,normal,p1,test\n3,c.png,,p2,test\n4,d.png,tb,p3,train\n",
    )
    cases = read(path, Asked(positive=("tb",), where=(("split", "test"),)))
    assert cases.names.tolist() == ["a.png", "b.png"] and cases.positive.tolist() == [True, False]
    assert cases.patient.tolist() == ["p1", "p1"] and cases.patient_column == "patient_id"
    assert cases.left_out == {"other rows of the table": 1, "no reference answer": 1}
    assert read(path, Asked(), labels=("tb", "normal"), positive=("tb",)).positive.tolist() == [True, False, True]
    assert one_each(cases.positive, cases.patient).tolist() == [0]


@pytest.mark.parametrize(
    ("text", "asked", "code"),
    [
        ("image,label\n", Asked(), "no_rows"),
        ("image,label\na,1\n", Asked(image="file"), "no_column"),
        ("image,grade\na,1\n", Asked(), "no_column"),
        ("image,label\na,tb\nb,healthy\n", Asked(), "unknown_truth"),
        ("image,label\na,1\na,0\n", Asked(), "twice"),
        ("image,label\na,1\nb,0\n", Asked(where=(("label", "7"),)), "no_rows"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, text: str, asked: Asked, code: str) -> None:
    with pytest.raises(SetRefused) as refused:
        read(table(tmp_path, text), asked)
    assert refused.value.code == code
