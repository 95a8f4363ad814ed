"""Lets a model choose tools before it answers: it selects, code acts.

The model sees the question, the evidence and the list of tools, and writes an answer or one call.
A search gives it more evidence and another try. The other tools end the turn with a text that code
wrote. So nothing that a document or a customer says can make more happen than the customer could
have asked for, even if the model does whatever it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from agent.generation import within_budget
from agent.policy import AnswerPolicy
from agent.prompts import NO_ANSWER, TOOLS, grounded_prompt
from agent.tools.calls import NotACall, begins_call, read_call
from agent.tools.runner import Refused, ToolRunner
from agent.verification import Instruments, Verifier
from core.tools import Caller, ToolRecord
from core.types import Citation, Hit, Language, Message, ModelFailure, Segment
from models.chat import ChatMessage, ChatModel
from models.guard import GuardedModel

MOST_CALLS: Final = 3
"""Calls in one turn, the refused among them."""

SHOWN_CHARACTERS: Final = 200
"""Of what a model wrote, in the log."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What came of a turn with tools."""

    text: str
    """What the customer may be shown; empty where nothing held."""
    citations: tuple[Citation, ...] = ()
    segments: tuple[Segment, ...] = ()
    hits: tuple[Hit, ...] = ()
    """Everything that was read."""
    records: tuple[ToolRecord, ...] = ()
    declined: bool = False
    failure: ModelFailure | None = None


@dataclass(slots=True)
class _State:
    hits: list[Hit]
    records: list[ToolRecord] = field(default_factory=list)


class ToolSelector:
    """Answers with tools, for one caller at a time."""

    def __init__(
        self, model: ChatModel, runner: ToolRunner, policy: AnswerPolicy, instruments: Instruments | None = None
    ) -> None:
        self._model = GuardedModel(model)
        self._runner = runner
        self._policy = policy
        self._instruments = instruments

    def answer(
        self,
        question: str,
        hits: Sequence[Hit],
        caller: Caller,
        *,
        history: Sequence[Message] = (),
        language: Language,
    ) -> Selected:
        """Answer a customer's message. What a tool did is in `records`, also where it was refused."""
        state = _State(list(hits))
        for _ in range(MOST_CALLS):
            written = self._written(question, state.hits, history, language)
            if isinstance(written, ModelFailure):
                return Selected("", hits=tuple(state.hits), records=tuple(state.records), failure=written)
            if not begins_call(written):
                return self._checked(written, question, state)
            shown = self._act(written, question, caller, language, state)
            if shown:
                return Selected(shown, hits=tuple(state.hits), records=tuple(state.records))
        return Selected("", hits=tuple(state.hits), records=tuple(state.records), declined=True)

    def _act(self, written: str, question: str, caller: Caller, language: Language, state: _State) -> str:
        """Run what was written; returns a text that ends the turn, or nothing."""
        asked = written[:SHOWN_CHARACTERS]
        try:
            call = read_call(written)
        except NotACall as reason:
            state.records.append(ToolRecord(asked, None, False, str(reason)))
            return ""
        result = self._runner.run(call, caller, message=question, language=language)
        if isinstance(result, Refused):
            state.records.append(ToolRecord(asked, call.name, False, result.reason))
            return ""
        state.records.append(ToolRecord(asked, call.name, True, ""))
        known = {hit.passage.passage_id for hit in state.hits}
        state.hits = [*(hit for hit in result.hits if hit.passage.passage_id not in known), *state.hits]
        return result.text

    def _written(
        self, question: str, hits: Sequence[Hit], history: Sequence[Message], language: Language
    ) -> str | ModelFailure:
        prompt = grounded_prompt(question, within_budget(hits, self._policy), history=history, language=language)
        told = [ChatMessage("system", prompt[0].text + TOOLS), *prompt[1:]]
        written = ""
        pieces = self._model.stream(told, deadline_s=self._policy.model_deadline_s)
        try:
            for piece in pieces:
                if isinstance(piece, ModelFailure):
                    return piece
                written += piece.text
        finally:
            pieces.close()
        return written

    def _checked(self, written: str, question: str, state: _State) -> Selected:
        verifier = Verifier(
            within_budget(state.hits, self._policy),
            question=question,
            min_support=self._policy.min_support,
            instruments=self._instruments,
        )
        shown = [*verifier.take(written), *verifier.finish()]
        text = "".join(each.text for each in shown)
        citations = tuple(citation for each in shown for citation in each.citations)
        return Selected(
            text,
            citations,
            tuple(verifier.segments),
            tuple(state.hits),
            tuple(state.records),
            declined=not text and (verifier.declined or NO_ANSWER in written),
        )
