"""JSON of others is read strictly, and what is wrong is told in words, with its place."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from inference.declared import Count, PackError, Share, Span, Text, Texts, Unfit, loads, read
from tests import hostile

GOOD = {"title": "x", "share": 0.5}


class Circle(Struct, frozen=True, tag_field="shape", tag="circle", forbid_unknown_fields=True):
    radius: Annotated[float, Meta(gt=0, description="a number above 0")]


class Line(Struct, frozen=True, tag_field="shape", tag="line", forbid_unknown_fields=True):
    ends: Span

    def __post_init__(self) -> None:
        if self.ends.high > 100:
            raise Unfit("must be short", "too_long")


class Sheet(Struct, frozen=True, kw_only=True):
    title: Text
    share: Share
    kind: Literal["a", "b"] = "a"
    names: Texts = ("x",)
    day: date | None = None
    drawn: tuple[Circle | Line, ...] = ()
    counts: dict[str, Count] = {}
    pair: tuple[int, int] | None = None
    note: str = ""


@pytest.mark.parametrize("wrong", [wrong for wrong in hostile.documents(GOOD) if wrong not in ("a list", "null")])
def test_what_is_no_plain_json_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        loads(hostile.documents(GOOD)[wrong])


def test_a_name_given_twice_is_told() -> None:
    with pytest.raises(ValueError, match="'tp' is given twice"):
        loads(b'{"rows": [{"tp": 1, "tp": 2}]}')


def test_plain_json_is_read_as_it_stands() -> None:
    assert loads('\ufeff{"a": [1, 1.5, "é 😀", null, true, {}]}'.encode()) == {"a": [1, 1.5, "é 😀", None, True, {}]}
    assert loads(b'"\\ud83d\\ude00"') == "😀"


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    try:
        loads(data)
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": None}, "sheet.title must be a text and not empty."),
        ({"title": " "}, "sheet.title must be a text and not empty."),
        ({"share": 1.5}, "sheet.share must be a number from 0 to 1."),
        ({"share": True}, "sheet.share must be a number from 0 to 1."),
        ({"share": 10**400}, "sheet.share must be a number from 0 to 1."),
        ({"share": float("nan")}, "sheet.share must be a number from 0 to 1."),
        ({"kind": "c"}, "sheet.kind 'c' is not one of a, b."),
        ({"kind": ["a"]}, "sheet.kind must be one of a, b."),
        ({"names": []}, "sheet.names must be a list of texts and not empty."),
        ({"names": ["x", 3]}, "sheet.names[1] must be a text and not empty."),
        ({"day": "23/11/2026"}, "sheet.day must be a date like 2026-11-23 or null."),
        ({"drawn": {}}, "sheet.drawn must be a list."),
        ({"drawn": [3]}, "sheet.drawn[0] must be an object with shape"),
        ({"drawn": [{}]}, "sheet.drawn[0].shape is missing: it must be one of circle, line."),
        ({"drawn": [{"shape": "star"}]}, "sheet.drawn[0].shape 'star' is not one of circle, line."),
        ({"drawn": [{"shape": "circle"}]}, "sheet.drawn[0].radius is missing: it must be a number above 0."),
        (
            {"drawn": [{"shape": "line", "ends": [2, 1]}]},
            "sheet.drawn[0].ends must be [low, high] with low below high.",
        ),
        ({"drawn": [{"shape": "line", "ends": [2]}]}, "sheet.drawn[0].ends must be [low, high]."),
        ({"drawn": [{"shape": "line", "ends": [2, "x"]}]}, "sheet.drawn[0].ends[1] must be a number."),
        (
            {"drawn": [{"shape": "line", "ends": [1, 2], "to": 1}]},
            "sheet.drawn[0] must be an object with shape, ends and nothing else.",
        ),
        ({"counts": {"` - at `$.title`": "x"}}, "sheet.counts[...] must be a whole number from 0 to 1000000000."),
        ({"counts": []}, "sheet.counts must be an object."),
        ({"pair": [1]}, "sheet.pair must be a list or null."),
        ({"note": 3}, "sheet.note must be a text."),
        ({"kind": "x` - at `$.title`"}, "sheet.kind 'x` - at `$.title`' is not one of a, b."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PackError) as refused:
        read({**GOOD, **change}, Sheet, "sheet")
    assert refused.value.code == "bad_manifest"
    assert refused.value.message.startswith(sentence)


def test_what_is_missing_is_told() -> None:
    with pytest.raises(PackError, match="sheet.title is missing: it must be a text and not empty."):
        read({}, Sheet, "sheet")
    with pytest.raises(PackError, match="sheet must be an object with title, share, kind"):
        read([], Sheet, "sheet")


def test_a_type_or_a_place_may_have_a_code_of_its_own() -> None:
    codes = {"title": "no_title", r"drawn\[": "bad_drawing"}
    far = {"drawn": [{"shape": "line", "ends": [1, 101]}]}
    for change, code in (({"title": ""}, "no_title"), ({"drawn": [3]}, "bad_drawing"), (far, "too_long"),
                         ({"drawn": 3}, "bad_manifest")):  # fmt: skip
        with pytest.raises(PackError) as refused:
            read({**GOOD, **change}, Sheet, "sheet", codes)
        assert refused.value.code == code


def test_unknown_members_are_ignored_and_defaults_stand_for_the_others() -> None:
    found = read({**GOOD, "new": {"in": "two years"}}, Sheet, "sheet")
    assert (found.title, found.share) == ("x", 0.5)
