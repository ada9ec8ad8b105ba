"""Plots carry the numbers of their tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from django.test import Client

from accounts.models import User
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
PAGE = "/figures/diabetic-eye/"


def test_plots_and_tables_carry_the_same_numbers_and_nothing_runs_inline(work: Cast, signed_in: SignIn) -> None:
    response = signed_in(work.maya).get(PAGE)
    page = response.content.decode()
    plots = json.loads(re.search(r'<script id="plots" type="application/json">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    weekly = next(plot for plot in plots if plot["id"] == "weekly")
    assert {s["name"]: sum(s["values"]) for s in weekly["series"]} == {
        "All clear": 1, "Sent to a specialist": 2, "Photo wanted again": 0, "A photo is missing": 0,
        "Being assessed": 0, "Not handed in": 1,
    }  # fmt: skip
    for plot in plots:
        assert f'data-chart="{plot["id"]}"' in page
    assert not re.search(r"<script(?![^>]*(?: src=|application/json))", page)
    assert not re.search(r"<[^>]+\sstyle=", page)
