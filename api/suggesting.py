"""Joins what suggests drafts, summaries and tones to agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.policy import AnswerPolicy
from agent.suggestions.asking import Writer
from agent.suggestions.drafting import Drafter
from agent.suggestions.rewriting import Rewriter
from agent.suggestions.service import Suggestions
from agent.suggestions.summary import Summarizer
from core.clock import Clock
from desk.verification.resolved import ResolvedTickets
from desk.verification.suggestions import SuggestionStore

if TYPE_CHECKING:
    from api.composition import Services


def make_suggestions(services: Services, clock: Clock) -> Suggestions:
    """Everything that is suggested, over open services. With a language model also what needs one."""
    deadline = services.settings.model_deadline_s
    writer = Writer(services.model, deadline_s=deadline) if services.model is not None else None
    drafter = Drafter(
        services.retriever,
        services.encoder,
        ResolvedTickets(services.engine, mask=lambda text: services.masker.masked(text)),
        model=services.model,
        policy=AnswerPolicy(model_deadline_s=deadline),
        limit=services.risk.limit,
    )
    return Suggestions(
        services.desk,
        services.kb,
        drafter,
        SuggestionStore(services.engine, clock=clock),
        Summarizer(writer),
        rewriter=None if writer is None else Rewriter(writer),
    )
