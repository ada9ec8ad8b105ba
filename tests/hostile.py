"""JSON that no reader may take, made of a document it would: what is wrong stands in a member that nobody reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import reduce
from typing import Any

MEMBERS: Mapping[str, bytes] = {
    "not a number": b"NaN",
    "infinity": b"Infinity",
    "minus infinity": b"-Infinity",
    "beyond a float": b"1e999",
    "five thousand digits": b"7" * 5000,
    "half a character": rb'"\ud800 and more"',
    "the other half": rb'"\udc00 and more"',
    "half a character, not escaped": b'"\xed\xa0\x80"',
    "half a character in a name": rb'{"\ud800 and more": 1}',
    "not UTF-8": b'"\xff"',
    "a zero character": rb'"\u0000"',
    "a name twice": b'{"a": 1, "a": 1}',
    "five thousand lists": b"[" * 5000 + b"]" * 5000,
    "five thousand objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "seventy lists": b"[" * 70 + b"]" * 70,
    "cut off": b"[1, 2",
}

# The same, of what was read already: no member is any of these.
VALUES: Mapping[str, Any] = {
    "not a number": float("nan"), "infinity": float("inf"), "minus infinity": float("-inf"), "beyond a float": 10**400,
    "true": True, "five thousand lists": reduce(lambda inner, _: [inner], range(5000), []),
}  # fmt: skip


def documents(good: Mapping[str, Any]) -> dict[str, bytes]:
    """What is wrong with each, and its bytes."""
    head = json.dumps(good).encode()[:-1]
    first = next(iter(good))
    twice = json.dumps({first: good[first]}).encode()[1:]
    return {
        **{wrong: head + b', "nobody_reads": ' + value + b"}" for wrong, value in MEMBERS.items()},
        "its first name twice": head + b", " + twice,
        "nothing": b"", "a list": b"[]", "null": b"null", "a web page": b"<!doctype html>",
        "UTF-16": json.dumps(good).encode("utf-16"),
    }  # fmt: skip
