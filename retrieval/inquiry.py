"""Questions of a manager about a search: what was held back, and why isn't my passage there?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from core.clock import Clock, utc_now
from core.explanations import Absence, Standing, WhyNot, Withheld
from core.types import Audience, DocumentId, Hit, Passage, PassageId, Query
from kb.following import FollowingIndexes
from kb.index import Collection, Filter, Probe
from kb.prepared import TextHash
from kb.store import KnowledgeBase
from models.encoder import Encoder, Vectors
from retrieval.diversity import twin_of
from retrieval.explanation import closeness, matched_words
from retrieval.search import Found, Retriever

AMONG_FIRST: Final = 3
"""A passage that was held back is told of if it would be among so many by meaning; further down, what is
missing makes no difference."""

INTERNAL_DEPTH: Final = 20
"""Passages that a colleague would find and that are looked at for internal ones."""

DEPTH: Final = 200
"""Places that are counted: all that both sides propose."""


class Inquiry:
    """Looks at a search from outside. It uses the retriever that serves customers and changes nothing."""

    def __init__(
        self,
        kb: KnowledgeBase,
        indexes: FollowingIndexes,
        encoder: Encoder,
        retriever: Retriever,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._kb = kb
        self._indexes = indexes
        self._encoder = encoder
        self._retriever = retriever
        self._clock = clock

    def withheld(self, query: Query, hits: Sequence[Hit]) -> list[Withheld]:
        """The passages that would be among the first by meaning if this reader might see them, best first.

        Of those that nobody may see on the day, the thousand newest are looked at.
        """
        vector = self._encoder.encode_questions([query.text])[0]
        shown = [hit.why.dense_score for hit in hits if hit.why.dense_score is not None]
        found = {standing.passage.passage_id: (standing, score) for standing, score in self._barred(query, vector)}
        best = sorted(found.values(), key=lambda each: (-each[1], each[0].passage.passage_id))
        ranked = [
            Withheld(standing, 1 + better + sum(score < other for other in shown), score)
            for better, (standing, score) in enumerate(best[:AMONG_FIRST])
        ]
        return [each for each in ranked if each.rank <= AMONG_FIRST]

    def why_not(
        self,
        query: Query,
        *,
        passage_id: PassageId | None = None,
        document_id: DocumentId | None = None,
        k: int = 10,
    ) -> WhyNot:
        """Where a passage stands for a question; of a document, the one that comes nearest.

        Raises:
            NotFound: no such passage or document.
        """
        found = self._retriever.find(query, k=k)
        query = replace(query, text=found.understood.searched) if found.understood else query
        listed = self._retriever.join(query, self._retriever.rank(query), k=DEPTH)
        if passage_id is not None:
            self._kb.passage(passage_id)
            standings = self._kb.standings([passage_id], self._filter(query))
            wanted: list[tuple[Standing, float | None]] = [(standing, None) for standing in standings]
        else:
            assert document_id is not None  # the API asks for one of the two
            wanted = list(self._of_document(document_id, query, found.vector))
        if not wanted:
            assert document_id is not None  # a passage that isn't there was refused above
            return _nothing(document_id, self._kb.document(document_id).name, found)
        places = {hit.passage.passage_id: at for at, hit in enumerate(listed)}
        nearest = min(wanted, key=lambda each: (places.get(each[0].passage.passage_id, DEPTH), -(each[1] or 0.0)))
        return self._judged(query, nearest, found, listed)

    def _judged(
        self, query: Query, wanted: tuple[Standing, float | None], found: Found, listed: Sequence[Hit]
    ) -> WhyNot:
        standing, cosine = wanted
        passage = standing.passage
        own = next((at for at, hit in enumerate(listed) if hit.passage.passage_id == passage.passage_id), None)
        hit = None if own is None else listed[own]
        if cosine is None:
            cosine = hit.why.dense_score if hit and hit.why.dense_score else self._cosine(passage, found.vector)
        twin = twin_of(query.text, passage, found.hits)
        place = _place(passage, found.hits)
        return WhyNot(
            absence=_absence(standing, shown=place is not None, twin=twin is not None, listed=hit is not None),
            document_id=passage.document_id,
            document=passage.document,
            passage=passage,
            standing=standing,
            shown=len(found.hits),
            rank=place or (None if own is None else own + 1),
            score=hit.score if hit else None,
            last_score=found.hits[-1].score if found.hits else None,
            dense_rank=hit.why.dense_rank if hit else None,
            dense_score=cosine,
            closeness=None if cosine is None else closeness(cosine),
            lexical_rank=hit.why.lexical_rank if hit else None,
            lexical_score=hit.why.lexical_score if hit else None,
            matched=matched_words(query.text, passage.indexed_text),
            twin=twin.passage.passage_id if twin else None,
        )

    def _barred(self, query: Query, vector: Vectors) -> Iterator[tuple[Standing, float]]:
        """Passages that the reader may not see, with their cosines."""
        only = self._filter(query)
        if query.audience is not Audience.INTERNAL:
            colleagues = Filter(Audience.INTERNAL, only.as_of)
            near = self._indexes.search(
                Collection.PASSAGES, "dense", Probe(query.text, vector), k=INTERNAL_DEPTH, only=colleagues
            )
            scores = {candidate.entry_id: candidate.score for candidate in near}
            for standing in self._kb.standings(list(scores), only):
                if standing.barriers:
                    yield standing, scores[standing.passage.passage_id]
        nobody = self._kb.withheld(only)
        yield from _with_cosines(nobody, self._stored(nobody), vector)

    def _of_document(
        self, document_id: DocumentId, query: Query, vector: Vectors
    ) -> Iterator[tuple[Standing, float | None]]:
        standings = self._kb.standings_of(document_id, self._filter(query))
        yield from _with_cosines(standings, self._stored(standings), vector)

    def _stored(self, standings: Sequence[tuple[Standing, TextHash]]) -> dict[TextHash, Vectors]:
        hashes = [text_hash for _, text_hash in standings]
        return self._kb.vectors(hashes, encoder_key=self._encoder.identity.key, collection=Collection.PASSAGES)

    def _cosine(self, passage: Passage, vector: Vectors) -> float:
        return float(self._encoder.encode_passages([passage.indexed_text])[0] @ vector)

    def _filter(self, query: Query) -> Filter:
        return Filter(query.audience, query.as_of or self._clock().date())


def _with_cosines(
    standings: Sequence[tuple[Standing, TextHash]], stored: dict[TextHash, Vectors], vector: Vectors
) -> Iterator[tuple[Standing, float]]:
    for standing, text_hash in standings:
        if text_hash in stored:
            yield standing, float(stored[text_hash] @ vector)


def _place(passage: Passage, hits: Sequence[Hit]) -> int | None:
    """Place of a passage among the hits, from 1."""
    return next((at for at, hit in enumerate(hits, start=1) if hit.passage.passage_id == passage.passage_id), None)


def _absence(standing: Standing, *, shown: bool, twin: bool, listed: bool) -> Absence:
    if shown:
        return Absence.SHOWN
    if standing.barriers:
        return Absence.WITHHELD
    if twin:
        return Absence.TWIN
    return Absence.RANKED_LOWER if listed else Absence.NOT_FOUND


def _nothing(document_id: DocumentId, name: str, found: Found) -> WhyNot:
    return WhyNot(
        absence=Absence.NO_PASSAGES,
        document_id=document_id,
        document=name,
        passage=None,
        standing=None,
        shown=len(found.hits),
        rank=None,
        score=None,
        last_score=found.hits[-1].score if found.hits else None,
        dense_rank=None,
        dense_score=None,
        closeness=None,
        lexical_rank=None,
        lexical_score=None,
        matched=(),
    )
