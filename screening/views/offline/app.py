"""The phone's app: one page for everybody, the worker that keeps it on the phone, and what installs it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from accounts.access import public

WORKER = "js/app/service-worker.js"
STYLES = ("vendor/pico-2.1.1/pico.min.css", "css/tokens.css", "css/app.css", "css/field.css", "css/phone.css")
UPLOADER = "vendor/tus-js-client-4.3.1/tus.min.js"
CODE_READER = "vendor/jsqr-1.4.0/jsQR.js"
PICTURES = ("img/mark.svg", "vendor/lucide-1.62.0/icons.svg")
ICONS = (("img/app-192.png", "192x192", "any"), ("img/app-512.png", "512x512", "any"),
         ("img/app-maskable.png", "512x512", "maskable"))  # fmt: skip


def scripts() -> list[str]:
    """Every module of the app but the worker itself."""
    root = Path(settings.STATICFILES_DIRS[0])
    found = sorted(str(file.relative_to(root)) for file in (root / "js" / "app").rglob("*.js"))
    return [name for name in found if name != WORKER]


def shell() -> dict[str, Any]:
    """What the phone keeps, by address: `files` before the app counts as installed, `later` when there is time.

    Static files carry their content's hash in their names, so a changed file changes the version.
    """
    files = [static(name) for name in (*STYLES, *PICTURES, *scripts())]
    later = [static(name) for name in (UPLOADER, CODE_READER, *(name for name, _size, _purpose in ICONS))]
    page = page_print()
    version = hashlib.sha256(json.dumps([files, later, page]).encode()).hexdigest()[:16]
    return {"version": version, "page": reverse("app"), "files": files, "later": later}


def page_print() -> str:
    """Changes when the page itself or the worker changes, or the version of the product, which the page says."""
    found = [settings.ROOT / "templates" / "screening" / "offline" / "app.html", finders.find(WORKER)]
    said = [Path(str(one)).read_bytes() for one in found] + [settings.FIELDLIGHT_VERSION.encode()]
    return hashlib.sha256(b"".join(said)).hexdigest()


@public
@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """The page around the app. The same for everybody: who is signed in, the app itself asks."""
    answer = render(request, "screening/offline/app.html", {"styles": STYLES})
    answer["Cache-Control"] = "no-cache"
    return answer


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of what it keeps written above it."""
    source = Path(str(finders.find(WORKER))).read_text()
    body = f"self.SHELL = {json.dumps(shell())};\n{source}"
    return HttpResponse(body, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes the app installable."""
    icons = [{"src": static(name), "sizes": size, "type": "image/png", "purpose": purpose}
             for name, size, purpose in ICONS]  # fmt: skip
    return JsonResponse(
        {
            "name": "Fieldlight", "short_name": "Fieldlight", "id": reverse("app"), "start_url": reverse("app"),
            "scope": "/", "display": "standalone", "background_color": "#f4f6f4", "theme_color": "#0b4a4f",
            "icons": icons,
        },
        content_type="application/manifest+json",
        headers={"Cache-Control": "no-cache"},
    )  # fmt: skip


urls: list[URLPattern] = [
    path("app/", app, name="app"),
    path("sw.js", worker, name="app_worker"),
    path("app.webmanifest", manifest, name="app_manifest"),
]
