"""Lower bounds in templates."""

from __future__ import annotations

from django import template

from inference.rounding import floored

register = template.Library()


@register.filter
def bound(share: float, digits: int) -> float:
    """A lower bound cut to so many decimals: `{{ low|bound:3|floatformat:3 }}`."""
    return floored(share, digits)
