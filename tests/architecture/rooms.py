"""The rooms of the house and their arrows, drawn from the code into docs/architecture.md.

`python -m tests.architecture.rooms` draws them anew. A room is a package or module right under `screening` or
`inference`; an arrow says that some module of the one imports some module of the other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAP = ROOT / "docs" / "architecture.md"
HOUSES = ("accounts", "inference", "screening", "deploy")
BEGIN, END = "<!-- drawn: {house} -->", "<!-- end: {house} -->"
# Django's own; they hold no room of the path.
NO_ROOM = {"migrations", "apps"}


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    found = {}
    for house in HOUSES:
        for path in (ROOT / house).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else node.module


def room_of(module: str) -> str:
    """The room a module lies in; a house without rooms is one."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] in ("screening", "inference") else parts[0]


@cache
def arrows() -> dict[str, set[str]]:
    """For each room the rooms it knows."""
    known = modules()
    drawn: dict[str, set[str]] = {}
    for module, path in known.items():
        room = room_of(module)
        if room.partition(".")[2] in NO_ROOM or room in ("screening", "inference"):
            continue
        others = {room_of(one) for one in imports(path, known) if one in known}
        drawn.setdefault(room, set()).update(others - {room})
    return drawn


def told(room: str) -> str:
    """What a room is: the first line of its docstring."""
    path = ROOT / room.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    said = ast.get_docstring(ast.parse(source.read_text())) or ""
    return said.splitlines()[0] if said else ""


@cache
def height(room: str) -> int:
    """How many rooms stand below it, one on the other. A circle would never end, and fails here."""
    return 1 + max((height(one) for one in arrows()[room] if one in arrows()), default=0)


def table(house: str) -> str:
    """The rooms of one house, the highest first, each with what it is and whom it knows."""
    drawn = arrows()
    rooms = [room for room in drawn if room.startswith(f"{house}.")]
    lines = [f"| room of `{house}` | what it is | knows |", "| --- | --- | --- |"]
    for room in sorted(rooms, key=lambda one: (-height(one), one)):
        inside = sorted(one.partition(".")[2] for one in drawn[room] if one.startswith(f"{house}."))
        outside = sorted(one for one in drawn[room] if not one.startswith(f"{house}."))
        knows = " ".join([*inside, *(f"`{one}`" for one in outside)]) or "nobody"
        lines.append(f"| `{room.partition('.')[2]}` | {told(room)} | {knows} |")
    return "\n".join(lines)


def drawn_into(text: str) -> str:
    """The page with both tables as the code is now."""
    for house in ("screening", "inference"):
        begin, end = BEGIN.format(house=house), END.format(house=house)
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{table(house)}\n{end}{after}"
    return text


if __name__ == "__main__":
    MAP.write_text(drawn_into(MAP.read_text()))
