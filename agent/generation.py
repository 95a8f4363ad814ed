"""Answers by a language model from numbered evidence: ask, stream, check, or say why that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from agent.policy import AnswerPolicy
from agent.prompts import grounded_prompt
from agent.tools.calls import CallGate
from agent.verification import Instruments, Verified, Verifier
from core.tools import ToolName
from core.types import Citation, Hit, Language, Message, ModelFailure, Passage, Segment
from models.chat import ChatModel, Delta
from models.guard import GuardedModel

MOST_DROPPED: Final = 2 / 3
"""Share of a reply's sentences that may be dropped. Of a reply that is mostly made up, the rest isn't shown either."""

ShowText = Callable[[str], None]
"""Takes the next piece of visible text. What it raises ends the reply and reaches the caller."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What came of asking a model. `text` holds the sentences that its sources support."""

    text: str
    citations: tuple[Citation, ...]
    failure: ModelFailure | None
    """Set when the text must not be used; something of it may have been shown already."""
    declined: bool
    """The model said that the evidence doesn't answer the question."""
    first_text_ms: float | None
    """Milliseconds until the first piece of the model's reply."""
    segments: tuple[Segment, ...] = ()
    """Every sentence of the reply with its verdict, in order; those that were dropped among them."""
    call: str = ""
    """What the model wrote instead of an answer, where it may call tools; nothing of it was shown."""

    @property
    def unsupported(self) -> bool:
        """The model read the evidence and wrote something else, which speaks against there being an answer in it."""
        return self.failure is not None and self.failure.kind == "ungrounded"


class Generator:
    """Asks a language model and lets through only what its sources support."""

    def __init__(self, model: ChatModel, policy: AnswerPolicy, instruments: Instruments | None = None) -> None:
        self._model = GuardedModel(model)
        self._policy = policy
        self._instruments = instruments

    def draft(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        history: Sequence[Message],
        language: Language,
        show: ShowText,
        tools: Sequence[ToolName] | None = None,
        deadline_s: float | None = None,
    ) -> Draft:
        """Ask for an answer from the hits. Sentences are shown as soon as they are checked.

        Args:
            question: what to answer.
            hits: the evidence, best first.
            history: earlier messages, oldest first.
            language: of the answer.
            show: gets each sentence that holds.
            tools: what the model is told that it may call. Also with none of them a call is kept back, and found in
                `Draft.call`; `None` means that a reply is nothing but an answer.
            deadline_s: for the whole reply; the policy's by default.
        """
        evidence = within_budget(hits, self._policy)
        prompt = grounded_prompt(question, evidence, history=history, language=language, tools=tools or ())
        verifier = Verifier(
            evidence, question=question, min_support=self._policy.min_support, instruments=self._instruments
        )
        collected = _Collected(verifier, show, CallGate() if tools is not None else None)
        pieces = self._model.stream(prompt, deadline_s=deadline_s or self._policy.model_deadline_s)
        try:
            failure = collected.read(pieces)
        finally:
            pieces.close()
        return collected.draft(failure)


class _Collected:
    """A draft while it grows."""

    def __init__(self, verifier: Verifier, show: ShowText, gate: CallGate | None) -> None:
        self._verifier = verifier
        self._show = show
        self._gate = gate
        self._call = ""
        self._started = perf_counter()
        self._first_text_ms: float | None = None
        self._text = ""
        self._citations: list[Citation] = []

    def read(self, pieces: Iterable[Delta | ModelFailure]) -> ModelFailure | None:
        """Take the whole reply; return why it can't be used, if so."""
        for piece in pieces:
            if isinstance(piece, ModelFailure):
                return piece
            if self._first_text_ms is None:
                self._first_text_ms = 1000 * (perf_counter() - self._started)
            self._add(self._verifier.take(piece.text if self._gate is None else self._gate.take(piece.text)))
        if self._gate is not None:
            self._call, rest = self._gate.finish()
            if self._call:
                return None
            self._add(self._verifier.take(rest))
        self._add(self._verifier.finish())
        dropped, all_of_them = self._verifier.dropped, len(self._verifier.segments)
        if (self._text and dropped <= MOST_DROPPED * all_of_them) or (self._verifier.declined and not self._text):
            return None
        return ModelFailure("ungrounded", f"{dropped} of {all_of_them} sentences weren't supported by their sources.")

    def draft(self, failure: ModelFailure | None) -> Draft:
        """What was collected."""
        declined = self._verifier.declined and not self._text and failure is None
        segments = tuple(self._verifier.segments)
        citations = tuple(self._citations)
        return Draft(self._text, citations, failure, declined, self._first_text_ms, segments, self._call)

    def _add(self, sentences: Sequence[Verified]) -> None:
        for sentence in sentences:
            self._text += sentence.text
            self._citations += sentence.citations
            self._show(sentence.text)


def within_budget(hits: Sequence[Hit], policy: AnswerPolicy) -> list[Passage]:
    """The best passages that fit into the budget, best first; the first one always does."""
    chosen: list[Passage] = []
    characters = 0
    for hit in hits[: policy.evidence]:
        characters += len(hit.passage.text)
        if chosen and characters > policy.evidence_characters:
            break
        chosen.append(hit.passage)
    return chosen
