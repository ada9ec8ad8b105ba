"""From `make run` on an installed environment to the first page: first start, and a second one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.server import running


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with running(data) as first:
            first_start = first.started_in
        with running(data) as second:
            second_start = second.started_in
    return {
        "first_start_seconds": round(first_start, 1),
        "second_start_seconds": round(second_start, 1),
        "aim": "second start to first page ≤ 5 s",
    }
