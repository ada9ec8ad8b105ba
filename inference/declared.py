"""JSON that somebody else wrote: parsed strictly, then read into declared types or refused in words for people. Pure.

The rules stand in the types: `Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]`, where the
description goes on from "must be". What members mean together stands in a type's `__post_init__`, which raises Unfit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, inspect

T = TypeVar("T")
# Nothing written for us is deeper than eight; much deeper, and whoever walks it later could run out of stack.
DEEPEST = 64
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # some editors put it before UTF-8
FAR = 1.7e308  # the end of the numbers; beyond is only infinity

Text = Annotated[str, Meta(pattern=r"\S", description="a text and not empty")]
Texts = Annotated[tuple[Text, ...], Meta(min_length=1, description="a list of texts and not empty")]
Number = Annotated[float, Meta(ge=-FAR, le=FAR, description="a number")]
Positive = Annotated[float, Meta(gt=0, le=FAR, description="a number above 0")]
Share = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]
Count = Annotated[int, Meta(ge=0, le=10**9, description="a whole number from 0 to 1000000000")]
Several = Annotated[int, Meta(ge=1, le=10**9, description="a whole number from 1 to 1000000000")]


class PackError(Exception):
    """A model pack that cannot be trusted or used. `code` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Unfit(ValueError):
    """Members that do not go together. The message goes on from the place, which `at` tells more exactly; without a
    code that of the place holds."""

    def __init__(self, message: str, code: str = "", at: str = "") -> None:
        super().__init__(message)
        self.code, self.at = code, at


class Span(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """[low, high]."""

    low: Number
    high: Number

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise Unfit("must be [low, high] with low below high")


def loads(data: bytes) -> Any:
    """JSON in UTF-8: no NaN, no number beyond a float, no lone surrogate, no zero character (no database keeps either),
    no name twice in one object, not too deep. Raises ValueError, saying which.
    """
    try:
        said = msgspec.json.decode(data.removeprefix(BYTE_ORDER_MARK))
        json.loads(data, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    level = [said]
    for _ in range(DEEPEST):
        names = [name for one in level if isinstance(one, dict) for name in one]
        if any("\0" in text for text in (*names, *level) if isinstance(text, str)):
            raise ValueError("a text holds a zero character")
        inner = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [one for members in inner for one in members]
    if level:
        raise ValueError("it is nested too deeply")
    return said


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _value in pairs:
        if name in seen:
            raise ValueError(f"{name[:40]!r} is given twice in one object")
        seen.add(name)


def read(raw: object, kind: type[T], where: str, codes: Mapping[str, str] | None = None) -> T:
    """`raw` as the declared type; unknown members are ignored. `where` is its name for people.

    Raises PackError with the code of the Unfit, else the first of `codes` whose pattern fits the place ("rows"), else
    bad_manifest.
    """
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        at, missing = place(str(error))
        unfit = error.__cause__ if isinstance(error.__cause__, Unfit) else Unfit(_wanted_at(at, kind, raw, missing))
        of_place = [code for part, code in (codes or {}).items() if re.match(part, at.lstrip("."))]
        code = unfit.code or next(iter(of_place), "bad_manifest")
        raise PackError(code, f"{where}{at}{unfit.at} {unfit}.") from None


def place(words: str) -> tuple[str, bool]:
    """Where the library found it, like `.cases[0].file`, and whether it is missing there."""
    found = re.search(r" - at (?:`key` in )?`\$([^`]*)`\Z", words)
    missing = re.match(r"Object missing required field `(\w+)`", words)
    return (found[1] if found else "") + (f".{missing[1]}" if missing else ""), bool(missing)


def _wanted_at(at: str, kind: Any, raw: Any, missing: bool) -> str:
    here = inspect.type_info(kind)
    for name, index in re.findall(r"\.(\w+)|\[(\d+|\.\.\.)\]", at):
        here = _inside(here, raw, name or index)
        raw = raw.get(name) if isinstance(raw, dict) else raw[int(index)]
    if isinstance(here, inspect.LiteralType) and isinstance(raw, str) and len(here.values) > 1:
        return f"{raw[:40]!r} is not {_wanted(here, raw)}"
    return f"{'is missing: it ' if missing else ''}must be {_wanted(here, raw)}"


def _inside(kind: inspect.Type, raw: Any, step: str) -> inspect.Type:
    """The type one step further in."""
    if isinstance(kind, inspect.UnionType):
        tagged = [one for one in kind.types if isinstance(one, inspect.StructType) and one.tag_field == step]
        if tagged:
            return inspect.LiteralType(tuple(str(one.tag) for one in tagged))
    match kind := _chosen(kind, raw):
        case inspect.StructType():
            names = [field.encode_name for field in kind.fields]
            return kind.fields[int(step) if kind.array_like else names.index(step)].type
        case inspect.VarTupleType():
            return kind.item_type
        case inspect.TupleType():
            return kind.item_types[int(step)]
        case inspect.DictType():
            return kind.value_type
    return kind


def _chosen(kind: inspect.Type, raw: Any) -> inspect.Type:
    """Without description and null; of several types, that whose tag the value bears."""
    if isinstance(kind, inspect.Metadata):
        return _chosen(kind.type, raw)
    if not isinstance(kind, inspect.UnionType):
        return kind
    structs = [one for one in kind.types if isinstance(one, inspect.StructType) and isinstance(raw, dict)]
    borne = [one for one in structs if one.tag_field and one.tag == raw.get(one.tag_field)]
    return _chosen([*borne, *(one for one in kind.types if not isinstance(one, inspect.NoneType))][0], raw)


def _wanted(kind: inspect.Type, raw: Any) -> str:
    if isinstance(kind, inspect.Metadata) and kind.extra_json_schema:
        return str(kind.extra_json_schema["description"])
    if isinstance(kind, inspect.UnionType) and kind.includes_none:
        return f"{_wanted(kind.types[0], raw)} or null"
    match kind := _chosen(kind, raw):
        case inspect.LiteralType():
            return ("one of " if kind.values[1:] else "") + ", ".join(map(str, kind.values))
        case inspect.StructType():
            names = ", ".join(filter(None, [kind.tag_field, *(field.encode_name for field in kind.fields)]))
            if kind.array_like:
                return f"[{names}]"
            return f"an object with {names}" + (" and nothing else" if kind.forbid_unknown_fields else "")
        case inspect.VarTupleType() | inspect.TupleType():
            return "a list"
        case inspect.DateType():
            return "a date like 2026-11-23"
    return "a text" if isinstance(kind, inspect.StrType) else "an object"
