"""Drawn pictures laid out as the public sets are, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inference.training import sets


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every public set, a few drawn pictures each. Not to be changed by a test."""
    return sets.everything(tmp_path_factory.mktemp("sets"))
