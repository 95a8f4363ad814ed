"""Answers without a language model: the best sentences of the best passages, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.citations import cite, mark, rarity, terms
from agent.markup import harmless, without_marks
from agent.texts import lead_in
from agent.units import CLOSED, INTRODUCING, Unit, UnitKind, cut
from core.text import HAN, detect_language, fold
from core.types import Citation, Hit, Language, Passage
from models.encoder import Encoder, Vectors

PASSAGES: Final = 6
"""Hits that are read for sentences."""

CANDIDATES: Final = 12
"""Sentences that the encoder compares with the question: about 60 ms on two cores."""

FROM_BEST_HIT: Final = 5
"""Of these, at least so many come from the best hit: its sentences may use none of the question's words."""

READ_CHARACTERS: Final = 160
"""Of each sentence; the encoder's work grows with it."""

LONGEST_CHINESE: Final = 350
LONGEST_ENGLISH: Final = 120
"""Length of all quotations together, in characters of Chinese or words of English."""

PARTS: Final = 3

COSINE_WEIGHT: Final = 0.5
COVER_WEIGHT: Final = 1.0
RANK_WEIGHT: Final = 0.6
QUANTITY_BONUS: Final = 0.3
LOOSE_PENALTY: Final = 0.5
"""Weights of a sentence's score. The first counts standard deviations, the others shares. The last is
taken off a line without a closing mark: headings, page headers and the like, though also cells of a table."""

ADDS_TO_BEST: Final = 0.2
"""Further sentences of the same passage must score this share of the best one's lead over the median."""

ADDS_FROM_OTHER: Final = 0.5
"""The same for sentences of another passage."""

MOST_ALIKE: Final = 0.6
"""Share of terms from which two sentences say the same."""

_ASKS_QUANTITY: Final = re.compile(
    r"多少|几[天个次年月号点小时分]|多久|多长|多大|多高|多重|多远|何时|什么时候|哪[天年月]|哪一?[天年月]|价格|费用|时间|期限|电话|号码|"
    r"\b(?:how (?:much|many|long|old|far|often|soon|big|large)|when|what (?:time|date|year)|price|cost|fee|number|phone|percent)\b"
)
_ASKS_STEPS: Final = re.compile(
    r"怎么|怎样|如何|步骤|流程|办理|操作|哪些|什么条件|\bhow (?:do|can|to|should)\b|\bsteps?\b|\bprocedure\b|\bwhich\b|\bwhat are\b"
)
_HAS_QUANTITY: Final = re.compile(r"\d|[零一二两三四五六七八九十百千万]+(?:天|日|年|个?月|小时|元|次|折|%|周|分钟)")
_CODE: Final = re.compile(r"(?<![a-z0-9])([a-z]{1,4})-?\d{1,6}(?![a-z0-9])")
"""A code of letters and digits, such as E11 or AP-35; the letters tell its kind."""

_WORD: Final = re.compile(rf"[{HAN}]|[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Quoted:
    """Quotations with their lead-in lines, and where each of them stands."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: int
    """Position of its passage among the hits."""
    unit: int
    """Position among the units of its passage."""
    text: str
    read: str
    """What the encoder reads: the sentence with the line that it stands under."""
    loose: bool
    """It has no closing mark, although it should be a sentence."""


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: _Candidate
    score: float


class Quoter:
    """Chooses one to three sentences, list items or table rows that answer a question.

    The encoder's similarity decides together with the words that question and sentence share and
    the passage's rank. What is needed to understand a sentence is quoted along with it.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def quote(self, question: str, vector: Vectors, hits: Sequence[Hit], *, language: Language) -> Quoted:
        """Quote from the hits, best first. `vector` is the question's; `language` that of the lead-in.

        Without hits the text is empty and so are the citations.
        """
        passages = [hit.passage for hit in hits[:PASSAGES]]
        if not passages:
            return Quoted("", ())
        units = [cut(passage.text) for passage in passages]
        candidates = _candidates(passages, units)
        if not candidates:  # nothing but headings, so the best passage is shown as it is
            return _shown({0: [(0, len(passages[0].text))]}, passages, language)
        chosen = _choose(question, self._score(question, vector, candidates), passages, units)
        return _shown(chosen, passages, language)

    def _score(self, question: str, vector: Vectors, candidates: Sequence[_Candidate]) -> list[_Scored]:
        """Score the likeliest candidates, best first."""
        cover = _covers(question, candidates)
        asks_quantity = _ASKS_QUANTITY.search(fold(question)) is not None

        def plain(at: int) -> float:
            bonus = QUANTITY_BONUS if asks_quantity and _HAS_QUANTITY.search(candidates[at].text) else 0.0
            penalty = LOOSE_PENALTY if candidates[at].loose else 0.0
            return COVER_WEIGHT * cover[at] + RANK_WEIGHT / (1 + candidates[at].hit) + bonus - penalty

        order = sorted(range(len(candidates)), key=lambda at: -plain(at))
        best_hit = [at for at in order if candidates[at].hit == 0][:FROM_BEST_HIT]
        likely = list(dict.fromkeys([*best_hit, *order]))[:CANDIDATES]
        cosines = self._cosines(vector, [candidates[at].read for at in likely])
        scored = [
            _Scored(candidates[at], plain(at) + COSINE_WEIGHT * cosine)
            for at, cosine in zip(likely, cosines, strict=True)
        ]
        return sorted(scored, key=lambda each: (-each.score, each.candidate.hit, each.candidate.unit))

    def _cosines(self, vector: Vectors, texts: Sequence[str]) -> list[float]:
        """Similarity to the question in standard deviations, since an encoder's cosines lie close together."""
        cosines = self._encoder.encode_passages(texts) @ vector
        spread = float(np.std(cosines)) or 1.0
        return [float(value) for value in (cosines - np.mean(cosines)) / max(spread, 1e-3)]


def _candidates(passages: Sequence[Passage], units: Sequence[Sequence[Unit]]) -> list[_Candidate]:
    found: list[_Candidate] = []
    for hit, (passage, parts) in enumerate(zip(passages, units, strict=True)):
        for at, unit in enumerate(parts):
            if unit.kind in {UnitKind.HEADING, UnitKind.QUESTION}:
                continue
            text = passage.text[unit.start : unit.end]
            free = unit.kind is UnitKind.SENTENCE or (unit.kind is UnitKind.ITEM and unit.lead is None)
            loose = free and CLOSED.search(text) is None
            found.append(_Candidate(hit, at, text, _read(passage, parts, unit), loose))
    return found


def _read(passage: Passage, units: Sequence[Unit], unit: Unit) -> str:
    topic = units[unit.topic] if unit.topic is not None else None
    above = passage.text[topic.start : topic.end] if topic else passage.heading[-1] if passage.heading else ""
    text = passage.text[unit.start : unit.end]
    return (f"{above}\n{text}" if above else text)[:READ_CHARACTERS]


def _covers(question: str, candidates: Sequence[_Candidate]) -> list[float]:
    """Share of the question's terms that each candidate has, rare ones counting more.

    Terms that no candidate has say nothing about which one to take.
    """
    weights = rarity(candidate.read for candidate in candidates)
    wanted = {term: weights[term] for term in set(terms(question)) if term in weights}
    total = sum(wanted.values())
    if not total:
        return [0.0] * len(candidates)
    return [sum(wanted.get(term, 0.0) for term in set(terms(each.read))) / total for each in candidates]


def _choose(
    question: str, scored: Sequence[_Scored], passages: Sequence[Passage], units: Sequence[Sequence[Unit]]
) -> dict[int, list[tuple[int, int]]]:
    """Spans to quote by position of the hit, within the length limit, in document order."""
    best = scored[0]
    middle = scored[len(scored) // 2].score
    chosen: dict[int, set[int]] = {}
    length = 0.0
    taken = 0
    for each in scored:
        hit, unit = each.candidate.hit, each.candidate.unit
        share = ADDS_TO_BEST if hit == best.candidate.hit else ADDS_FROM_OTHER
        if taken == PARTS or (taken and each.score < middle + share * (best.score - middle)):
            break
        if taken and (
            _repeats(each.candidate, chosen, passages, units) or _of_another_code(question, each.candidate.text)
        ):
            continue
        group = _with_context(question, units[hit], unit) - chosen.get(hit, set())
        size = sum(_size(passages[hit].text[units[hit][at].start : units[hit][at].end]) for at in group)
        if taken and length + size > 1.0:
            continue
        chosen.setdefault(hit, set()).update(group)
        length += size
        taken += 1
    return {hit: _spans(units[hit], members) for hit, members in chosen.items()}


def _repeats(
    candidate: _Candidate, chosen: dict[int, set[int]], passages: Sequence[Passage], units: Sequence[Sequence[Unit]]
) -> bool:
    """Whether something chosen says the same already."""
    new = set(terms(candidate.text))
    for hit, members in chosen.items():
        for at in members:
            unit = units[hit][at]
            old = set(terms(passages[hit].text[unit.start : unit.end]))
            if new and len(new & old) / min(len(new), max(1, len(old))) >= MOST_ALIKE:
                return True
    return False


def _of_another_code(question: str, text: str) -> bool:
    """Whether a text is about a sibling of what was asked about, and not about it: E12 beside E11, X100 beside X200."""
    asked = {match.group(): match[1] for match in _CODE.finditer(fold(question))}
    named = {match.group(): match[1] for match in _CODE.finditer(fold(text))}
    return bool(asked) and not asked.keys() & named.keys() and not set(asked.values()).isdisjoint(named.values())


def _with_context(question: str, units: Sequence[Unit], at: int) -> set[int]:
    """A unit with its lead-in, and a lead-in with what it announces."""
    group = {at}
    lead = units[at].lead
    if lead is not None:
        group.add(lead)
    listed = at if units[at].kind is UnitKind.LEAD else lead
    if listed is not None and units[listed].kind in INTRODUCING and _ASKS_STEPS.search(fold(question)):
        group |= {other for other, unit in enumerate(units) if unit.lead == listed}
    elif units[at].kind is UnitKind.LEAD:
        group |= set(_announced(units, at))
    return group


def _announced(units: Sequence[Unit], lead: int) -> Iterator[int]:
    yield from (other for other, unit in enumerate(units) if unit.lead == lead)


def _spans(units: Sequence[Unit], members: set[int]) -> list[tuple[int, int]]:
    """Neighbouring units become one span."""
    spans: list[tuple[int, int]] = []
    previous: int | None = None
    for at in sorted(members):
        if previous is not None and at == previous + 1:
            spans[-1] = (spans[-1][0], units[at].end)
        else:
            spans.append((units[at].start, units[at].end))
        previous = at
    return spans


def _size(text: str) -> float:
    """Length as a share of what may be quoted in all; both languages add up."""
    words = _WORD.findall(text)
    chinese = sum(len(word) == 1 and not word.isascii() for word in words)
    return chinese / LONGEST_CHINESE + (len(words) - chinese) / LONGEST_ENGLISH


def _shown(chosen: dict[int, list[tuple[int, int]]], passages: Sequence[Passage], language: Language) -> Quoted:
    blocks: list[str] = []
    citations: list[Citation] = []
    named = ""
    for hit, spans in chosen.items():
        passage = passages[hit]
        lines: list[str] = []
        for start, end in spans:
            citations.append(cite(len(citations) + 1, passage, start, end))
            lines.append(mark(without_marks(harmless(passage.text[start:end])), len(citations)))
        if passage.document != named:
            named = passage.document
            lines.insert(0, lead_in(language, passage.document, source=detect_language(passage.text)) + "\n")
        blocks.append("\n".join(lines))
    return Quoted("\n\n".join(blocks), tuple(citations))
