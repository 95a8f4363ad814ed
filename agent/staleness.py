"""Finds past answers that a change of the knowledge makes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final, Protocol

from agent.citations import best_span, sentences, support
from agent.verification import Instruments, Verifier
from core.clock import Clock, utc_now
from core.errors import NotFound
from core.segments import StaleReason
from core.text import comparable
from core.types import Check, Document, DocumentId, DocumentVersion, Passage, PassageId, QAPair, QAStatus
from desk.verification.reviews import GONE, AnswerReviews, PastAnswer, Review

AT_ONCE: Final = 200
"""Answers that are read together."""

ALL_PASSAGES: Final = 100_000
SPEAKS_OF_IT: Final = 0.4
"""Share of a claim's words from which a sentence of the new version is what it says instead."""

MIN_SUPPORT: Final = 0.5
"""Share of its words that a claim needs in the new version, which nobody has read for it."""

_OTHER_VALUES: Final = frozenset({Check.NUMBERS, Check.UNITS, Check.DATES})


class Knowledge(Protocol):
    """What is read of the knowledge base."""

    def documents(self) -> list[Document]:
        """Every document."""
        ...

    def version(self, document_id: DocumentId, number: int, /) -> DocumentVersion:
        """One version."""
        ...

    def quote(self, document_id: DocumentId, number: int, start: int, end: int, /) -> str:
        """A part of a version's text. Raises `NotFound`."""
        ...

    def passages(
        self, document_id: DocumentId, number: int | None = None, *, offset: int = 0, limit: int = 100
    ) -> list[Passage]:
        """The passages of the live version."""
        ...

    def pairs(
        self,
        *,
        status: QAStatus | None = None,
        document_id: DocumentId | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> list[QAPair]:
        """Pairs of live versions."""
        ...


class StaleFinder:
    """Looks at answers that cite a version which isn't live any more.

    An answer still holds if what it cites stands word for word in the live version, or if each of
    its sentences would pass the checks of a new answer there. Each answer is looked at once for
    each version, so this can run as often as one likes.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        reviews: AnswerReviews,
        instruments: Instruments | None = None,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._knowledge = knowledge
        self._reviews = reviews
        self._instruments = instruments
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def look(self, *, stop: Callable[[], bool] = lambda: False) -> int:
        """Look at every answer that wasn't looked at since its document changed; returns how many were stale.

        Safe from several threads. `stop` is asked now and then; the next look goes on where this one ended.
        """
        with self._one_at_a_time:
            return self._look(stop)

    def _look(self, stop: Callable[[], bool]) -> int:
        known = {document.document_id: document for document in self._knowledge.documents()}
        found = 0
        versions: dict[DocumentId, set[int]] = {}
        for cited in self._reviews.cited():
            versions.setdefault(cited.document_id, set()).add(cited.version)
        for document_id, numbers in sorted(versions.items()):
            if stop():
                break
            live = self._live_version(known.get(document_id))
            withdrawn = self._withdrawn(document_id) if live != GONE else []
            if live in numbers:
                self._reviews.forget(document_id, live)
            if withdrawn:
                found += self._look_at(document_id, live, withdrawn)
            if numbers != {live}:
                found += self._look_at(document_id, live, None)
        return found

    def _live_version(self, document: Document | None) -> int:
        if document is None or document.live_version is None:
            return GONE
        version = self._knowledge.version(document.document_id, document.live_version)
        today = self._clock().date()
        return document.live_version if _in_force(version, today) else GONE

    def _withdrawn(self, document_id: DocumentId) -> list[PassageId]:
        """Passages of pairs that were approved once and aren't any more."""
        pairs = self._knowledge.pairs(status=QAStatus.REJECTED, document_id=document_id, limit=ALL_PASSAGES)
        return [pair.passage_id for pair in pairs]

    def _look_at(self, document_id: DocumentId, live: int, withdrawn: Sequence[PassageId] | None) -> int:
        text = _LiveText(self._knowledge, document_id, live, self._instruments)
        found = 0
        while answers := self._reviews.waiting(document_id, live, passages=withdrawn, limit=AT_ONCE):
            reviews = [self._review(answer, text, frozenset(withdrawn or ())) for answer in answers]
            self._reviews.record(reviews)
            found += sum(review.reason is not None for review in reviews)
        return found

    def _review(self, answer: PastAnswer, text: _LiveText, withdrawn: frozenset[PassageId]) -> Review:
        if text.live == GONE:
            said = " ".join(dict.fromkeys(_claims_of(answer)))
            return Review(answer.message_id, text.document_id, GONE, StaleReason.DELETED, said)
        if any(span.passage_id in withdrawn for span in answer.spans):
            return Review(answer.message_id, text.document_id, text.live, StaleReason.REMOVED, answer.text)
        for span in answer.spans:
            if span.version == text.live or self._stands(text, span.version, span.start, span.end):
                continue
            own = [segment.text for segment in answer.segments if segment.holds and span.number in segment.citations]
            for claim in own or self._quoted(text.document_id, span.version, span.start, span.end, answer):
                failed = text.disproves(claim)
                if failed is not None:
                    reason, now = failed
                    return Review(answer.message_id, text.document_id, text.live, reason, claim, now)
        return Review(answer.message_id, text.document_id, text.live)

    def _stands(self, text: _LiveText, version: int, start: int, end: int) -> bool:
        quote = self._quote(text.document_id, version, start, end)
        return bool(quote) and text.has(quote)

    def _quoted(self, document_id: DocumentId, version: int, start: int, end: int, answer: PastAnswer) -> list[str]:
        """The sentences of what was cited; the answer's own where the old version is gone."""
        quote = self._quote(document_id, version, start, end) or answer.text
        return [quote[first:last] for first, last in sentences(quote)]

    def _quote(self, document_id: DocumentId, version: int, start: int, end: int) -> str:
        try:
            return self._knowledge.quote(document_id, version, start, end)
        except NotFound:
            return ""


class _LiveText:
    """A document as it is now."""

    def __init__(
        self, knowledge: Knowledge, document_id: DocumentId, live: int, instruments: Instruments | None
    ) -> None:
        self.document_id = document_id
        self.live = live
        self._passages = knowledge.passages(document_id, live, limit=ALL_PASSAGES) if live != GONE else []
        self._plain = comparable("\n".join(passage.text for passage in self._passages))
        self._instruments = instruments

    def has(self, quote: str) -> bool:
        """It says this word for word."""
        return comparable(quote) in self._plain

    def disproves(self, claim: str) -> tuple[StaleReason, str] | None:
        """Why the claim doesn't hold any more, and what is said instead; `None` if it holds."""
        if self.has(claim):
            return None
        nearest = sorted(self._passages, key=lambda passage: -support(claim, passage.indexed_text))[:5]
        verifier = Verifier(nearest, question="", min_support=MIN_SUPPORT, instruments=self._instruments)
        failed = verifier.failed_everywhere(claim)
        if not failed:
            return None
        said = _instead(claim, nearest[0]) if nearest else ""
        if said and failed & _OTHER_VALUES:
            return StaleReason.NUMBERS, said
        if said and Check.NEGATION in failed:
            return StaleReason.NEGATED, said
        return StaleReason.REMOVED, said


def _instead(claim: str, passage: Passage) -> str:
    start, end = best_span(claim, passage.text)
    said = passage.text[start:end]
    return said if support(claim, said) >= SPEAKS_OF_IT else ""


def _claims_of(answer: PastAnswer) -> Iterator[str]:
    numbers = {span.number for span in answer.spans}
    own = [segment.text for segment in answer.segments if segment.holds and numbers & set(segment.citations)]
    yield from own or [answer.text]


def _in_force(version: DocumentVersion, today: date) -> bool:
    begun = version.effective_from is None or version.effective_from <= today
    return begun and (version.expires_on is None or today < version.expires_on)
