"""The words of the scripts in one language, as plain data: no formula to run, which the policy for scripts forbids."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.cache import patch_cache_control
from django.utils.translation.trans_real import DjangoTranslation
from django.views.decorators.http import condition
from django.views.i18n import JavaScriptCatalog

from accounts.access import public
from screening.words.digits import SYSTEMS

# Which form of a word goes with a number: names of rules the scripts know (docs/offline.md).
PLURALS = {"en": "not_one", "es": "not_one", "sw": "not_one", "fr": "above_one", "hi": "above_one", "ar": "arabic"}
RIGHT_TO_LEFT = frozenset({"ar"})


def catalog(language: str) -> dict[str, Any]:
    """Text -> translation, or text -> the forms for numbers. Texts without a translation are left out."""
    reader = JavaScriptCatalog()
    reader.translation = DjangoTranslation(
        language, domain="djangojs", localedirs=[str(path) for path in settings.LOCALE_PATHS]
    )
    return {text: said for text, said in reader.get_catalog().items() if said and any(said)}


def _print(request: HttpRequest, language: str) -> str:
    paths = [settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "djangojs.mo"]
    return "-".join(f"{path.stat().st_mtime_ns}" for path in paths if path.exists()).join('""')


@public
@condition(etag_func=_print)
def strings(request: HttpRequest, language: str) -> HttpResponse:
    """Holds no patient, and is asked for before anybody signs in: browsers may keep it and ask whether it is new."""
    if language not in PLURALS:
        raise Http404
    said = {
        "language": language, "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr", "plural": PLURALS[language],
        "digits": SYSTEMS.get(language, "latn"), "catalog": catalog(language) if language != "en" else {},
    }  # fmt: skip
    response = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    patch_cache_control(response, public=True, no_cache=True)
    return response


urls: list[URLPattern] = [path("strings/<slug:language>.json", strings, name="strings")]
