"""Reads answer suites: a corpus, and questions with reference answers, key points, or «nobody can answer this».

    corpus.jsonl    id, text, perhaps title; may lie one folder up
    queries.jsonl   id, text, `answers`, perhaps `key_points`, perhaps `answerable` or `unanswerable`,
                    perhaps `history`: what was said before

`answers` is one text or a list. Sets don't agree on what a list means, so it is said:

    any   alternatives, one of which must be said; an inner list holds parts that must all be said
    all   parts that must all be said; an inner list holds alternatives of that part

`any` is the default. Otherwise write it behind the folder (`shop?all`), or as `"answers_are": "all"`
into a row. Conversations with an expected outcome are read by `eval.suite_dialogues`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice, product
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidInput
from eval.suite import CaseId, CorpusEntry, corpus_of, json_lines, suite_name, text_field
from eval.suite_dialogues import DIALOGUES, DialogueCase, Said, read_dialogues, read_turns

MOST_ALTERNATIVES: Final = 1024
"""Ways to put parts together; above that something else is meant."""


class AnswersAre(StrEnum):
    """What the items of a list of answers are."""

    ANY = "any"
    ALL = "all"


_BEHIND: Final = re.compile(r"\?(any|all)$")


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """A question and what a right answer is."""

    case_id: CaseId
    text: str
    answerable: bool
    references: tuple[tuple[str, ...], ...] = ()
    """Right answers, any of which will do; each is a list of parts that must all be said."""
    key_points: tuple[str, ...] = ()
    history: Said = ()


@dataclass(frozen=True, slots=True)
class AnswerSuite:
    """A corpus and the questions asked of it."""

    name: str
    corpus: tuple[CorpusEntry, ...]
    cases: tuple[AnswerCase | DialogueCase, ...]
    answers_are: AnswersAre = AnswersAre.ANY
    """Of rows that don't say it themselves."""
    guessed: int = 0
    """Questions that `any` and `all` read differently, and nobody said which: `any` was assumed."""

    def thinned(self, most: int) -> AnswerSuite:
        """At most `most` cases, spread evenly; the corpus stays whole."""
        step = max(1.0, len(self.cases) / most)
        kept = tuple(self.cases[int(at * step)] for at in range(min(most, len(self.cases))))
        return replace(self, cases=kept)


def read_answer_suites(folder: Path) -> list[AnswerSuite]:
    """Read a folder as described above: its questions, its dialogues as a suite `…/dialogues`, or both.

    Answerable questions without reference and key points are left out: nothing can be said about them.

    Raises:
        InvalidInput: a file is missing, a line can't be read, or no question is left; the message says which.
    """
    given = _BEHIND.search(folder.name)
    if given:
        folder = folder.with_name(folder.name[: given.start()])
    suites = []
    if (folder / "queries.jsonl").is_file():
        suites.append(_questions(folder, AnswersAre(given[1]) if given else None))
    if (folder / DIALOGUES).is_file():
        suites.append(AnswerSuite(f"{suite_name(folder)}/dialogues", corpus_of(folder), read_dialogues(folder)))
    if not suites:
        raise InvalidInput(
            f"{folder} holds no answer suite. Give a folder with corpus.jsonl, and queries.jsonl with `answers` "
            f"or {DIALOGUES}."
        )
    return suites


def _questions(folder: Path, given: AnswersAre | None) -> AnswerSuite:
    path = folder / "queries.jsonl"
    cases, guessed = [], 0
    for line, row in json_lines(path):
        how = _how(row["answers_are"], path, line) if "answers_are" in row else given
        case = _case(row, how or AnswersAre.ANY, path, line)
        if case.text.strip() and (not case.answerable or case.references or case.key_points):
            cases.append(case)
            guessed += how is None and case.answerable and _open_to_reading(row.get("answers"))
    if not cases:
        raise InvalidInput(f"No query of {path} has `answers`, `key_points`, or `unanswerable`. Add one to each.")
    return AnswerSuite(suite_name(folder), corpus_of(folder), tuple(cases), given or AnswersAre.ANY, guessed)


def _case(row: dict[str, Any], how: AnswersAre, path: Path, line: int) -> AnswerCase:
    answerable = not row.get("unanswerable") and row.get("answerable", True) is not False
    points = row.get("key_points") or row.get("keypoints") or []
    if not isinstance(points, list) or not all(isinstance(point, str) for point in points):
        raise InvalidInput(f"{path.name} line {line}: `key_points` must be a list of texts.")
    return AnswerCase(
        CaseId(text_field(row, "id", path, line)),
        text_field(row, "text", path, line),
        answerable,
        _references(row.get("answers"), how, path, line) if answerable else (),
        tuple(points) if answerable else (),
        read_turns(row.get("history") or [], path, line),
    )


def _how(said: object, path: Path, line: int) -> AnswersAre:
    try:
        return AnswersAre(str(said))
    except ValueError:
        raise InvalidInput(f"{path.name} line {line}: `answers_are` must be any or all, not {said!r}.") from None


def _references(answers: object, how: AnswersAre, path: Path, line: int) -> tuple[tuple[str, ...], ...]:
    """As alternatives of parts, whichever way round the set has them."""
    items = [answers] if isinstance(answers, str) else answers or []
    lists = [_texts(item) for item in items] if isinstance(items, list) else [()]
    if not all(lists):
        raise InvalidInput(
            f"{path.name} line {line}: `answers` must be a text, or a list of texts or of lists of texts."
        )
    if how is AnswersAre.ANY or not lists:
        return tuple(lists)
    together = tuple(islice(product(*lists), MOST_ALTERNATIVES + 1))
    if len(together) > MOST_ALTERNATIVES:
        raise InvalidInput(
            f"{path.name} line {line}: its parts and their alternatives go together in more than {MOST_ALTERNATIVES} "
            "ways. If the list holds whole alternatives, read it with «any»."
        )
    return together


def _texts(item: object) -> tuple[str, ...]:
    """The texts of an item, each once; empty if it is neither a text nor a list of texts."""
    texts = item if isinstance(item, list) else [item]
    known = tuple(dict.fromkeys(text for text in texts if isinstance(text, str)))
    return known if all(isinstance(text, str) for text in texts) else ()


def _open_to_reading(answers: object) -> bool:
    """Whether `any` and `all` read them differently."""
    return isinstance(answers, list) and (
        len(answers) > 1 or any(isinstance(each, list) and len(each) > 1 for each in answers)
    )
