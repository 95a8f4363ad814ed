"""Cuts a passage into what can be quoted: sentences, list items and table rows, with what they need around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from agent.citations import sentences
from core.text import HAN

_LINE: Final = re.compile(r"[^\n]+")
_ITEM: Final = re.compile(
    r"^(?:[-*•·●○▪]\s+|[•·●○▪]|\(?\d{1,2}[.)、](?!\d)|[（(][\d一二三四五六七八九十]{1,3}[）)]|[①-⑳]|[一二三四五六七八九十]{1,3}、|步骤\s?\d|第[一二三四五六七八九十]步|[Ss]tep\s\d)"
)
_ROW: Final = re.compile(
    r"^[^：:；;。！？\n]{1,40}[：:][^；;]*[；;]\s?[^：:；;。！？\n]{1,40}[：:]|^\|.+\||^[^\t]+\t[^\t]+"
)
_ASKED: Final = re.compile(r"[?？]\s*$|^(?:问题?|Q(?:uestion)?)\s*\d*\s*[：:]")
_ANSWER_MARK: Final = re.compile(r"^(?:答案?|回答|A(?:nswer)?)\s*\d*\s*[：:]\s*")
CLOSED: Final = re.compile(r"[。！？!?；;.…]['\"”’」』)）】]*$")

_NUMBERED: Final = re.compile(r"\S.*\d")
"""A digit behind the first character: a value, rather than the number of a chapter."""

_PAIR: Final = re.compile(r"(?:问|Q)\s?[：:]\s*([^\n]+)\n(?:答|A)\s?[：:]\s*")

SEMICOLONS: Final = ("；", ";")

LONGEST_ANSWER: Final = 400
"""Characters up to which the answer of a question-and-answer passage is quoted whole."""

LONGEST_HEADING: Final = 30
"""Letters of a line without a closing mark that still reads as a heading."""


class UnitKind(StrEnum):
    """What a part of a passage is. `HEADING` and `QUESTION` introduce what follows and never answer alone."""

    SENTENCE = "sentence"
    ITEM = "item"
    ROW = "row"
    LEAD = "lead"
    """Ends in a colon, so what follows belongs to it."""
    HEADING = "heading"
    QUESTION = "question"


INTRODUCING: Final = frozenset({UnitKind.LEAD, UnitKind.HEADING, UnitKind.QUESTION})


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a passage that is quoted as a whole. Positions count within the passage's text."""

    start: int
    end: int
    kind: UnitKind
    lead: int | None
    """Position in the list of the unit without which this one can't be understood."""
    topic: int | None = None
    """Position of the heading, question or lead sentence that this one stands under."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """The lines around a line; `None` at the ends."""

    previous: str | None
    following: str | None


def cut(text: str) -> list[Unit]:
    """All parts of a passage in order, without white space around them."""
    question = _PAIR.match(text)
    if question and len(text) - question.end() <= LONGEST_ANSWER:
        asked = Unit(question.start(1), question.end(1), UnitKind.QUESTION, None)
        return [asked, Unit(question.end(), len(text.rstrip()), UnitKind.SENTENCE, None, topic=0)]
    units: list[Unit] = []
    lead = topic = None
    spans = [match.span() for match in _LINE.finditer(text) if match.group().strip()]
    lines = [text[start:end].strip() for start, end in spans]
    for number, (start, end) in enumerate(spans):
        beside = _Beside(lines[number - 1] if number else None, lines[number + 1] if number + 1 < len(lines) else None)
        for unit in _parts(text, *_stripped(text, start, end), beside=beside):
            units.append(replace(unit, lead=lead, topic=topic))
            lead = _next_lead(units, lead)
            if unit.kind in INTRODUCING:
                topic = len(units) - 1
    return units


def _parts(text: str, start: int, end: int, *, beside: _Beside) -> list[Unit]:
    """The parts of one line; only prose has more than one."""
    line = text[start:end]
    answer = _ANSWER_MARK.match(line)
    if answer:
        start += answer.end()
        line = text[start:end]
    kind = _kind(line, beside)
    if kind is not None:
        return [Unit(start, end, kind, None)] if line else []
    spans = [(start + first, start + final) for first, final in sentences(line)]
    return [Unit(first, final, _sentence_kind(text[first:final]), None) for first, final in spans]


def _kind(line: str, beside: _Beside) -> UnitKind | None:
    """What the whole line is; `None` for prose, which is cut into sentences."""
    if _ROW.match(line):
        return UnitKind.ROW
    if line.endswith(("：", ":")):
        return UnitKind.LEAD
    if _ASKED.search(line) and len(sentences(line)) == 1:
        return UnitKind.QUESTION
    if line.startswith("#") or _is_title(line, beside.following):
        return UnitKind.HEADING
    return UnitKind.ITEM if _ITEM.match(line) or _continues_list(line, beside.previous) else None


def _continues_list(line: str, previous: str | None) -> bool:
    """Whether a line without a mark is an item: items end in semicolons, and the last one follows such a line."""
    return line.endswith(SEMICOLONS) or (previous is not None and previous.endswith(SEMICOLONS))


def _is_title(line: str, following: str | None) -> bool:
    """Whether a short line without a closing mark stands above text.

    Lines of a table that lost its rules look alike, but other such lines follow them, or they have numbers.
    """
    if following is None or CLOSED.search(line) or _letters(line) > LONGEST_HEADING:
        return False
    listed = _ITEM.match(following) is not None
    if _ITEM.match(line) and listed:
        return False
    plain = not listed and not CLOSED.search(following) and _letters(following) <= LONGEST_HEADING
    return not plain and _NUMBERED.search(line) is None


def _sentence_kind(sentence: str) -> UnitKind:
    if sentence.endswith(("：", ":")):
        return UnitKind.LEAD
    return UnitKind.QUESTION if _ASKED.search(sentence) else UnitKind.SENTENCE


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    line = text[start:end]
    return start + len(line) - len(line.lstrip()), start + len(line.rstrip())


def _letters(line: str) -> int:
    """Length in Chinese characters; an English word counts as two."""
    return len(re.findall(rf"[{HAN}]", line)) + 2 * len(re.findall(r"[A-Za-z0-9]+", line))


def _next_lead(units: list[Unit], lead: int | None) -> int | None:
    """What introduces the unit after the last one: list items share their lead, a sentence ends it."""
    last = units[-1]
    if last.kind in INTRODUCING:
        return len(units) - 1
    return lead if last.kind in {UnitKind.ITEM, UnitKind.ROW} else None
