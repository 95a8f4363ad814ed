"""The resolved ticket that is most like a question: words find a few, the encoder chooses among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from agent.citations import rarity, terms
from core.types import Audience
from desk.verification.resolved import ResolvedTicket
from models.encoder import Encoder, Vectors

NEWEST: Final = 2000
"""Resolved tickets that are looked through. Older ones are better found as mined Q&A pairs."""

COMPARED: Final = 12
"""Of these, the most alike by words are compared by the encoder: about 50 ms on two cores."""

LEAST_COSINE: Final = 0.88
"""Two questions below this cosine are seldom the same problem, by the default encoder."""

SURE_COSINE: Final = 0.97
"""From here on they nearly always are."""


class PastTickets(Protocol):
    """Where resolved tickets come from."""

    def newest(self, *, limit: int) -> Sequence[ResolvedTicket]:
        """The tickets resolved last."""
        ...


class SimilarTickets:
    """Finds the resolved ticket whose question is most like a customer's."""

    def __init__(self, tickets: PastTickets, encoder: Encoder) -> None:
        self._tickets = tickets
        self._encoder = encoder

    def find(self, question: str, vector: Vectors, *, audience: Audience) -> tuple[ResolvedTicket, float] | None:
        """The most alike ticket that this audience may hear of, with its probability; `None` if none is."""
        readable = audience.readable()
        known = [each for each in self._tickets.newest(limit=NEWEST) if each.audience in readable]
        candidates = _alike(question, known)
        if not candidates:
            return None
        cosines = self._encoder.encode_questions([each.question for each in candidates]) @ vector
        best = int(cosines.argmax())
        cosine = float(cosines[best])
        if cosine < LEAST_COSINE:
            return None
        share = min(1.0, (cosine - LEAST_COSINE) / (SURE_COSINE - LEAST_COSINE))
        return candidates[best], 0.4 + 0.5 * share


def _alike(question: str, known: Sequence[ResolvedTicket]) -> list[ResolvedTicket]:
    wanted = set(terms(question))
    weights = rarity(each.question for each in known)

    def shared(ticket: ResolvedTicket) -> float:
        return sum(weights.get(term, 0.0) for term in wanted & set(terms(ticket.question)))

    ranked = sorted(((shared(each), -at) for at, each in enumerate(known)), reverse=True)[:COMPARED]
    return [known[-at] for score, at in ranked if score > 0]
