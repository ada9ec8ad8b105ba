"""The contracts that name rooms name all of them: a room that is forgotten in a list is a room that may do anything."""

from __future__ import annotations

import tomllib

import pytest

from tests.architecture.rooms import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
# What may know more than others: commands, the makers' rooms, and a programme's own evidence.
BESIDE = {
    "Nothing served imports training": {"inference.training", "screening.management"},
    "What is served measures nothing, but for a programme's own evidence": {
        "inference.training", "inference.evaluation", "screening.management", "screening.protocol",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_a_contract_names_every_room(name: str) -> None:
    named = next(set(one["source_modules"]) for one in CONTRACTS if one["name"] == name)
    here = {
        f"{house}.{path.stem}"
        for house in ("screening", "inference")
        for path in (ROOT / house).iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem not in ("__init__", "migrations")
    }
    assert named >= here - BESIDE[name]
