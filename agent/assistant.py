"""The assistant: every message of a customer ends in an answer, a question back, or a hand-over to a person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from agent.completing import question_in
from agent.composing import Composer, Reader, written
from agent.deciding import Decider
from agent.generation import ShowText
from agent.handover.findings import DECLINED, Act, Finding
from agent.handover.guards import failed
from agent.handover.judge import Judge, MessageAnalyzer, RulesNow, clarification, offer
from agent.handover.order import after_composing, after_search, before_search
from agent.handover.package import question_of
from agent.handover.situation import Situation
from agent.looking import Search, Stopwatch
from agent.policy import AnswerPolicy
from agent.requests import SmallTalk, small_talk, wants_person
from agent.texts import DROPPED, FAREWELL, GREETING, NO_QUESTION, WELCOME
from agent.tools.findings import in_turn
from agent.tools.own import LOOKED_UP, OwnData, caller_of
from agent.tools.runner import Finder, Shown, ToolRunner
from agent.work import Screen, Work
from core.errors import ModelError, ZhidaError
from core.handover import SuggestedReply
from core.handover_rules import HandoverRules
from core.text import detect_language
from core.types import (
    Answer,
    Clarification,
    Language,
    Message,
    Query,
    Reply,
    Tier,
    Turn,
)
from desk.handover.store import shipped_rules
from models.chat import ChatModel
from models.encoder import Encoder
from retrieval.calibration.limit import LimitNow
from retrieval.calibration.shipped import shipped_limit
from retrieval.confidence import confidence

_log = logging.getLogger(__name__)

_REPLIES: Final = {
    SmallTalk.GREETING: GREETING,
    SmallTalk.THANKS: WELCOME,
    SmallTalk.FAREWELL: FAREWELL,
    SmallTalk.NOTHING: NO_QUESTION,
    SmallTalk.DROPPED: DROPPED,
}

LONGEST_QUESTION: Final = 1000
"""Characters of a message that are searched for; the rest is kept in the conversation."""


def ignore(_text: str) -> None:
    """Show nothing."""


def ignore_restart() -> None:
    """Take nothing back."""


def _shipped() -> HandoverRules:
    return shipped_rules().rules


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
        analyzer: MessageAnalyzer | None = None,
        rules: RulesNow = _shipped,
        tools: ToolRunner | None = None,
        model_calls: bool = True,
    ) -> None:
        """`tools` looks up what is a customer's own; with `model_calls` the model may choose among them as well."""
        self._retriever = retriever
        self._policy = policy or AnswerPolicy()
        self._limit = limit
        self._judge = Judge(encoder, rules, analyzer)
        self._decider = Decider(encoder, self._policy)
        offered = tools if model_calls else None
        self._composer = Composer(encoder, self._policy, model=model, reader=reader, tools=offered)
        self._own = OwnData(tools) if tools is not None else None

    def reply(
        self, turn: Turn, *, on_text: ShowText = ignore, on_restart: Callable[[], None] = ignore_restart
    ) -> Reply:
        """Reply to a turn. Whatever fails on the way ends in a hand-over; a failing language model is recorded.

        `on_text` gets the visible text piece by piece. `on_restart` is called when what was shown until
        then is void, and the text starts again from its beginning. The pieces since the last restart,
        joined, are exactly the outcome's text. What either of them raises ends the work on the reply
        and reaches the caller.
        """
        work = Work(turn, turn.language or detect_language(turn.text), Stopwatch(), Screen(on_text, on_restart))
        try:
            reply = self._replied(work)
        except Exception as error:
            if work.screen.gone:
                raise
            _log.exception("A reply failed, so the conversation is handed over.")
            reply = self._broken(work, error)
        work.screen.end_with(reply.outcome.text)
        return replace(reply, ms={**reply.ms, **work.watch.total()})

    def _replied(self, work: Work) -> Reply:
        situation = work.situation = self._judge.situation(work.turn, work.language)
        work.watch.lap("analyse")
        finding = before_search(situation)
        if finding is not None:
            return self._judged(work, situation, finding)
        own = self._looked_up(work, situation)
        if own is not None:
            return own
        talk = small_talk(work.turn.text)
        if talk is not None:
            return work.reply(Clarification(_REPLIES[talk][work.language], (), 0.0))
        search = work.search = self._search(work.turn, work.language)
        work.watch.lap("retrieve", search.found.ms)
        decided = self._decider.decide(work.turn, search)
        situation = work.situation = replace(situation, retrieved=self._decider.retrieved(search, decided))
        finding = after_search(situation)
        work.watch.lap("decide")
        if finding is not None and finding.act is not Act.OFFER:
            return self._judged(work, situation, finding)
        reply = work.reply(decided) if decided is not None else self._compose(work, search)
        work.watch.lap("compose", reply.ms)
        return self._looked_over(work, situation, reply, finding)

    def _looked_up(self, work: Work, situation: Situation) -> Reply | None:
        """What is the customer's own, if their words ask for it and they may see it. Anger and loops go before."""
        caller = caller_of(work.turn)
        calls = self._own.wished(situation, caller) if self._own is not None else ()
        if self._own is None or not calls:
            return None
        situation = work.situation = replace(situation, retrieved=LOOKED_UP)
        finding = after_search(situation)
        if finding is not None and finding.act is not Act.OFFER:
            return self._judged(work, situation, finding)
        result = self._own.look(calls, situation, caller, work.tools)
        work.watch.lap("look_up")
        return self._looked_over(work, situation, self._told(work, situation, result), finding)

    def _told(self, work: Work, situation: Situation, result: Shown | Finding) -> Reply:
        """What a tool ends the turn with."""
        if isinstance(result, Shown):
            return work.reply(Answer(result.text, (), 1.0, Tier.LOOKED_UP))
        return self._judged(work, situation, in_turn(result, situation))

    def _looked_over(self, work: Work, situation: Situation, reply: Reply, finding: Finding | None) -> Reply:
        """The reply with what is offered beside it, unless the answer itself shows that a person is needed."""
        if not isinstance(reply.outcome, Answer):
            return reply if reply.offer is not None else replace(reply, offer=offer(finding, situation))
        if not reply.outcome.text.strip():
            raise ModelError("The answer is empty.")
        situation = work.situation = replace(situation, answer=reply.outcome.text)
        again = after_composing(situation)
        if again is not None and again.act is Act.IMMEDIATE:
            return self._judged(work, situation, again)
        return replace(reply, offer=offer(finding or again, situation))

    def _judged(self, work: Work, situation: Situation, finding: Finding) -> Reply:
        """What a rule says instead of an answer."""
        if finding.act is Act.SAY:
            return work.reply(clarification(finding, situation), offer=offer(finding, situation))
        search = work.search
        outcome = self._judge.handover(
            finding,
            situation,
            work.turn,
            nearest=search.nearest if search is not None else (),
            certainty=search.certainty if search is not None else 0.0,
            suggestion=self._suggestion(work, situation),
        )
        return work.reply(outcome)

    def _broken(self, work: Work, error: Exception) -> Reply:
        """The hand-over after a failure, with as little machinery as possible."""
        situation = work.situation or self._judge.unread(work.turn, work.language)
        finding = failed(error, searching=work.search is None)
        return work.reply(self._judge.handover(finding, situation, work.turn))

    def _suggestion(self, work: Work, situation: Situation) -> SuggestedReply | None:
        """What the assistant would have said, for the person to judge. Failing at it fails nothing else."""
        question = question_of(situation)
        if not question:
            return None
        try:
            search = work.search or self._search(replace(work.turn, text=question), work.language)
            decided = self._decider.decide(work.turn, search)
            sure = bool(search.found.hits) and search.certainty >= self._policy.least_suggested
            answer = decided if isinstance(decided, Answer) else self._composer.quote(search) if sure else None
        except ZhidaError:
            _log.exception("No reply could be suggested to the person who takes over.")
            return None
        return None if answer is None else SuggestedReply(answer.text, answer.citations, answer.confidence)

    def _search(self, turn: Turn, language: Language) -> Search:
        """Search for the message; retrieval completes it from what was said before, where it needs that."""
        query = Query(
            text=question_in(turn)[:LONGEST_QUESTION],
            audience=turn.audience,
            as_of=turn.as_of,
            history=tuple(message for message in turn.history if _asks(message)),
        )
        found = self._retriever.find(query, k=self._policy.candidates)
        return Search(found.understood.searched, language, found, confidence(found.evidence), self._limit())

    def _compose(self, work: Work, search: Search) -> Reply:
        """Answer by the language model if there is one and it does its work, else by quoting."""
        selected = self._composer.selected(work, search)
        if selected is None:
            return work.reply(self._composer.quote(search))
        work.found = selected.found
        draft = selected.draft
        ms = {} if draft.first_text_ms is None else {"model_first_text": draft.first_text_ms}
        if selected.result is not None:
            assert work.situation is not None
            return replace(self._told(work, work.situation, selected.result), ms=ms)
        if draft.declined or (draft.unsupported and search.certainty < self._policy.quote_unsupported):
            return replace(self._declined(work), ms=ms)
        if draft.failure is None:
            return replace(work.reply(written(draft, selected.sections, search)), ms=ms)
        return replace(work.reply(self._composer.quote(search), failure=draft.failure), ms=ms)

    def _declined(self, work: Work) -> Reply:
        """The model read the evidence and found no answer in it, so it is as if there were none."""
        assert work.situation is not None
        assert work.situation.retrieved is not None
        retrieved = replace(work.situation.retrieved, answers=False)
        situation = work.situation = replace(work.situation, retrieved=retrieved)
        finding = after_search(situation, reason=DECLINED)
        assert finding is not None  # nothing answers, which is a rule of its own
        return self._judged(work, situation, finding)


def _asks(message: Message) -> bool:
    """Whether a message tells what the conversation is about. Thanks and calls for a person don't."""
    return small_talk(message.text) is None and not wants_person(message.text)
