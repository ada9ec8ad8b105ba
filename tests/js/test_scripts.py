"""The pure parts of the scripts, tested in their own language where Node is installed."""

from __future__ import annotations

import pytest

from tests import scripts


def test_the_unit_tests_of_the_scripts() -> None:
    if missing := scripts.node():
        pytest.skip(f"the unit tests of the scripts: {missing}")
    done = scripts.unit_tests()
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
