"""The description of the API: committed, valid, complete, and true when odd values are thrown at it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from accounts.access import SCOPES
from screening.api.urls import urlpatterns
from screening.models import Consult
from screening.photo import Refusal
from tests import factories
from tests.cast import Cast
from tests.screening.api_client import Api

DOCS = Path(__file__).parents[3] / "docs"
COMMITTED = DOCS / "openapi.yaml"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


def test_the_committed_description_is_the_one_in_force(schema: dict[str, Any]) -> None:
    told = OpenApiYamlRenderer().render(schema, renderer_context={})
    assert told == COMMITTED.read_bytes(), "Run: manage.py spectacular --file docs/openapi.yaml"


def test_the_description_is_valid_openapi(schema: dict[str, Any]) -> None:
    validate_schema(schema)


def test_every_operation_names_its_problems_and_how_to_sign_in(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert {"401", "403", "404", "503"} <= set(operation["responses"]), (method, path)
            assert operation["responses"]["404"]["content"].keys() == {"application/problem+json"}
            assert {"machine": []} in operation["security"], (method, path)
            assert operation["description"].strip()


def test_the_guide_names_every_address_scope_and_code(schema: dict[str, Any]) -> None:
    guide = (DOCS / "api.md").read_text()
    for path in schema["paths"]:
        assert f"`{path.removeprefix('/api/v1/')}`" in guide, path
    codes = {refusal.value for refusal in Refusal} | set(SCOPES.values())
    assert not {code for code in codes if f"`{code}`" not in guide}


def test_every_address_is_described(schema: dict[str, Any]) -> None:
    hidden = {"schema", ""}
    routes = {str(p.pattern) for p in urlpatterns} - hidden
    assert len(routes) == len(schema["paths"])


ODD = [
    None, True, 0, -1, 2**63, 1e308, "", " ", "x" * 5000, "\0", "é\u202e漢", "00000000-0000-0000-0000-000000000000",
    "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00Z", [], [[]], {}, {"a": {"b": []}}, "' OR 1=1 --", "../..",
]  # fmt: skip


def bodies(schema: dict[str, Any], operation: dict[str, Any], dice: random.Random) -> Any:
    """A body with the fields the operation knows, each as likely right in kind as wrong."""
    content = operation.get("requestBody", {}).get("content", {})
    ref = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    fields = schema["components"]["schemas"].get(ref.rpartition("/")[2], {}).get("properties", {})
    return {name: dice.choice(ODD) for name in fields if dice.random() < 0.9} if fields else dice.choice(ODD)


def test_odd_values_never_break_the_server(cast: Cast, schema: dict[str, Any]) -> None:
    factories.models(cast.eye)
    consult: Consult = factories.referred(cast.eye, cast.north)
    encounter = consult.encounter
    dice = random.Random(7)
    readers, field = Api(cast.olivia), Api(cast.amina)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            api = readers if "referrals" in path or "worklist" in path else field
            pk = consult.pk if "referrals" in path else encounter.pk if "encounters" in path else encounter.patient_id
            address = path.replace("{id}", str(pk)).replace("{image_id}", str(factories.an_id()))
            for _ in range(6):
                query = "&".join(
                    f"{p['name']}={str(dice.choice(ODD))[:200]}" for p in operation["parameters"] if p["in"] == "query"
                ).replace("\0", "%00") if "parameters" in operation else ""  # fmt: skip
                body = bodies(schema, operation, dice) if method != "get" else None
                answer = api.send(
                    method.upper(),
                    f"http://testserver{address.replace('{view}', 'OD')}?{query.replace(' ', '+')}",
                    body,
                )
                assert answer.status_code in set(map(int, operation["responses"])), (method, path, body, query)


@pytest.mark.parametrize("body", [{"programme": "a\0b"}, {"a": {"b": ["\0"]}}, {"\0": 1}, ["\0"], "\0"])
def test_a_nul_in_a_body_is_refused_before_it_reaches_the_database(cast: Cast, body: Any) -> None:
    answer = Api(cast.amina).put(f"encounters/{factories.an_id()}", body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_nul_in_an_address_or_a_form_is_refused_before_it_reaches_the_database(cast: Cast) -> None:
    assert Api(cast.amina).get("encounters?programme=a%00b").json()["code"] == "bad_request"
    pages = Api(cast.olivia).client
    assert pages.get("/worklist/?programme=a%00b").status_code == 400
    assert pages.post("/worklist/next/", {"programme": "a\0b"}).status_code == 400
