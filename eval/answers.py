"""`zhida eval answers`: are the answers right, and does what needs a person go to one?

Every case goes through the assistant that customers talk to, over a knowledge base made of the
suite's corpus. Without a language model it quotes, with one it writes. Nothing is judged by a
model: an answer is right if it says a reference word for word, see `eval.measures.containment`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from rich.table import Table

from agent.assistant import Assistant
from agent.policy import AnswerPolicy
from core.clock import utc_now
from core.errors import StorageError
from core.types import (
    Answer,
    Clarification,
    Handover,
    HandoverCode,
    Message,
    MessageId,
    Outcome,
    Passage,
    Query,
    Reply,
    Turn,
)
from eval.measures.containment import contains, key_point_recall
from eval.measures.judged import judged_measures
from eval.measures.mean import mean
from eval.measures.overlap import exact_match, overlap_f1, units
from eval.runs import PRODUCT, CaseResult, Judgement, RunFile, RunKind, SystemRun, Timings, record
from eval.suite import RetrievalSuite
from eval.suite_answers import AnswerCase, AnswerSuite
from eval.suite_dialogues import DialogueCase, Expected
from eval.workbench import Workbench
from eval.workbench import silent as unheard
from kb.index import Collection
from kb.prepared import text_hash
from models.chat import ChatModel
from models.encoder import Encoder, Vectors
from retrieval.calibration.limit import AnswerLimit
from retrieval.search import Retriever
from retrieval.understanding.rewriting import Rewriter
from retrieval.understanding.understander import Understander

LONGEST_SAID: Final = 30
"""Units of a reference that can be expected word for word. Longer ones have no `contains`."""

EVIDENCE: Final = 5
"""Passages among which a reference must stand for a question to count as found."""

EXCERPT: Final = 120
"""Characters of a citation that a run file repeats."""

_MARK: Final = re.compile(r" ?\[\d{1,3}\]")

Case = AnswerCase | DialogueCase


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """A case with the assistant's reply."""

    case: Case
    reply: Reply
    seconds: float

    @property
    def outcome(self) -> Expected:
        """What became of it."""
        return _NAMES[type(self.reply.outcome)]

    @property
    def said(self) -> str:
        """The answer without its marks; empty where there is none."""
        return without_marks(self.reply.outcome.text) if self.outcome is Expected.ANSWER else ""


_NAMES: Final[Mapping[type[Outcome], Expected]] = {
    Answer: Expected.ANSWER,
    Clarification: Expected.CLARIFICATION,
    Handover: Expected.HANDOVER,
}


class AnswerBench(Workbench):
    """A suite's corpus in a knowledge base of its own, and the assistant over it.

    Entries of a corpus are texts of their own, though they lie in one document. So a language model
    reads the passages as they are found, without what stands around them.
    """

    def __init__(
        self,
        suite: AnswerSuite,
        *,
        encoder: Encoder | None = None,
        model: ChatModel | None = None,
        policy: AnswerPolicy | None = None,
        work: Path | None = None,
        report: Callable[[float], None] = unheard,
    ) -> None:
        super().__init__(RetrievalSuite(suite.name, suite.corpus, ()), encoder=encoder, work=work, report=report)
        self._cases = suite.cases
        self._model = model
        self._policy = policy

    def passages(self) -> list[Passage]:
        """The corpus as the knowledge base has it."""
        self.built  # noqa: B018 - builds it
        (document,) = self._kb.documents()
        return self._kb.passages(document.document_id, limit=document.passages)

    def vectors(self, passages: Sequence[Passage]) -> dict[str, Vectors]:
        """The vector of each passage, by what the encoder read."""
        hashes = {text_hash(passage.indexed_text): passage.indexed_text for passage in passages}
        known = self._kb.vectors(list(hashes), encoder_key=self._encoder.identity.key, collection=Collection.PASSAGES)
        return {hashes[key]: row for key, row in known.items()}

    def ask(
        self, heard: Callable[[int, int], None] = lambda _done, _of: None, *, limit: AnswerLimit
    ) -> list[AskedAnswer]:
        """Ask every case, in order.

        Raises:
            StorageError: the search failed, so that nothing can be said about the answers.
        """
        self.built  # noqa: B018 - builds it
        rewriter = Rewriter(self._model) if self._model is not None else None
        understander = Understander(self._indexes, self._kb.vocabulary, rewriter=rewriter)
        retriever = Retriever(self._kb, self._indexes, self._encoder, understander=understander)
        assistant = Assistant(retriever, self._encoder, model=self._model, policy=self._policy, limit=lambda: limit)
        asked = []
        with ExitStack() as closing:
            closing.callback(retriever.close)
            retriever.find(Query(text="warm up"))
            for done, case in enumerate(self._cases, start=1):
                asked.append(_ask(case, assistant))
                heard(done, len(self._cases))
        return asked


def _ask(case: Case, assistant: Assistant) -> AskedAnswer:
    history = tuple(
        Message(MessageId(f"{number:032x}"), role, text, utc_now())
        for number, (role, text) in enumerate(case.history, start=1)
    )
    started = perf_counter()
    reply = assistant.reply(Turn(text=case.text, history=history))
    seconds = perf_counter() - started
    if isinstance(reply.outcome, Handover) and reply.outcome.code is HandoverCode.TOOL_FAILURE:
        raise StorageError(f"The search failed at case {case.case_id!r}, so nothing was measured. Look at the log.")
    return AskedAnswer(case, reply, seconds)


def without_marks(answer: str) -> str:
    """An answer without its citations' marks `[1]`."""
    return _MARK.sub("", answer)


def right(case: AnswerCase, text: str) -> bool | None:
    """Whether a text answers the question; `None` where that can't be told without a judge.

    A short reference must be said. Where all are long, all key points must be.
    """
    if not case.answerable:
        return False
    short = [parts for parts in case.references if sum(len(units(part)) for part in parts) <= LONGEST_SAID]
    if short:
        return contains(text, short)
    recall = key_point_recall(text, case.key_points)
    return None if recall is None else recall == 1.0


def values_of(asked: AskedAnswer) -> dict[str, float]:
    """The measures of a case. Those of a right answer are 0.0 where an answer was wanted and none given."""
    answered = asked.outcome is Expected.ANSWER
    if isinstance(asked.case, DialogueCase):
        return _dialogue_values(asked.case, asked)
    case = asked.case
    if not case.answerable:
        return {
            "as_expected": float(not answered),
            "answered_unanswerable": float(answered),
            "wrong_share": float(answered),
        }
    found: dict[str, float] = {}
    told = right(case, asked.said)
    if told is not None:
        found |= {"as_expected": float(told), "contains": float(told), "wrong_share": float(answered and not told)}
    recall = key_point_recall(asked.said, case.key_points)
    if recall is not None:
        found["key_points"] = recall
    if case.references:
        found["f1"] = overlap_f1(asked.said, case.references)
        found["exact"] = float(exact_match(asked.said, case.references))
    return found | {
        "answered_share": float(answered),
        "handed_over_share": float(asked.outcome is Expected.HANDOVER),
    }


def _dialogue_values(case: DialogueCase, asked: AskedAnswer) -> dict[str, float]:
    """`as_expected` wants the outcome and, where one is given, the code; a hand-over is needless if any other outcome was expected."""
    handed_over = asked.outcome is Expected.HANDOVER
    outcome = asked.reply.outcome
    code = outcome.code if isinstance(outcome, Handover) else None
    same = asked.outcome is case.expected and case.code in (None, code)
    if case.expected is Expected.HANDOVER:
        return {"as_expected": float(same), "missed_handovers": float(not handed_over)}
    return {"as_expected": float(same), "needless_handovers": float(handed_over)}


def to_run_file(
    suite: str,
    asked: Sequence[AskedAnswer],
    *,
    models: Mapping[str, str],
    settings: Mapping[str, Any],
    passages: int,
) -> RunFile:
    """The cases as `zhida eval compare`, `gate` and `report` read them."""
    cases = [_result(each) for each in asked]
    judged = [case.judgement for case in cases if case.judgement is not None]
    # Of the whole set: which questions are answered differs between runs, and `compare` wants each case in both.
    given = [
        case.values["contains"] for case in cases if case.values.get("answered_share") and "contains" in case.values
    ]
    of_answers = {"contains_of_answers": mean(given)} if given else {}
    failures = sum(each.reply.model_failure is not None for each in asked)
    system = SystemRun.of(
        cases,
        also={**judged_measures(judged), **of_answers},
        timings_ms=Timings.of([each.seconds for each in asked]),
        facts={"passages": passages, "model_failures": failures},
    )
    return record(RunKind.ANSWERS, suite, {PRODUCT: system}, models=models, settings=settings)


def _result(asked: AskedAnswer) -> CaseResult:
    return CaseResult(asked.case.case_id, asked.case.text, values_of(asked), _details(asked), _judgement(asked))


def _judgement(asked: AskedAnswer) -> Judgement | None:
    """About questions only. What wasn't answered would have been right if the first passages say it."""
    case, outcome = asked.case, asked.reply.outcome
    if isinstance(case, DialogueCase):
        return None
    hits = "\n".join(hit.passage.text for hit in asked.reply.hits[:EVIDENCE])
    told = right(case, asked.said if asked.outcome is Expected.ANSWER else hits)
    return None if told is None else Judgement(outcome.confidence, case.answerable, told)


def _details(asked: AskedAnswer) -> dict[str, Any]:
    outcome, case = asked.reply.outcome, asked.case
    found: dict[str, Any] = {"outcome": asked.outcome.value, "text": outcome.text}
    if isinstance(outcome, Answer):
        found["tier"] = outcome.tier.value
        found["citations"] = [citation.quote[:EXCERPT] for citation in outcome.citations]
    if isinstance(outcome, Handover):
        found |= {"code": outcome.code.value, "reason": outcome.reason}
    if asked.reply.decision is not None:
        found |= {"rule": str(asked.reply.decision.rule), "threshold": asked.reply.decision.threshold}
    if asked.reply.model_failure is not None:
        found["model_failure"] = asked.reply.model_failure.kind
    if isinstance(case, DialogueCase):
        return found | {"expected": case.expected.value, "expected_code": case.code.value if case.code else None}
    return found | {
        "answerable": case.answerable,
        "references": [list(parts) for parts in case.references],
        "key_points": list(case.key_points),
    }


COLUMNS: Final[Mapping[str, str]] = {
    "as_expected": "as expected",
    "contains": "contains",
    "contains_of_answers": "of answers",
    "key_points": "key points",
    "f1": "F1",
    "exact": "exact",
    "answered_share": "answered",
    "handed_over_share": "handed over",
    "answered_unanswerable": "answered, unanswerable",
    "wrong_share": "wrong",
    "missed_handovers": "missed hand-overs",
    "needless_handovers": "needless hand-overs",
}


def to_table(runs: Sequence[RunFile]) -> Table:
    """One line a suite, with the measures that any of them has."""
    systems = [run.systems[PRODUCT] for run in runs]
    shown = [name for name in COLUMNS if any(name in system.measures for system in systems)]
    model = next((run.models["model"] for run in runs if "model" in run.models), None)
    table = Table(title="Answers, quoted" if model is None else f"Answers by {model}")
    table.add_column("suite", overflow="fold")
    for heading in ("cases", *(COLUMNS[name] for name in shown), "ms p50"):
        table.add_column(heading, justify="right")
    for run, system in zip(runs, systems, strict=True):
        figures = [f"{system.measures[name].value:.3f}" if name in system.measures else "–" for name in shown]
        time = "–" if system.timings_ms is None else f"{system.timings_ms.p50:.0f}"
        table.add_row(run.suite, str(len(system.cases)), *figures, time)
    return table
