"""Answers without a language model: the best sentences of the best passages, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.citations import cite, mark, terms
from agent.markup import harmless, without_marks
from agent.sentences import Candidate, Scored, SentenceScorer, of_another_code
from agent.texts import lead_in
from agent.units import INTRODUCING, Unit, UnitKind, cut
from core.text import HAN, detect_language, fold
from core.types import Citation, Hit, Language, Passage
from models.encoder import Encoder, Vectors
from retrieval.ranking import Closely

PASSAGES: Final = 6
"""Hits that are read for sentences."""

LONGEST_CHINESE: Final = 350
LONGEST_ENGLISH: Final = 120
"""Length of all quotations together, in characters of Chinese or words of English."""

PARTS: Final = 3

ADDS_TO_BEST: Final = 0.2
"""Further sentences of the same passage must score this share of the best one's lead over the median."""

ADDS_FROM_OTHER: Final = 0.5
"""The same for sentences of another passage."""

MOST_ALIKE: Final = 0.6
"""Share of terms from which two sentences say the same."""

_ASKS_STEPS: Final = re.compile(
    r"怎么|怎样|如何|步骤|流程|办理|操作|哪些|什么条件|\bhow (?:do|can|to|should)\b|\bsteps?\b|\bprocedure\b|\bwhich\b|\bwhat are\b"
)
_WORD: Final = re.compile(rf"[{HAN}]|[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Quoted:
    """Quotations with their lead-in lines, and where each of them stands."""

    text: str
    citations: tuple[Citation, ...]


class Quoter:
    """Chooses one to three sentences, list items or table rows that answer a question.

    `agent.sentences` says how well each of them does, by other `weights` than the shipped ones if some
    are given. What is needed to understand a sentence is quoted along with it.
    """

    def __init__(self, encoder: Encoder, *, weights: Sequence[float] | None = None) -> None:
        self._scorer = SentenceScorer(encoder, weights)

    def quote(
        self,
        question: str,
        vector: Vectors,
        hits: Sequence[Hit],
        *,
        language: Language,
        closely: Closely | None = None,
    ) -> Quoted:
        """Quote from the hits, best first. `vector` is the question's; `language` that of the lead-in.

        Without hits the text is empty and so are the citations.
        """
        read = hits[:PASSAGES]
        passages = [hit.passage for hit in read]
        if not passages:
            return Quoted("", ())
        units = [cut(passage.text) for passage in passages]
        scored = self._scorer.score(question, vector, read, units, closely)
        if not scored:  # nothing but headings, so the best passage is shown as it is
            return _shown({0: [(0, len(passages[0].text))]}, passages, language)
        return _shown(_choose(question, scored, passages, units), passages, language)


def _choose(
    question: str, scored: Sequence[Scored], passages: Sequence[Passage], units: Sequence[Sequence[Unit]]
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
            _repeats(each.candidate, chosen, passages, units) or of_another_code(question, each.candidate.text)
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
    candidate: Candidate, chosen: dict[int, set[int]], passages: Sequence[Passage], units: Sequence[Sequence[Unit]]
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
