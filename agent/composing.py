"""Answers that are composed: by a language model, which may call tools, or by quoting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from agent.generation import Draft, Generator
from agent.instruments import instruments_for
from agent.looking import Search
from agent.policy import AnswerPolicy
from agent.quoting import Quoter
from agent.tools.own import caller_of
from agent.tools.runner import ToolRunner
from agent.tools.selecting import Asked, Selected, ToolSelector
from agent.work import Work
from core.types import Answer, Hit, Query, Tier
from models.chat import ChatModel
from models.encoder import Encoder
from retrieval.expansion import Section, alone, anchored


class Reader(Protocol):
    """Puts together what whoever composes an answer reads."""

    def sections(self, query: Query, hits: Sequence[Hit]) -> Sequence[Section]:
        """Return the evidence in sections, best first."""
        ...


class Composer:
    """Writes if there is a model, and quotes in any case."""

    def __init__(
        self,
        encoder: Encoder,
        policy: AnswerPolicy,
        *,
        model: ChatModel | None,
        reader: Reader | None,
        tools: ToolRunner | None,
    ) -> None:
        self._quoter = Quoter(encoder)
        self._reader = reader
        self._generator = Generator(model, policy, instruments_for(encoder)) if model is not None else None
        self._selector = (
            ToolSelector(self._generator, tools, deadline_s=policy.model_deadline_s)
            if self._generator is not None and tools is not None
            else None
        )

    def quote(self, search: Search) -> Answer:
        """The best sentences found, word for word."""
        found = search.found
        quoted = self._quoter.quote(
            search.question, found.vector, found.hits, language=search.language, closely=found.closely
        )
        return Answer(quoted.text, quoted.citations, search.certainty, Tier.QUOTED)

    def selected(self, work: Work, search: Search) -> Selected | None:
        """What the model wrote or called; `None` without a model. Sentences that hold are shown as they come."""
        if self._generator is None:
            return None
        turn, hits = work.turn, search.found.hits
        if self._selector is not None:
            asked = Asked(
                question=search.question,
                message=turn.text,
                history=turn.history,
                language=search.language,
                show=work.screen.text,
            )
            return self._selector.answer(
                asked, hits, caller_of(turn), read=lambda more: self._sections(work, search, more), records=work.tools
            )
        sections = self._sections(work, search, hits)
        evidence = [section.hit for section in sections]
        draft = self._generator.draft(
            search.question, evidence, history=turn.history, language=search.language, show=work.screen.text
        )
        return Selected(draft, sections)

    def _sections(self, work: Work, search: Search, hits: Sequence[Hit]) -> Sequence[Section]:
        """What a language model reads: sections, or the hits themselves without a reader."""
        if self._reader is None:
            return [alone(hit) for hit in hits]
        turn = work.turn
        return self._reader.sections(Query(text=search.question, audience=turn.audience, as_of=turn.as_of), hits)


def written(draft: Draft, sections: Sequence[Section], search: Search) -> Answer:
    """A draft that holds, cited to the passages that its sections are made of."""
    citations = tuple(anchored(citation, sections) for citation in draft.citations)
    return Answer(draft.text, citations, search.certainty, Tier.GENERATED, draft.segments)
