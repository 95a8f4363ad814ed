"""Up to three drafts of a reply: an approved answer, what a colleague wrote in a like case, a composed answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agent.citations import cite_pair, mark, support
from agent.generation import Generator
from agent.instruments import instruments_for
from agent.policy import AnswerPolicy
from agent.quoting import Quoter
from agent.requests import asks_something
from agent.suggestions.offers import without_offers
from agent.suggestions.similar import PastTickets, SimilarTickets
from agent.texts import shown_name
from agent.tools.runner import Finder
from agent.verification import Verifier
from core.suggestions import Draft, DraftKind
from core.text import detect_language
from core.types import Audience, Citation, Hit, Language, Message, QAPair, Query
from models.chat import ChatModel
from models.encoder import Encoder
from retrieval.calibration.limit import LimitNow
from retrieval.calibration.shipped import shipped_limit
from retrieval.confidence import confidence
from retrieval.search import Found

MOST: Final = 3
LEAST_PROBABILITY: Final = 0.5
"""Below this an approved answer isn't worth a person's look. On the sample's questions 0.5 keeps 17 of the 20 right ones
above 0.3, and 39 instead of 73 that don't answer."""

SAME_TEXT: Final = 0.9
"""Share of words, both ways, from which two drafts say the same."""


class Drafter:
    """Makes drafts of what the given audience may read, and says which of them rest on something internal."""

    def __init__(
        self,
        retriever: Finder,
        encoder: Encoder,
        tickets: PastTickets,
        *,
        model: ChatModel | None = None,
        policy: AnswerPolicy | None = None,
        limit: LimitNow = shipped_limit,
    ) -> None:
        self._retriever = retriever
        self._policy = policy or AnswerPolicy()
        self._limit = limit
        self._similar = SimilarTickets(tickets, encoder)
        self._quoter = Quoter(encoder)
        self._instruments = instruments_for(encoder)
        self._generator = Generator(model, self._policy, self._instruments) if model is not None else None

    def drafts(
        self,
        text: str,
        history: Sequence[Message] = (),
        *,
        audience: Audience = Audience.PUBLIC,
        language: Language | None = None,
    ) -> tuple[Draft, ...]:
        """At most three drafts of a reply to a customer's message, best first; none where nothing helps."""
        query = Query(text=text.strip(), audience=audience, history=tuple(history))
        if not query.text or not asks_something(query.text):
            return ()
        found = self._retriever.find(query, k=self._policy.candidates)
        question = found.understood.searched
        made = [
            self._approved(found),
            self._from_ticket(question, found, audience),
            self._composed(question, found, history, language or detect_language(text)),
        ]
        return _different([draft for draft in made if draft is not None and draft.text])

    def _approved(self, found: Found) -> Draft | None:
        best = max(found.pairs, key=lambda hit: hit.either, default=None)
        if best is None or best.either < LEAST_PROBABILITY:
            return None
        pair: QAPair = best.pair
        text = without_offers(pair.answer)
        if not text:
            return None
        citation = cite_pair(1, pair, found.hits)
        internal = pair.audience is Audience.INTERNAL
        return Draft(DraftKind.APPROVED, mark(text, 1), (citation,), best.either, shown_name(pair.document), internal)

    def _from_ticket(self, question: str, found: Found, audience: Audience) -> Draft | None:
        similar = self._similar.find(question, found.vector, audience=audience)
        if similar is None:
            return None
        ticket, probability = similar
        text = without_offers(ticket.answer)
        if not text:
            return None
        citations = self._supported_by(text, found.hits)
        internal = ticket.audience is Audience.INTERNAL or _internal(citations, found.hits)
        source = f"#{ticket.ticket_id} {ticket.question}"
        return Draft(DraftKind.TICKET, text, citations, probability, source, internal)

    def _supported_by(self, text: str, hits: Sequence[Hit]) -> tuple[Citation, ...]:
        """What the documents say to the same effect; nothing where they don't."""
        passages = [hit.passage for hit in hits[: self._policy.evidence]]
        verifier = Verifier(passages, question="", min_support=self._policy.min_support, instruments=self._instruments)
        return tuple(citation for each in [*verifier.take(text), *verifier.finish()] for citation in each.citations)

    def _composed(self, question: str, found: Found, history: Sequence[Message], language: Language) -> Draft | None:
        certainty = self._limit().probability(confidence(found.evidence))
        if not found.hits or certainty < self._policy.least_suggested:
            return None
        text, citations = self._written(question, found, history, language)
        if not text:
            text, citations = self._quoted(question, found, language)
        text = without_offers(text)
        cited = tuple(citation for citation in citations if f"[{citation.number}]" in text)
        sources = dict.fromkeys(shown_name(citation.document) for citation in cited)
        if not text or not cited:
            return None
        internal = _internal(cited, found.hits)
        return Draft(DraftKind.COMPOSED, text, cited, certainty, ", ".join(sources), internal)

    def _written(
        self, question: str, found: Found, history: Sequence[Message], language: Language
    ) -> tuple[str, tuple[Citation, ...]]:
        if self._generator is None:
            return "", ()
        draft = self._generator.draft(question, found.hits, history=history, language=language, show=_nowhere)
        return ("", ()) if draft.failure is not None or draft.declined else (draft.text, draft.citations)

    def _quoted(self, question: str, found: Found, language: Language) -> tuple[str, tuple[Citation, ...]]:
        quoted = self._quoter.quote(question, found.vector, found.hits, language=language, closely=found.closely)
        return quoted.text, quoted.citations


def _internal(citations: Sequence[Citation], hits: Sequence[Hit]) -> bool:
    """Whether one of the cited passages is for colleagues only."""
    hidden = {hit.passage.passage_id for hit in hits if hit.passage.audience is Audience.INTERNAL}
    return any(citation.passage_id in hidden for citation in citations)


def _nowhere(_text: str) -> None:
    """A draft is shown when it is complete."""


def _different(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Best first, without those that say what a better one says."""
    kept: list[Draft] = []
    for draft in sorted(drafts, key=lambda each: -each.confidence):
        if not any(_same(draft.text, other.text) for other in kept):
            kept.append(replace(draft, confidence=round(draft.confidence, 4)))
    return tuple(kept[:MOST])


def _same(one: str, other: str) -> bool:
    return support(one, other) >= SAME_TEXT and support(other, one) >= SAME_TEXT
