"""What would betray the AI to a blind reader, and every address that reader can reach, to look for it."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from django.test import Client
from django.urls import reverse

from screening.models import Consult
from screening.reading import what_the_ai_saw
from tests.accounts.test_urls import OWN, ROUTES, address

SCORE, THRESHOLD = 0.8134567, 0.4271938
LEADS_NOWHERE = ("/sign-out", "/static/", "/accounts/", "/language/", "/media/")
ADDRESS = re.compile(r"""(?:href|src|action|hx-[a-z-]+|data-[a-z-]+)=["']([^"']+)["']""")
AT_MOST = 200


def traces(consult: Consult) -> set[str]:
    """Every string the product would say of the AI in this case: words, numbers, names of models, heat maps."""
    said: set[str] = {str(SCORE), str(THRESHOLD), "What the AI found"}
    for found in what_the_ai_saw.of(consult, consult.encounter.images.belonging()).values():
        said |= {found.badge.words, found.words, found.why, found.heat, reverse("image_heat", args=[found.image.pk])}
        said |= {fact.words for fact in found.facts}
        said |= {name for model in found.models for name in (model.name, model.sha256)}
        said |= {str(found.point.pk), found.point.data} if found.point else set()
        said |= {str(run.pk) for run in (found.finding, found.gate, found.other) if run}
    return said - {""}


def betrayed(payload: str, said: set[str]) -> set[str]:
    plain = html.unescape(payload)
    return {word for word in said if word in plain or word in payload}


def reached(client: Client, consult: Consult, programme: str) -> Iterator[tuple[str, str]]:
    """Every address of the case and all that its answers point to: what was asked, and all of the answer as text.

    Headers are part of it (file names), and so are the names in addresses that lead on.
    """
    known = _addresses(consult, programme)
    waiting, seen = deque(known), set(known)
    while waiting:
        path = waiting.popleft()
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(path, headers=headers)
            text = _text(answer)
            yield f"GET {path} {answer.status_code}", f"{text}\n{dict(answer.headers)}"
            for found in _led_to(text):
                if found not in seen and len(seen) < AT_MOST:
                    seen.add(found)
                    waiting.append(found)
    yield from _posted(client, consult)


def _addresses(consult: Consult, programme: str) -> list[str]:
    """Every route of the url conf that answers GET, with the objects of this case in it."""
    found = []
    for image in consult.encounter.images.all():
        objects = {
            "patient": str(consult.encounter.patient_id), "encounter": str(consult.encounter_id),
            "consult": str(consult.pk), "image": str(image.pk), "programme": programme,
        }  # fmt: skip
        for route, row in ROUTES.items():
            if route in OWN and "GET" in row.actions and (row.object is None or row.object in objects):
                found.append(address(route, row, objects))
    return sorted(set(found))


def _posted(client: Client, consult: Consult) -> Iterator[tuple[str, str]]:
    """What the page asks for by POST while the reader works: the claim, the draft, the next case, a mark."""
    image = consult.encounter.images.first()
    sent: dict[str, dict[str, Any]] = {
        "claim": {}, "draft": {"OD-gradability": "gradable"}, "keep_ready": {}, "release": {},
        "marks": {"image": str(image.pk if image else ""), "x0": 0.1, "y0": 0.1, "x1": 0.2, "y1": 0.2},
    }  # fmt: skip
    for name in ("claim", "draft", "keep_ready", "marks", "release"):
        path = reverse(name, args=[consult.pk])
        for headers in ({"HX-Request": "true"}, {}):
            answer = client.post(path, sent[name], headers=headers)
            yield f"POST {path} {answer.status_code}", f"{_text(answer)}\n{dict(answer.headers)}"
    for path, body in (("claim", {}), ("draft", {"grades": {}})):
        full = f"/api/v1/referrals/{consult.pk}/{path}"
        method = client.put if path == "draft" else client.post
        answer = method(full, json.dumps(body), content_type="application/json")
        yield f"API {full} {answer.status_code}", f"{_text(answer)}\n{dict(answer.headers)}"


def _text(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace") if isinstance(body, bytes) else str(body)


def _led_to(text: str) -> Iterator[str]:
    """Addresses of this server in attributes of a page, and in JSON."""
    for found in [*ADDRESS.findall(text), *re.findall(r'"(/[^"\s<>]+)"', text)]:
        parts = urlsplit(unquote(html.unescape(found)))
        if not parts.netloc and parts.path.startswith("/") and not parts.path.startswith(LEADS_NOWHERE):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


__all__ = ["SCORE", "THRESHOLD", "betrayed", "reached", "traces"]
