"""Small things templates need: icons, and a place's link in the menu."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from screening.models import Alarm, IdentityAlert, Image, Message, Patient
from screening.models.choices import view_label
from screening.protocol import in_force
from screening.reading import tiles
from screening.reading.worklist_filters import WorklistFilters
from screening.rules import modality
from screening.words import sentences
from screening.words.digits import local

register = template.Library()
NOTICE_ICONS = {"referred": "hospital", "retake": "rotate-ccw", "answered": "stethoscope", "identity": "circle-help",
                "wanted": "camera", "missing": "camera", "question": "circle-help", "amended": "pencil",
                "reopened": "hourglass", "follow_up": "map-pin", "delivery": "triangle-alert",
                "held": "circle-help"}  # fmt: skip
ICONS = "vendor/lucide-1.62.0/icons.svg"


# No HTML of the maker's own, no pictures from elsewhere: a card is text.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@register.filter
def markdown(text: str) -> SafeString:
    """A maker's Markdown as HTML, its headings below the page's own; what looks like HTML in it is shown as text."""
    tokens = MARKDOWN.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    shown = str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))
    return SafeString(shown)  # raw HTML is off: everything in it is escaped


@register.simple_tag(takes_context=True)
def open_alarms(context: dict[str, Any]) -> list[Alarm]:
    """Alarms of the drift watch that who looks at the page should know of."""
    return in_force.open_alarms(context["request"].user)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon. It never stands alone: words beside it say the same."""
    # What points along the line points the other way where people read from right to left.
    turns = " turns" if name.endswith(("-left", "-right")) else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        turns, static(ICONS), name,
    )  # fmt: skip


@register.filter
def digits(value: object) -> str:
    """A number, or words with numbers in them, in the reader's own digits. For display only."""
    return local(value, get_language() or "en")


@register.filter
def notice_icon(kind: str) -> str:
    return NOTICE_ICONS.get(kind, "bell")


@register.simple_tag
def but(filters: WorklistFilters, **changed: str) -> str:
    """The worklist's filters with one changed, as an address carries them."""
    return filters.but(**changed)


@register.simple_tag
def wrong_views(message: Message) -> list[dict[str, str]]:
    """What a reader finds wrong, view by view: the view's name, the pictogram, the words, and how to do better."""
    found = []
    for view, code in message.wrong.items():
        kind = modality.of_view(view)
        found.append({
            "view": view, "label": capfirst(view_label(view)), "symbol": kind.look.symbol(code),
            "words": _(kind.faults.get(code, code)), "how": sentences.ungradable(code, kind)[1],
        })  # fmt: skip
    return found


@register.simple_tag
def with_others(alerts: list[IdentityAlert], user: Any) -> list[tuple[IdentityAlert, str]]:
    """Each doubtful photo with the name of its other patient, "" where the user may not know of them. One query."""
    doubted = [alert.other_id for alert in alerts if alert.kind == IdentityAlert.Kind.TWO_PATIENTS]
    known = Patient.objects.visible_to(user).filter(encounters__images__in=doubted)
    names = dict(known.values_list("encounters__images", "name")) if doubted else {}
    return [(alert, names.get(alert.other_id, "")) for alert in alerts]


@register.filter
def film_facts(image: Image) -> dict[str, str]:
    return tiles.film_facts(image)


@register.filter
def is_large(image: Image) -> bool:
    return tiles.is_large(image)


@register.filter(name="is")
def same(one: object, other: object) -> bool:
    """Whether two rows are the same one."""
    return one == other
