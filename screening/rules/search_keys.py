"""What a patient is found by, as labels that are hashed before they are kept, and what typed words ask for. Pure.

| label | of | found by |
| --- | --- | --- |
| `w:` | each folded word of the name, short neighbours joined, numbers in the local number | the whole word |
| `p:` | the first two to eight letters of those | typing |
| `d:n:` | a word of four letters and more without its letter `n` | a word with one letter off |
| `t:` `u:` | the telephone's last nine digits; the first of these, the last eight, the last four | dialling |
| `l:` `m:` | the folded local number; the same without up to three last places | the card |

No names by sound: no kept library does it for six languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from screening.rules import folding

VERSION = 2  # of the labels and of folding: a new one has every patient indexed again
SHORT = 3  # letters: an article or particle that is written together with its neighbour or not
TOLERANT = 4  # letters from which one may be wrong
PREFIXES = range(2, 9)
LONGEST = 24  # letters of a word: what is longer is no name
MISSING = 3  # places of a local number that may still be typed
DIALLED = range(4, 9)
MOST_WORDS = 12  # of a search


@dataclass
class Term:
    """What one typed word asks for: any label of any of these will do, the first are the best."""

    exact: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    near: set[str] = field(default_factory=set)

    def __or__(self, other: Term) -> Term:
        return Term(self.exact | other.exact, self.begun | other.begun, self.near | other.near)


def of_person(name: str, phone: str = "", local_id: str = "") -> set[str]:
    """All that somebody of this name, telephone and local number is found by."""
    found: set[str] = set()
    named = folding.words(name)
    for word in {*named, *_joined(named)}:
        found |= _word(word) | {f"d:{at}:{rest}" for at, rest in _without_one(word)}
    for word in filter(has_digit, folding.words(local_id)):
        found |= {f"w:{word}"} | {f"p:{one}" for one in _nearly_whole(word)}
    if card := folding.local_number(local_id):
        found |= {f"l:{card}"} | {f"m:{one}" for one in _nearly_whole(card)}
    if number := folding.telephone(phone):
        found |= {f"t:{number}", f"u:-{number[-4:]}", f"u:-{number[-8:]}"} | {
            f"u:{number[:n]}" for n in DIALLED if n < len(number)
        }
    return found


def asked(typed: str) -> list[Term]:
    """One term for each word typed: somebody is found who answers every one of them. Without any, everybody is."""
    tokens = typed.split()
    spans = [(folding.words(token), _card({token})) for token in tokens]
    for n, (one, other) in enumerate(pairwise(tokens)):
        both = _card({one + other})
        spans[n] = (spans[n][0], spans[n][1] | both)
        spans[n + 1] = (spans[n + 1][0], spans[n + 1][1] | both)
    words = [(word, card) for found, card in spans for word in found][:MOST_WORDS]
    dialled = _dialled([word for word, _card in words])
    together = _written_together([word for word, _card in words])
    terms = [
        _like(word) | card | number | joined
        for (word, card), number, joined in zip(words, dialled, together, strict=True)
    ]
    # A single letter is a word that is just being typed, or an initial: it narrows nothing.
    return [term for term, (word, _card) in zip(terms, words, strict=True) if len(word) > 1 or word.isdigit()]


def resembling(name: str, phone: str) -> set[str]:
    """What anybody has one of who may be the same person: a word of the name or one letter off it, or the telephone."""
    named = folding.words(name)
    terms = [_like(word) for word in {*named, *_joined(named)}] + ([_telephone(phone)] if phone else [])
    return set().union(*(term.exact | term.near for term in terms))


def has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _nearly_whole(number: str) -> set[str]:
    """The number without up to three of its last places: with more, what all cards of a place begin with finds all."""
    return {number[:n] for n in range(max(PREFIXES.start, len(number) - MISSING), len(number))}


def _word(word: str) -> set[str]:
    return {f"w:{word}"} | {f"p:{word[:n]}" for n in PREFIXES if n < len(word)}


def _joined(words: Iterable[str]) -> Iterator[str]:
    """Neighbours as one word, where one of them is short."""
    return (one + other for one, other in pairwise(words) if min(len(one), len(other)) <= SHORT)


def _without_one(word: str) -> Iterator[tuple[int, str]]:
    """The word without each of its letters, and where that stood. Nothing for a short word or a number."""
    if TOLERANT <= len(word) <= LONGEST and not has_digit(word):
        yield from ((at, word[:at] + word[at + 1 :]) for at in range(len(word)))


def _like(word: str) -> Term:
    """A word of a name: the same, begun so, or one letter off. Two letters exchanged are one letter off."""
    near = {f"d:{at}:{word}" for at in range(len(word) + 1)} if TOLERANT - 1 <= len(word) < LONGEST else set()
    for at, rest in _without_one(word):
        near |= {f"w:{rest}"} | {f"d:{there}:{rest}" for there in (at - 1, at, at + 1) if 0 <= there <= len(rest)}
    begun = {f"p:{word[: PREFIXES.stop - 1]}"} if len(word) >= PREFIXES.start else set()
    return Term({f"w:{word}"}, begun, near)


def _card(written: set[str]) -> Term:
    cards = {folding.local_number(one) for one in written} - {""}
    return Term({f"l:{one}" for one in cards}, {f"m:{one}" for one in cards if len(one) >= PREFIXES.start})


def _written_together(words: list[str]) -> list[Term]:
    """For each word what it is together with a neighbour, where one of the two is short."""
    terms = [Term() for _word in words]
    for at, (one, other) in enumerate(pairwise(words)):
        for joined in _joined([one, other]):
            terms[at] |= _like(joined)
            terms[at + 1] |= _like(joined)
    return terms


def _dialled(words: list[str]) -> list[Term]:
    """For each word the telephone that it and the numbers beside it are, as people write it in groups."""
    terms: list[Term] = []
    for number, group in groupby(words, str.isdigit):
        together = list(group)
        terms += [_telephone("".join(together)) if number else Term() for _word in together]
    return terms


def _telephone(typed: str) -> Term:
    number = folding.telephone(typed)
    exact = {f"t:{number}"} if len(number) >= DIALLED.start else set()
    if len(number) == folding.DIALLED:
        exact |= {f"t:{number[-n:]}" for n in (7, 8)}  # kept without the code of the country or town
    begun = {f"u:{number}"} if len(number) in DIALLED else set()
    return Term(exact, begun | ({f"u:-{number}"} if len(number) in (4, 8) else set()))
