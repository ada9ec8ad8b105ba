"""The pages of a manager in tests: the addresses they open, and the rows of a table."""

from __future__ import annotations

import csv
import io
from typing import Any

CANARY = "Canary Achterberg"


def rows(response: Any) -> list[dict[str, str]]:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
