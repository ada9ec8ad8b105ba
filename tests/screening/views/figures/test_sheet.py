"""Tables for a spreadsheet: small counts hidden, and nothing runs as a formula."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from screening.views.figures.sheet import hidden, safe
from tests import factories as make
from tests.cast import Cast
from tests.screening.managed import rows

SignIn = Callable[[User | None], Client]
PAGE = "/figures/diabetic-eye/"


def test_small_counts_are_hidden_in_the_exported_table(work: Cast, signed_in: SignIn) -> None:
    for _ in range(3):
        make.handed_in(make.visit(work.eye, work.north))
    told = {row["site"]: row for row in rows(signed_in(work.maya).get(f"{PAGE}by/site.csv"))}
    assert told[work.north.name]["started"] == "6"
    assert told[work.north.name]["asked"] == "<5"
    assert told[work.south.name]["all_clear"] == "0"
    assert [hidden(n) for n in (0, 1, 4, 5)] == ["0", "<5", "<5", "5"]


def test_a_place_named_like_a_formula_is_text_in_the_file(work: Cast, signed_in: SignIn) -> None:
    work.north.name = '=HYPERLINK("http://x")'
    work.north.save(update_fields=["name"])
    client = signed_in(work.maya)
    assert {row["site"][0] for row in rows(client.get(f"{PAGE}started.csv"))} == {"'", "S"}
    for evil in ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1"):
        assert safe(evil) == f"'{evil}"
    assert safe("plain") == "plain"
    assert safe(None) == ""
