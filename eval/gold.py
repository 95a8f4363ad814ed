"""Asks a knowledge base's gold questions as its customers would, and judges the replies.

    results = [judge.result(question, assistant.reply(turn_of(question))) for question in questions]

The assistant is the one that the chat talks to. Judging is plain comparison, without a model, so
that two runs differ only where the answers do: an answer to an answerable question is right if it
cites an expected source and contains every fact; whatever else is answered is wrong; what isn't
answered (handed over, or asked back about) is missed or, where there is nothing to answer, refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any, Final, Protocol

from core.errors import InvalidInput, NotFound, StorageError
from core.gold import (
    ALTERNATIVES,
    ChangeKind,
    CitedPlace,
    GoldChange,
    GoldEntry,
    GoldQuestion,
    GoldResult,
    GoldSource,
    Verdict,
)
from core.text import comparable
from core.types import Answer, Citation, Clarification, Handover, HandoverCode, Outcome, PassageId, Reply, Turn
from eval.runs import PRODUCT, CaseResult, Judgement, RunFile, RunKind, SystemRun, Timings, record
from kb.gold_entries import text_key
from kb.store import KnowledgeBase

SUITE: Final = "gold"
"""Name of the gold set in run files."""

AS_EXPECTED: Final = "as_expected"
"""The measure that has a value for every case: 1.0 if the question was answered or refused as it should be."""

WRONG: Final = "wrong_share"
"""1.0 for a wrong answer. A hand-over that wasn't needed isn't one."""

MODELS: Final[tuple[str, ...]] = ("encoder", "model")
"""Which of a run's settings name a model."""

EVIDENCE: Final = 5
"""Passages among which an expected source must be for a question to count as found."""

_MARK: Final = re.compile(r" ?\[\d{1,3}\]")


class Replier(Protocol):
    """What answers: `agent.assistant.Assistant`."""

    def reply(self, turn: Turn, /) -> Reply:
        """Reply to a turn."""
        ...


class Interrupted(Exception):
    """A run was told to stop."""


def turn_of(question: GoldEntry) -> Turn:
    """The question as a customer asks it, at the beginning of a conversation."""
    return Turn(text=question.text, audience=question.audience, language=question.language)


def ask(
    questions: Sequence[GoldQuestion],
    assistant: Replier,
    kb: KnowledgeBase,
    *,
    heard: Callable[[int], None] = lambda _: None,
    pause: Callable[[float], bool] = lambda _: False,
) -> list[GoldResult]:
    """Ask all questions, one after the other, in the order of their numbers.

    `heard` gets the number of those that were asked. `pause` gets the seconds that a question took
    and may wait as long, to leave room for customers; if it returns true, the run ends.

    Raises:
        Interrupted: `pause` said so.
        StorageError: the search failed, so that nothing can be said about the answers.
    """
    judge = Judge(kb)
    results = []
    for asked, question in enumerate(sorted(questions, key=lambda each: each.gold_id), start=1):
        started = perf_counter()
        reply = assistant.reply(turn_of(question))
        took = perf_counter() - started
        if isinstance(reply.outcome, Handover) and reply.outcome.code is HandoverCode.TOOL_FAILURE:
            raise StorageError(
                f"The search failed at question {question.gold_id}, so nothing was measured. "
                "Look at the server's log and run the gold set again."
            )
        results.append(judge.result(question, reply, ms=1000 * took))
        heard(asked)
        if pause(took):
            raise Interrupted
    return results


class Judge:
    """Compares replies with what is expected. Keeps the texts of expected documents, so use one for a run."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._texts: dict[str, str | None] = {}

    def result(self, question: GoldQuestion, reply: Reply, *, ms: float | None = None) -> GoldResult:
        """How a reply compares with what is expected."""
        outcome = reply.outcome
        sources = [(source, self._stands(source)) for source in question.sources]
        texts = {hit.passage.passage_id: hit.passage.text for hit in reply.hits}
        citations = outcome.citations if isinstance(outcome, Answer) else ()
        cited = not sources or any(
            matches(source, citation.document, self._passage(citation.passage_id, texts), citation.quote, stands=stands)
            for source, stands in sources
            for citation in citations
        )
        missing = lacking(question.facts, outcome.text) if isinstance(outcome, Answer) else ()
        return GoldResult(
            gold_id=question.gold_id,
            text=question.text,
            audience=question.audience,
            answerable=question.answerable,
            asked_as=question.updated_at,
            outcome=_NAMES[type(outcome)],
            tier=outcome.tier if isinstance(outcome, Answer) else None,
            answer=outcome.text,
            citations=tuple(_place(citation) for citation in citations),
            confidence=outcome.confidence,
            verdict=verdict(question, outcome, cited=cited, missing=missing),
            cited=cited,
            missing=missing,
            found=question.answerable and _found(question, sources, reply),
            stale=not all(stands for _, stands in sources),
            ms=reply.ms.get("total", 0.0) if ms is None else ms,
        )

    def _stands(self, source: GoldSource) -> bool:
        """Whether the source can still be cited as expected. A quote without a document isn't looked for."""
        if not source.document:
            return True
        if source.document not in self._texts:
            self._texts[source.document] = self._live_text(source.document)
        text = self._texts[source.document]
        return text is not None and comparable(source.quote) in text

    def _live_text(self, name: str) -> str | None:
        try:
            document = self._kb.find(name)
            if document is None or document.live_version is None:
                return None
            return comparable(self._kb.text(document.document_id, document.live_version))
        except (InvalidInput, NotFound):  # not a name of ours, or deleted meanwhile
            return None

    def _passage(self, passage_id: PassageId, known: Mapping[PassageId, str]) -> str:
        if passage_id in known:
            return known[passage_id]
        try:
            return self._kb.passage(passage_id).text
        except NotFound:
            return ""


_NAMES: Final = {Answer: "answer", Clarification: "clarification", Handover: "handover"}


def verdict(question: GoldEntry, outcome: Outcome, *, cited: bool, missing: Sequence[str]) -> Verdict:
    """What to make of an outcome, given whether it cites an expected source and which facts it lacks."""
    if not isinstance(outcome, Answer):
        return Verdict.MISSED if question.answerable else Verdict.REFUSED
    right = question.answerable and cited and not missing
    return Verdict.RIGHT if right else Verdict.WRONG


def lacking(facts: Sequence[str], answer: str) -> tuple[str, ...]:
    """The facts that an answer contains in none of their wordings."""
    said = comparable(_MARK.sub("", answer))
    return tuple(fact for fact in facts if not any(_says(said, each) for each in fact.split(ALTERNATIVES)))


def _says(said: str, wording: str) -> bool:
    """A number at either end must be the whole number: «5 天» isn't said by «15 天»."""
    wanted = comparable(wording)
    if not wanted:
        return False
    before = r"(?<!\d)(?<!\d\.)" if wanted[0].isdigit() else ""
    after = r"(?!\d)(?!\.\d)" if wanted[-1].isdigit() else ""
    return re.search(before + re.escape(wanted) + after, said) is not None


def matches(source: GoldSource, document: str, passage: str, quote: str = "", *, stands: bool = True) -> bool:
    """Whether a passage, or a quote from it, is the expected source.

    A quote that its document doesn't have any more (`stands` is false) asks for the document alone.
    """
    if source.document and source.document != document:
        return False
    wanted = comparable(source.quote) if stands else ""
    if not wanted:
        return True
    said = comparable(quote)
    return wanted in comparable(passage) or wanted in said or bool(said and said in wanted)


def _found(question: GoldEntry, sources: Sequence[tuple[GoldSource, bool]], reply: Reply) -> bool:
    """Whether the best passages hold what a right answer needs."""
    passages = [hit.passage for hit in reply.hits[:EVIDENCE]]
    if sources:
        return any(
            matches(source, passage.document, passage.text, stands=stands)
            for source, stands in sources
            for passage in passages
        )
    return bool(passages) and not lacking(question.facts, "\n".join(passage.text for passage in passages))


def _place(citation: Citation) -> CitedPlace:
    return CitedPlace(
        document_id=citation.document_id,
        document=citation.document,
        version=citation.version,
        page=citation.page,
        start=citation.start,
        end=citation.end,
        passage_id=citation.passage_id,
        digest=hashlib.sha256(comparable(citation.quote).encode()).hexdigest(),
    )


# Two runs


def changes(before: Sequence[GoldResult], after: Sequence[GoldResult]) -> list[GoldChange]:
    """The questions of both runs whose answer isn't the same, the most serious change first.

    A new version of a document that is cited with the same words is no change.
    """
    known = {result.gold_id: result for result in before}
    found = [
        GoldChange(kind, known[now.gold_id], now)
        for now in after
        if now.gold_id in known and (kind := kind_of_change(known[now.gold_id], now)) is not None
    ]
    order = list(ChangeKind)
    return sorted(found, key=lambda change: (order.index(change.kind), change.after.gold_id))


def kind_of_change(before: GoldResult, after: GoldResult) -> ChangeKind | None:
    """What became of a question; `None` if it was answered as before."""
    if before.verdict.good != after.verdict.good:
        return ChangeKind.ROSE if after.verdict.good else ChangeKind.FELL
    if not before.answer or not after.answer:
        return None  # its words are gone with a document, so nothing can be said about them
    if comparable(_MARK.sub("", before.answer)) != comparable(_MARK.sub("", after.answer)):
        return ChangeKind.REWORDED
    return ChangeKind.MOVED if _sources(before) != _sources(after) else None


def _sources(result: GoldResult) -> set[tuple[str, str]]:
    return {(place.document, place.digest) for place in result.citations}


# Run files


def to_run_file(results: Sequence[GoldResult], settings: Mapping[str, str], *, now: datetime | None = None) -> RunFile:
    """A run as `zhida eval compare`, `gate` and `report` read it; `settings` as in `GoldRun`.

    A case goes by its question, not by its number, so that the runs of two knowledge bases compare.
    """
    models = {name: settings[name] for name in MODELS if name in settings}
    others = {name: value for name, value in settings.items() if name not in MODELS}
    system = SystemRun.of(
        [_case(result) for result in results], timings_ms=Timings.of([result.ms / 1000 for result in results])
    )
    return record(RunKind.GOLD, SUITE, {PRODUCT: system}, models=models, settings=others, now=now)


def _case(result: GoldResult) -> CaseResult:
    good = float(result.verdict.good)
    own = "answered_right" if result.answerable else "refused"
    return CaseResult(
        case_id=text_key(result)[:16],
        text=result.text,
        values={AS_EXPECTED: good, WRONG: float(result.verdict is Verdict.WRONG), own: good},
        details=_details(result),
        judgement=Judgement(result.confidence, result.answerable, would_be_right(result)),
    )


def would_be_right(result: GoldResult) -> bool:
    """Whether answering is right: it was, or it wasn't done though what is needed had been found."""
    if result.outcome == "answer":
        return result.verdict is Verdict.RIGHT
    return result.answerable and result.found


def _details(result: GoldResult) -> dict[str, Any]:
    return {
        "verdict": result.verdict.value,
        "outcome": result.outcome,
        "tier": result.tier.value if result.tier else None,
        "answer": result.answer,
        "sources": [f"{place.document} · {place.version}" for place in result.citations],
        "missing": list(result.missing),
        "cited": result.cited,
        "found": result.found,
        "stale": result.stale,
    }


@dataclass(frozen=True, slots=True)
class Fallen:
    """A question that was as it should be in one run file, and isn't in the other."""

    text: str
    before: Mapping[str, Any]
    """The case's details, see `_details`."""
    after: Mapping[str, Any]


def fallen(before: RunFile, after: RunFile) -> list[Fallen]:
    """The questions of two run files of the gold set that fell, in the order of the later one."""
    known = {case.case_id: case for case in _cases(before)}
    return [
        Fallen(case.text, known[case.case_id].details, case.details)
        for case in _cases(after)
        if case.case_id in known and known[case.case_id].values.get(AS_EXPECTED) == 1.0 != case.values[AS_EXPECTED]
    ]


def _cases(run: RunFile) -> tuple[CaseResult, ...]:
    return run.systems[PRODUCT].cases if PRODUCT in run.systems else ()
