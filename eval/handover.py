"""`zhida eval handover`: does a person take over when one is needed, and only then?

Every conversation is led with the assistant that customers talk to, message by message; what it
replies is the rest of the conversation. It ends with the hand-over. A hand-over is missed if none
has come by the message that needs it, and needless if one comes at a message that doesn't.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from agent.assistant import Assistant
from agent.handover.judge import MessageAnalyzer
from core.clock import utc_now
from core.episodes import Episode, EpisodeId, EpisodeState, LateTicket, PastTurn
from core.errors import StorageError
from core.handover_rules import HandoverRules
from core.types import (
    Answer,
    Clarification,
    DocumentKind,
    Handover,
    HandoverCode,
    Message,
    MessageId,
    Outcome,
    Query,
    Reply,
    Role,
    Turn,
)
from desk.handover.store import shipped_rules
from eval.measures.proportion import Proportion
from eval.runs import PRODUCT, CaseResult, RunFile, RunKind, SystemRun, Timings, record
from eval.suite import RetrievalSuite
from eval.suite_dialogues import Expected
from eval.suite_handover import HandoverCase, HandoverStep, HandoverSuite
from eval.suite_refusal import pair_lines
from eval.workbench import Workbench
from eval.workbench import silent as unheard
from ingest.sandbox import Sandbox
from ingest.worker import Worker
from kb.records import Upload
from models.chat import ChatModel
from models.encoder import Encoder
from retrieval.calibration.limit import AnswerLimit
from retrieval.search import Found, Retriever

_NAMES: Mapping[type[Outcome], Expected] = {
    Answer: Expected.ANSWER,
    Clarification: Expected.CLARIFICATION,
    Handover: Expected.HANDOVER,
}


@dataclass(frozen=True, slots=True)
class LedStep:
    """A message with the assistant's reply."""

    step: HandoverStep
    reply: Reply
    seconds: float

    @property
    def outcome(self) -> Expected:
        """What became of it."""
        return _NAMES[type(self.reply.outcome)]

    @property
    def code(self) -> HandoverCode | None:
        """The rule behind a hand-over or a question back."""
        return None if isinstance(self.reply.outcome, Answer) else self.reply.outcome.code

    @property
    def offered(self) -> HandoverCode | None:
        """The rule that offered a person."""
        return None if self.reply.offer is None else self.reply.offer.code

    @property
    def as_expected(self) -> bool:
        """Outcome, code and offer, as far as they are said."""
        step = self.step
        same = self.outcome is step.expected if step.expected is not None else self.outcome is not Expected.HANDOVER
        offer = step.offer is None or (self.offered is None if step.offer is False else self.offered == step.offer)
        return same and step.code in (None, self.code) and offer


@dataclass(frozen=True, slots=True)
class LedCase:
    """A conversation as it went, up to the hand-over."""

    case: HandoverCase
    steps: tuple[LedStep, ...]

    @property
    def handed_over_at(self) -> int | None:
        """Number of the message that was handed over, from 0."""
        return next((at for at, led in enumerate(self.steps) if led.outcome is Expected.HANDOVER), None)

    @property
    def missed(self) -> bool:
        """A person was needed, and none had come by then."""
        return self.case.needs_person and self.handed_over_at is None

    @property
    def needless(self) -> bool:
        """A person took over at a message that the assistant could have dealt with."""
        at = self.handed_over_at
        return at is not None and self.steps[at].step.expected is not Expected.HANDOVER

    @property
    def as_expected(self) -> bool:
        """Every message went as it should, and none is left over."""
        return len(self.steps) == len(self.case.steps) and all(led.as_expected for led in self.steps)


class HandoverBench(Workbench):
    """A suite's corpus in a knowledge base of its own, and the assistant over it."""

    def __init__(
        self,
        suite: HandoverSuite,
        *,
        encoder: Encoder | None = None,
        analyzer: MessageAnalyzer | None = None,
        rules: HandoverRules | None = None,
        model: ChatModel | None = None,
        work: Path | None = None,
        report: Callable[[float], None] = unheard,
    ) -> None:
        kept = None if suite.pairs else work  # a kept knowledge base holds the corpus and nothing else
        super().__init__(RetrievalSuite(suite.name, suite.corpus, ()), encoder=encoder, work=kept, report=report)
        self._cases = suite.cases
        self._pairs = suite.pairs
        self._analyzer = analyzer
        self._rules = rules or shipped_rules().rules
        self._model = model

    def lead(self, heard: Callable[[int, int], None] = lambda _done, _of: None, *, limit: AnswerLimit) -> list[LedCase]:
        """Lead every conversation, in order."""
        self.built  # noqa: B018 - builds it
        if self._pairs:
            self._approve()
        finder = _BreakableFinder(self.retriever())
        assistant = Assistant(
            finder,
            self._encoder,
            model=self._model,
            limit=lambda: limit,
            analyzer=self._analyzer,
            rules=lambda: self._rules,
        )
        led = []
        finder.find(Query(text="warm up"))
        for done, case in enumerate(self._cases, start=1):
            led.append(_lead(case, assistant, finder))
            heard(done, len(self._cases))
        return led

    def _approve(self) -> None:
        """Publish the approved answers, unless a run before this one did."""
        name = "approved answers.jsonl"
        if self._kb.find(name) is not None:
            return
        sandbox = Sandbox()
        try:
            self._kb.accept(Upload(name=name, kind=DocumentKind.QA), [pair_lines(self._pairs)])
            Worker(self._kb, self._encoder, sandbox, owner="eval").run_all()
        finally:
            sandbox.close()
        self._indexes.refresh()
        self._indexes.save()


class _BreakableFinder:
    """The retriever, which fails when a case wants it to."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self.broken = False

    def find(self, query: Query, /, *, k: int = 10) -> Found:
        if self.broken:
            raise StorageError("The case wants the search to fail.")
        return self._retriever.find(query, k=k)


def _lead(case: HandoverCase, assistant: Assistant, finder: _BreakableFinder) -> LedCase:
    """One conversation; it ends with the hand-over."""
    facts = case.facts
    episode = Episode(
        EpisodeId(1),
        1,
        EpisodeState.ASSISTANT,
        0,
        identity_level=facts.identity_level,
        vip=facts.vip,
        late_tickets=() if facts.breached_ticket is None else (LateTicket(facts.breached_ticket),),
        primary_contact=facts.primary_contact,
    )
    led: list[LedStep] = []
    history: tuple[Message, ...] = ()
    for at, step in enumerate(case.steps):
        finder.broken = step.search_fails
        message_id = MessageId(f"{at:032x}")
        started = perf_counter()
        reply = assistant.reply(
            Turn(text=step.text, history=history, episode=episode, message_id=message_id, language=case.language)
        )
        done = LedStep(step, reply, perf_counter() - started)
        led.append(done)
        if done.outcome is Expected.HANDOVER:
            break
        now = utc_now()
        history = (
            *history,
            Message(message_id, Role.CUSTOMER, step.text, now),
            Message(MessageId(f"{at + 1000:032x}"), Role.ASSISTANT, reply.outcome.text, now),
        )
        episode = _after(episode, done, message_id)
    finder.broken = False
    return LedCase(case, tuple(led))


def _after(episode: Episode, led: LedStep, message_id: MessageId) -> Episode:
    """The episode with the turn in it, as the desk would have kept it."""
    outcome, analysis = led.reply.outcome, led.reply.analysis
    past = PastTurn(
        message_id,
        led.step.text,
        outcome.text,
        led.outcome.value,
        utc_now(),
        rejected=led.step.thumbs_down,
        offered=led.offered,
        intent=None if analysis is None else analysis.intent.label,
        sentiment=None if analysis is None else int(analysis.sentiment.level),
        anger=None if analysis is None else analysis.sentiment.anger,
        code=led.code,
        cited=tuple(citation.passage_id for citation in outcome.citations) if isinstance(outcome, Answer) else (),
    )
    state = EpisodeState.CONFIRMING if led.outcome is Expected.ANSWER else EpisodeState.ASSISTANT
    return replace(episode, turns=(*episode.turns, past), state=state)


def to_run_file(
    suite: str, led: Sequence[LedCase], *, models: Mapping[str, str], settings: Mapping[str, Any], passages: int
) -> RunFile:
    """The cases as `zhida eval compare`, `gate` and `report` read them."""
    system = SystemRun.of(
        [_result(each) for each in led],
        timings_ms=Timings.of([step.seconds for each in led for step in each.steps]),
        facts={"passages": passages, "messages": sum(len(each.steps) for each in led)},
    )
    return record(RunKind.HANDOVER, suite, {PRODUCT: system}, models=models, settings=settings)


def _result(led: LedCase) -> CaseResult:
    values = {"as_expected": float(led.as_expected), "needless_handovers": float(led.needless)}
    if led.case.needs_person:
        values["missed_handovers"] = float(led.missed)
    steps = [
        {
            "text": step.step.text,
            "expected": None if step.step.expected is None else step.step.expected.value,
            "expected_code": step.step.code,
            "outcome": step.outcome.value,
            "code": step.code,
            "offer": step.offered,
            "reply": step.reply.outcome.text,
            "as_expected": step.as_expected,
        }
        for step in led.steps
    ]
    return CaseResult(led.case.case_id, led.case.steps[-1].text, values, {"about": led.case.about, "steps": steps})


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """How the conversations went that a rule should have ended."""

    code: HandoverCode
    cases: int
    handed_over: int
    right_code: int


def by_code(led: Sequence[LedCase]) -> tuple[CodeFigures, ...]:
    """For each code that the suite expects, in the order of the rules."""
    wanted = {
        code: [each for each in led if any(_ends_with(step, code) for step in each.case.steps)] for code in HandoverCode
    }
    return tuple(
        CodeFigures(
            code,
            len(cases),
            sum(each.handed_over_at is not None for each in cases),
            sum(each.steps[-1].outcome is Expected.HANDOVER and each.steps[-1].code is code for each in cases),
        )
        for code, cases in wanted.items()
        if cases
    )


def _ends_with(step: HandoverStep, code: HandoverCode) -> bool:
    return step.expected is Expected.HANDOVER and step.code is code


def missed_and_needless(led: Sequence[LedCase]) -> tuple[Proportion, Proportion]:
    """Of the conversations that need a person, those that got none; of all, those that were given up too early."""
    needing = [each for each in led if each.case.needs_person]
    return (
        Proportion(sum(each.missed for each in needing), len(needing)),
        Proportion(sum(each.needless for each in led), len(led)),
    )
