"""What can be refused: one tree, so that page, API and phone tell every refusal alike.

    Refused               the act was not done
    ├── Incorrect         what was entered is wrong, field by field
    │   ├── BadAnswers    answers to the questionnaire that are impossible
    │   └── GradeError    a grade that is incomplete or contradicts itself
    ├── PhotoRefused      a file that is not taken
    ├── Lost              the consult is not the reader's to answer now
    ├── OutOfOrder        a read before its turn
    ├── NoMark            not a region of a picture, or one too many
    ├── Shelved           an administrator must look first
    ├── Unvouched         its author had no duty there: the site decides
    ├── NotAnEnvelope     bytes that were cut off, or never were an envelope
    ├── UnderWay          here to the last byte, and not handed on yet
    ├── WrongOffset       the piece of an upload belongs elsewhere
    ├── Expired           an upload unfinished for too long
    ├── TooLong           more bytes than were announced, or than may be
    └── Mismatch          not the bytes the sender means

One code has one HTTP status, whoever is told: `screening.words.refusals`. Modules that know no translation give the
sentence in English; it is translated there too.
"""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """The act was not done. `code` for machines, `sentence` for people: it says what to do next."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class Incorrect(Refused):
    """What was entered is wrong: `problems` says what to do about each field, by its name."""

    def __init__(self, code: str, problems: Mapping[str, str], sentence: str) -> None:
        super().__init__(code, sentence)
        self.problems = dict(problems)


class BadAnswers(Incorrect):
    """Answers that are impossible: what to do about each question, by its code."""

    def __init__(self, problems: Mapping[str, str], sentence: str) -> None:
        super().__init__("bad_answer", problems, sentence)
