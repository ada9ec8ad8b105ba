"""What can be refused."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """The act was not done. `code` for machines, `sentence` for people: it says what to do next."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class BadAnswers(Refused):
    """Answers that are impossible: what to do about each question, by its code."""

    def __init__(self, problems: Mapping[str, str], sentence: str) -> None:
        super().__init__("bad_answer", sentence)
        self.problems = dict(problems)
