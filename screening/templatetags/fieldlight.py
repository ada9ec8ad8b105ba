"""Small things templates need: icons, and a place's link in the menu."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from screening.sieve import Sieve

register = template.Library()
NOTICE_ICONS = {"referred": "hospital", "retake": "rotate-ccw", "answered": "stethoscope", "identity": "circle-help"}
ICONS = "vendor/lucide-1.62.0/icons.svg"


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon. It never stands alone: words beside it say the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', static(ICONS), name
    )


@register.filter
def notice_icon(kind: str) -> str:
    return NOTICE_ICONS.get(kind, "bell")


@register.simple_tag
def but(sieve: Sieve, **changed: str) -> str:
    """The worklist's filters with one changed, as an address carries them."""
    return sieve.but(**changed)
