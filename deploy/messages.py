"""The words of the product: find every one that is shown, keep the catalogues in step, compile them.

Pure Python, so that no machine needs the gettext tools. A developer's tool: nothing at run time imports it. `django`
holds the words of Python and of the templates, `djangojs` those of the scripts.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

from screening.offline.envelope import NotAnEnvelope
from screening.photo.refusal import SENTENCES

# Languages whose every word is translated. A test holds each of them to 0 missing; add one once it is.
COMPLETE: tuple[str, ...] = ("fr", "es", "hi", "sw", "ar")
TRANSLATED = tuple(code for code, _name in settings.LANGUAGES if code != "en")
DOMAINS = ("django", "djangojs")
PACKAGES = ("accounts", "inference", "screening", "deploy")
PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "hi": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "sw": "nplurals=2; plural=(n != 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
}
SINGLE = {"_", "gettext", "gettext_lazy", "lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")
STRING = r"""(?:u?"(?:[^"\\]|\\.)*"|u?'(?:[^'\\]|\\.)*')"""
JOINED = rf"{STRING}(?:\s*\+\s*{STRING})*"
CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*({JOINED})\s*(?:,\s*({JOINED})\s*)?(?:,\s*({JOINED}))?", re.S)
# A line that is a comment and nothing else: in Python, in a script, in what Django makes of a template.
COMMENT = re.compile(r"(?:#|//)(.*)")
NOTE = "Translators:"
# What reads a kind of file: each text with the note above it.
Reader = Callable[[str], Iterator[tuple["Word", str]]]


@dataclass(frozen=True, order=True)
class Word:
    """One text as the source has it; `plural` and `context` are empty for most."""

    msgid: str
    plural: str = ""
    context: str = ""


@dataclass
class Place:
    """Where a text stands, and what was written there for whoever translates it.

    Files without line numbers (as of `xgettext --add-location=file`): a line added on top of a file would otherwise
    change the catalogues of every language, and git finds the line within the file by itself.
    """

    files: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)


def words(domain: str) -> set[Word]:
    """Every text of a domain that somebody may read."""
    return set(found(domain))


@cache
def found(domain: str) -> dict[Word, Place]:
    """Every text of a domain with its places."""
    places: dict[Word, Place] = defaultdict(Place)
    for path, read in _sources(domain):
        name = path.relative_to(settings.ROOT).as_posix()
        for word, note in read(path.read_text()):
            places[word].files.add(name)
            places[word].notes |= {note} - {""}
    if domain == "django":
        for text, name in elsewhere():
            places[Word(text)].files.add(name)
    return dict(places)


def _sources(domain: str) -> Iterator[tuple[Path, Reader]]:
    if domain == "djangojs":
        yield from ((path, in_text) for path in (settings.ROOT / "static" / "js").rglob("*.js"))
        return
    yield from ((path, in_template) for path in (settings.ROOT / "templates").rglob("*.html"))
    for package in PACKAGES:
        for path in (settings.ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts and path.name != "messages.py":
                yield path, in_python


def elsewhere() -> Iterator[tuple[str, str]]:
    """Texts of the pure modules, which know no translation (their callers translate them), and their files."""
    yield from ((text, "screening/photo/refusal.py") for text in SENTENCES.values())
    yield NotAnEnvelope().sentence, "screening/offline/envelope.py"


def in_python(source: str) -> Iterator[tuple[Word, str]]:
    """Each text of a module with the note above it."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        said = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if word := _called(name, said):
            yield word, note_above(lines, node.lineno)


def _called(name: str, said: list[str]) -> Word | None:
    """The text that a call of this name with these literals asks for."""
    match said:
        case [text, *_] if name in SINGLE and text:
            return Word(text)
        case [one, many, *_] if name in PLURAL:
            return Word(one, many)
        case [context, text, *_] if name in CONTEXT:
            return Word(text, context=context)
        case [context, one, many, *_] if name in CONTEXT_PLURAL:
            return Word(one, many, context)
    return None


def in_template(source: str) -> Iterator[tuple[Word, str]]:
    yield from in_text(templatize(source))


def in_text(source: str) -> Iterator[tuple[Word, str]]:
    """Calls with literal strings, in a script or in what Django makes of a template, each with the note above it."""
    lines = source.splitlines()
    for call in CALL.finditer(source):
        said = [joined(literals) for literals in call.groups()[1:] if literals]
        if word := _called(call[1], said):
            yield word, note_above(lines, source.count("\n", 0, call.start()) + 1)


def note_above(lines: list[str], number: int) -> str:
    """What the comment lines right above line `number` say to translators: from the word `Translators:` on."""
    said: list[str] = []
    while number > 1 and (comment := COMMENT.fullmatch(lines[number - 2].strip())):
        said.insert(0, comment[1].strip())
        number -= 1
    return " ".join(said).partition(NOTE)[2].strip()


def joined(literals: str) -> str:
    """The text of one literal, or of several added together over lines."""
    pieces = re.findall(STRING, literals, re.S)
    return "".join(str(ast.literal_eval(piece.replace("\n", "\\n"))) for piece in pieces)


def path_of(language: str, domain: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / f"{domain}.po"


def catalogue(language: str, domain: str) -> polib.POFile:
    """The language's catalogue as it stands; an empty one before the first time."""
    path = path_of(language, domain)
    if path.exists():
        return polib.pofile(str(path), wrapwidth=110)
    made = polib.POFile(wrapwidth=110)
    made.metadata = {
        "Project-Id-Version": "Fieldlight", "Language": language, "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }  # fmt: skip
    return made


def key(entry: polib.POEntry) -> Word:
    return Word(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def forms(language: str) -> int:
    return int(PLURALS[language].partition("=")[2].partition(";")[0])


def bring_up_to_date(language: str, domain: str) -> polib.POFile:
    """Add what is new, drop what is gone, keep every translation. Sorted, so that changes are easy to see."""
    held = {key(entry): entry for entry in catalogue(language, domain) if not entry.obsolete}
    fresh = catalogue(language, domain)
    fresh.clear()
    for word, place in sorted(found(domain).items(), key=lambda one: one[0]):
        entry = held.get(word) or _entry(word, language)
        entry.occurrences = [(name, "") for name in sorted(place.files)]
        entry.comment = "\n".join(sorted(place.notes))
        fresh.append(entry)
    path_of(language, domain).parent.mkdir(parents=True, exist_ok=True)
    fresh.save(str(path_of(language, domain)))
    return fresh


def _entry(word: Word, language: str) -> polib.POEntry:
    entry = polib.POEntry(msgid=word.msgid, msgctxt=word.context or None)
    if PLACEHOLDER.search(word.msgid):
        entry.flags.append("python-format")
    if word.plural:
        entry.msgid_plural = word.plural
        entry.msgstr_plural = dict.fromkeys(range(forms(language)), "")
    return entry


def compile_all() -> None:
    for language in TRANSLATED:
        for domain in DOMAINS:
            if path_of(language, domain).exists():
                catalogue(language, domain).save_as_mofile(str(path_of(language, domain).with_suffix(".mo")))


def missing(language: str, domain: str) -> list[str]:
    """Texts without a translation, or whose plural forms are not all there."""
    done = {key(entry) for entry in catalogue(language, domain) if entry.translated() and not entry.obsolete}
    return sorted(word.msgid for word in words(domain) - done)


def wrong(language: str, domain: str) -> list[str]:
    """Translations whose placeholders are not those of the text."""
    return [
        f"{entry.msgid!r}: {said!r}"
        for entry in catalogue(language, domain)
        for said in [entry.msgstr, *entry.msgstr_plural.values()]
        if said and _placeholders([said]) - _placeholders([entry.msgid, entry.msgid_plural or ""])
    ] + [
        f"{entry.msgid!r}: a placeholder is missing"
        for entry in catalogue(language, domain)
        if entry.msgstr and _placeholders([entry.msgid]) - _placeholders([entry.msgstr])
    ]


def _placeholders(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in PLACEHOLDER.findall(text)}
