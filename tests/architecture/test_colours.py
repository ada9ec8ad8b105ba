"""Colours are named once, in tokens.css, by what they are for."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from tests.architecture.test_shape import ROOT, name, tracked

TOKENS = ROOT / "static" / "css" / "tokens.css"
STYLES = [path for path in tracked("static/css/*.css") if path != TOKENS]
HEX = r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})(?![\w-])"
FUNCTION = r"\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\([^)]*\)"
NAMED = (
    r":[^;{}]*\b(?:white|black|red|green|blue|yellow|orange|gr[ae]y|silver|navy|purple|teal|brown|pink|gold)\b(?![\w-])"
)
# Where a literal must stand, and why.
ALLOWED = {
    # What a browser paints its own bar with: it reads no custom property. The same as --brand.
    "templates/base.html": ["#0b4a4f"],
    "templates/screening/offline/app.html": ["#0b4a4f"],
}
NEAREST = 1.5  # of CIE 1976: less is one colour written twice


def literals(text: str) -> list[str]:
    return re.findall(rf"{HEX}|{FUNCTION}", text)


def test_styles_name_no_colour_of_their_own() -> None:
    found = {name(path): literals(path.read_text()) for path in STYLES}
    assert not {path: colours for path, colours in found.items() if colours}


def test_styles_use_no_colour_by_its_english_name() -> None:
    found = {name(path): re.findall(NAMED, re.sub(r"--[\w-]+", "", path.read_text())) for path in STYLES}
    assert not {path: colours for path, colours in found.items() if colours}


def test_templates_and_scripts_name_no_colour() -> None:
    quoted = rf"""["'`:]\s*({HEX}|{FUNCTION})"""
    files = tracked("templates/*.html", "static/js/*.js")
    found = {name(path): re.findall(quoted, path.read_text()) for path in files}
    kept = {path: [one for one in colours if one not in ALLOWED.get(path, [])] for path, colours in found.items()}
    assert not {path: colours for path, colours in kept.items() if colours}


def test_every_colour_that_is_used_is_a_token() -> None:
    defined = set(re.findall(r"(--[\w-]+):", "".join(path.read_text() for path in [TOKENS, *STYLES])))
    used = {one for path in STYLES for one in re.findall(r"var\((--[\w-]+)\)", path.read_text())}
    assert not used - defined - {one for one in used if one.startswith("--pico-")}


def test_every_token_is_used() -> None:
    sources = [*STYLES, TOKENS, *tracked("static/js/*.js", "templates/*.html", "screening/*.py", "inference/*.py")]
    text = "".join(path.read_text() for path in sources)
    defined = set(re.findall(r"(--[\w-]+):", TOKENS.read_text()))
    assert not {one for one in defined if not re.search(rf"{one}(?![\w-]|:)", text) and not by_series(one)}


def by_series(token: str) -> bool:
    """Charts ask for the colour of a series by its tone."""
    return token.startswith("--chart-")


def test_no_colour_is_written_twice() -> None:
    day = TOKENS.read_text().partition("@media")[0]
    colours = dict.fromkeys(re.findall(rf"--[\w-]+: ({HEX});", day))
    near = [(one, other) for one, other in combinations(colours, 2) if distance(one, other) < NEAREST]
    assert not near


# What is read on what: words need 4.5 to 1 (WCAG 2.2, 1.4.3, AA).
PAGES = {
    "--card": "ink ink-soft placeholder brand urgent refer again clear human quiet",
    "--paper": "ink ink-soft brand",
    "--chosen": "ink",
    "--ribbon": "ribbon-ink",
    **{f"--{tone}-wash": f"{tone} ink" for tone in ("urgent", "refer", "again", "clear", "human", "quiet")},
    "--brand": "on-dark", "--brand-deep": "on-dark", "--urgent": "on-dark",
}  # fmt: skip
DESK = {
    "--night": "text faint blue rose amber sand violet green own-mark on-dark",
    "--panel": "text faint blue rose amber sand violet green on-dark",
    "--raised": "text faint blue on-dark", "--raised-hover": "text on-dark", "--cool": "text faint blue",
    "--pressed": "on-dark", "--action": "on-dark", "--action-deep": "on-dark", "--text": "night",
    "--night-note": "sand", "--night-ribbon": "ribbon", "--night-earlier": "text faint",
    "--night-clear": "night-clear-ink", "--night-clear-hover": "night-clear-ink", "--amber": "night",
}  # fmt: skip
REPORT = {"--card": "ink ink-soft refer model", "--paper": "ink ink-soft", "--refer-wash": "ink refer"}


def theme(query: str) -> dict[str, str]:
    """The tokens as they are by day, with those of a media query over them."""
    day, *others = TOKENS.read_text().split("@media")
    over = next((one for one in others if query and query in one), "")
    found = dict(re.findall(r"(--[\w-]+): ([^;]+);", day + over))
    while any(value.startswith("var(") for value in found.values()):
        found = {name: found[value[4:-1]] if value.startswith("var(") else value for name, value in found.items()}
    return found


@pytest.mark.parametrize(
    ("query", "read"),
    [("", PAGES | DESK), ("prefers-contrast: more", PAGES | DESK), ("prefers-color-scheme: dark", REPORT)],
)
def test_words_can_be_read_on_what_they_stand_on(query: str, read: dict[str, str]) -> None:
    tokens = theme(query)
    pairs = {(f"--{ink}", ground): contrast(tokens[f"--{ink}"], tokens[ground])
             for ground, inks in read.items() for ink in inks.split()}  # fmt: skip
    assert not {pair: round(ratio, 2) for pair, ratio in pairs.items() if ratio < 4.5}


def contrast(one: str, other: str) -> float:
    dark, light = sorted(luminance(colour) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def distance(one: str, other: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5


def lab(colour: str) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of an sRGB colour in hexadecimal."""
    red, green, blue = linear(colour)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = [t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(colour: str) -> list[float]:
    """Red, green and blue as shares of their light."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    return [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
