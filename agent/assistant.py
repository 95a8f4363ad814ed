"""The assistant: every message of a customer ends in an answer, a question back, or a hand-over to a person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from time import perf_counter
from typing import Final, Protocol

from agent.citations import cite_pair, mark
from agent.conflicts import find_conflict, summary, tell
from agent.decisions import rule_of, without_search
from agent.generation import Generator, ShowText
from agent.policy import VERBATIM_CONFIDENCE, AnswerPolicy
from agent.quoting import Quoter
from agent.requests import SmallTalk, small_talk, wants_person
from agent.texts import (
    CANNOT_LOOK,
    CUSTOMER_ASKED,
    FAREWELL,
    GREETING,
    MODEL_DECLINED,
    NO_QUESTION,
    NOT_KNOWN,
    NOT_SUPPORTED,
    PERSON_REQUESTED,
    SEARCH_FAILED,
    WELCOME,
    WHICH_QUESTION,
    Wording,
)
from agent.verbatim import Matcher
from core.errors import ZhidaError
from core.text import detect_language
from core.types import (
    Answer,
    Clarification,
    Decision,
    Handover,
    HandoverCode,
    Hit,
    Language,
    Message,
    Outcome,
    QAPair,
    Query,
    Reply,
    Role,
    Tier,
    Turn,
)
from models.chat import ChatModel
from models.encoder import Encoder
from retrieval.calibration.limit import AnswerLimit, LimitNow
from retrieval.calibration.shipped import shipped_limit
from retrieval.confidence import confidence
from retrieval.expansion import Section, alone, anchored
from retrieval.search import Found

_log = logging.getLogger(__name__)

_REPLIES: Final = {
    SmallTalk.GREETING: GREETING,
    SmallTalk.THANKS: WELCOME,
    SmallTalk.FAREWELL: FAREWELL,
    SmallTalk.NOTHING: NO_QUESTION,
}

NEAREST: Final = 5
"""Passages that a hand-over names for the colleague."""

LONGEST_QUESTION: Final = 1000
"""Characters of a message that are searched for; the rest is kept in the conversation."""


class Reader(Protocol):
    """Puts together what whoever composes an answer reads."""

    def sections(self, query: Query, hits: Sequence[Hit]) -> Sequence[Section]:
        """Return the evidence in sections, best first."""
        ...


class Finder(Protocol):
    """What the assistant needs of retrieval."""

    def find(self, query: Query, /, *, k: int = 10) -> Found:
        """Return the `k` best passages and Q&A pairs for a question, best first."""
        ...


def ignore(_text: str) -> None:
    """Show nothing."""


def ignore_restart() -> None:
    """Take nothing back."""


class Assistant:
    """Answers from the documents with citations, asks back, or hands over to a person."""

    def __init__(
        self,
        retriever: Finder,
        encoder: Encoder,
        *,
        model: ChatModel | None = None,
        policy: AnswerPolicy | None = None,
        limit: LimitNow = shipped_limit,
        reader: Reader | None = None,
    ) -> None:
        self._retriever = retriever
        self._reader = reader
        self._policy = policy or AnswerPolicy()
        self._limit = limit
        self._matcher = Matcher(encoder, self._policy)
        self._quoter = Quoter(encoder)
        self._generator = Generator(model, self._policy) if model is not None else None

    def reply(
        self, turn: Turn, *, on_text: ShowText = ignore, on_restart: Callable[[], None] = ignore_restart
    ) -> Reply:
        """Reply to a turn. A failing language model is recorded, failing retrieval ends in a hand-over.

        `on_text` gets the visible text piece by piece. `on_restart` is called when a language model
        fails midway: what was shown until then is void, and the text starts again from its
        beginning. The pieces since the last restart, joined, are exactly the outcome's text. What
        either of them raises ends the work on the reply and reaches the caller.
        """
        watch = _Stopwatch()
        language = turn.language or detect_language(turn.text)
        outcome = _without_search(turn, language)
        if outcome is not None:
            return _shown(Reply(outcome, (), watch.total(), decision=without_search(outcome)), on_text)
        try:
            search = self._search(turn, language)
        except ZhidaError as error:
            _log.exception("Retrieval failed, the conversation is handed over.")
            outcome = _broken(error, language)
            return _shown(Reply(outcome, (), watch.total(), decision=without_search(outcome)), on_text)
        watch.lap("retrieve", search.found.ms)
        outcome = self._decide(turn, search)
        watch.lap("decide")
        if outcome is not None:
            return _shown(_decided(Reply(outcome, search.found.hits, watch.total()), search), on_text)
        reply = self._compose(turn, search, on_text, on_restart)
        watch.lap("compose", reply.ms)
        return _decided(replace(reply, ms=watch.total()), search)

    def _search(self, turn: Turn, language: Language) -> _Search:
        """Search for the message; retrieval completes it from what was said before, where it needs that."""
        query = Query(
            text=turn.text.strip()[:LONGEST_QUESTION],
            audience=turn.audience,
            as_of=turn.as_of,
            history=tuple(message for message in turn.history if _asks(message)),
        )
        found = self._retriever.find(query, k=self._policy.candidates)
        return _Search(found.understood.searched, language, found, confidence(found.evidence), self._limit())

    def _decide(self, turn: Turn, search: _Search) -> Outcome | None:
        """The outcome, where it needs no composing: an approved answer, a question back, or a hand-over."""
        found = search.found
        pairs = self._matcher.matches(search.question, found.vector, found.pairs, least=search.limit.pair_probability)
        if len(pairs) > 1 and not _asked_back(turn.history):
            options = tuple(pair.question for pair in pairs)
            return Clarification(WHICH_QUESTION[search.language], options, search.certainty)
        if pairs:
            return _verbatim(pairs[0], search)
        if not search.found.hits or not search.allowed:
            return _unknown(search, NOT_SUPPORTED)
        return self._disagreement(search)

    def _disagreement(self, search: _Search) -> Outcome | None:
        """What is told where the best sources contradict each other: an average or either one would be a guess."""
        conflict = find_conflict(search.question, search.found.hits)
        if conflict is None:
            return None
        if self._policy.hand_over_conflicts:
            return replace(_unknown(search, NOT_SUPPORTED), reason=summary(conflict, search.language))
        return tell(conflict, search.language, search.certainty)

    def _compose(self, turn: Turn, search: _Search, on_text: ShowText, on_restart: Callable[[], None]) -> Reply:
        """Answer by the language model if there is one and it does its work, else by quoting."""
        if self._generator is None:
            return _shown(Reply(self._quote(search), search.found.hits, {}), on_text)
        sections = self._sections(turn, search)
        evidence = [section.hit for section in sections]
        draft = self._generator.draft(
            search.question, evidence, history=turn.history, language=search.language, show=on_text
        )
        ms = {} if draft.first_text_ms is None else {"model_first_text": draft.first_text_ms}
        if draft.declined:
            return _shown(Reply(_unknown(search, MODEL_DECLINED), search.found.hits, ms), on_text)
        if draft.failure is None:
            citations = tuple(anchored(citation, sections) for citation in draft.citations)
            answer = Answer(draft.text, citations, search.certainty, Tier.GENERATED)
            return Reply(answer, search.found.hits, ms)
        if draft.text:
            on_restart()
        return _shown(Reply(self._quote(search), search.found.hits, ms, draft.failure), on_text)

    def _sections(self, turn: Turn, search: _Search) -> Sequence[Section]:
        """What a language model reads: sections, or the hits themselves without a reader."""
        hits = search.found.hits
        if self._reader is None:
            return [alone(hit) for hit in hits]
        return self._reader.sections(Query(text=search.question, audience=turn.audience, as_of=turn.as_of), hits)

    def _quote(self, search: _Search) -> Answer:
        found = search.found
        quoted = self._quoter.quote(search.question, found.vector, found.hits, language=search.language)
        return Answer(quoted.text, quoted.citations, search.certainty, Tier.QUOTED)


@dataclass(frozen=True, slots=True)
class _Search:
    """What was searched for, what was found, and how likely it answers."""

    question: str
    language: Language
    found: Found
    score: float
    """The raw confidence in the evidence."""
    limit: AnswerLimit

    @property
    def allowed(self) -> bool:
        """The evidence is good enough for an answer, as the operator tolerates errors."""
        return self.limit.allows(self.score)

    @property
    def certainty(self) -> float:
        """Probability that an answer from this evidence is right."""
        return self.limit.probability(self.score)


class _Stopwatch:
    """Milliseconds by step."""

    def __init__(self) -> None:
        self._start = self._last = perf_counter()
        self._ms: dict[str, float] = {}

    def lap(self, step: str, parts: Mapping[str, float] | None = None) -> None:
        """The step ends now; `parts` are steps within it."""
        now = perf_counter()
        self._ms |= {step: 1000 * (now - self._last), **(parts or {})}
        self._last = now

    def total(self) -> dict[str, float]:
        return {**self._ms, "total": 1000 * (perf_counter() - self._start)}


def _shown(reply: Reply, on_text: ShowText) -> Reply:
    on_text(reply.outcome.text)
    return reply


def _decided(reply: Reply, search: _Search) -> Reply:
    """The reply with the reason for it."""
    limit = search.limit
    threshold = limit.probability(limit.threshold) if isfinite(limit.threshold) else 1.0
    rule = rule_of(reply, allowed=search.allowed)
    decision = Decision(rule, search.question, search.certainty, threshold)
    return replace(reply, decision=decision, understood=search.found.understood)


def _without_search(turn: Turn, language: Language) -> Outcome | None:
    """The outcome of a message that asks nothing of the documents."""
    if wants_person(turn.text):
        reason = CUSTOMER_ASKED[language]
        return Handover(HandoverCode.CUSTOMER_REQUEST, reason, PERSON_REQUESTED[language], 0.0)
    talk = small_talk(turn.text)
    return Clarification(_REPLIES[talk][language], (), 0.0) if talk is not None else None


def _verbatim(pair: QAPair, search: _Search) -> Answer:
    citation = cite_pair(1, pair, search.found.hits)
    certainty = max(search.certainty, VERBATIM_CONFIDENCE)
    return Answer(mark(pair.answer, citation.number), (citation,), certainty, Tier.VERBATIM)


def _unknown(search: _Search, reason: Wording) -> Handover:
    nearest = tuple(hit.passage.passage_id for hit in search.found.hits[:NEAREST])
    code = HandoverCode.MISSING_KNOWLEDGE
    return Handover(code, reason[search.language], NOT_KNOWN[search.language], search.certainty, nearest)


def _broken(error: ZhidaError, language: Language) -> Handover:
    reason = SEARCH_FAILED[language].replace("{error}", type(error).__name__)
    return Handover(HandoverCode.TOOL_FAILURE, reason, CANNOT_LOOK[language], 0.0)


def _asks(message: Message) -> bool:
    """Whether a message tells what the conversation is about. Thanks and calls for a person don't."""
    return small_talk(message.text) is None and not wants_person(message.text)


def _asked_back(history: Sequence[Message]) -> bool:
    """Whether the assistant's last message was a question back already; it asks at most once."""
    last = next((message for message in reversed(history) if message.role is Role.ASSISTANT), None)
    return last is not None and last.text.startswith(tuple(WHICH_QUESTION.values()))
