"""`zhida eval refusal`: does the assistant know when it can't answer?

Every case goes through the assistant that customers talk to, with a limit that lets nothing
through but approved answers: so each reply carries the confidence on which the assistant
decides, whatever that is made of, and no answer needs to be composed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any, Final, cast

from agent.assistant import Assistant
from core.clock import utc_now
from core.types import (
    Answer,
    Clarification,
    DocumentKind,
    Message,
    MessageId,
    PassageId,
    Query,
    Reply,
    Tier,
    Turn,
)
from eval.building import BuiltSuite
from eval.suite import CorpusId, RetrievalSuite
from eval.suite_refusal import CaseKind, RefusalCase, RefusalSuite, pair_lines
from eval.workbench import Workbench
from eval.workbench import silent as unheard
from ingest.sandbox import Sandbox
from ingest.worker import Worker
from kb.following import FollowingIndexes, Kind
from kb.index import Candidate, Collection, Filter, Probe
from kb.records import Upload
from models.encoder import Encoder
from retrieval.calibration.curve import Scored
from retrieval.calibration.limit import SILENT, AnswerLimit
from retrieval.confidence import confidence
from retrieval.search import Found, Retriever

FIRST: Final = 3
"""A relevant entry this far up counts as evidence, since that much is quoted or shown to a model."""


@dataclass(frozen=True, slots=True)
class AskedCase:
    """A case with what the assistant made of it."""

    case: RefusalCase
    score: float
    """The raw confidence that is compared with the threshold; 0.0 where the assistant doesn't even search."""
    pair: float | None
    """Probability of the Q&A pair that fits best; `None` where there is none."""
    certain: bool
    """Answered word for word at any threshold."""
    right: bool
    """The answer would rest on a relevant entry."""
    found: tuple[CorpusId, ...]
    """Where the first passages come from."""
    talk: bool
    """It was met with small talk, a rule that needs no search, or a question which reading is meant, so nothing is
    answered at any threshold."""
    seconds: float

    @property
    def confidence(self) -> float:
        """What tells answerable questions from others: about pairs, their own probability decides."""
        return self.score if self.pair is None else self.pair

    @property
    def scored(self) -> Scored:
        """As calibrations count it."""
        if self.talk:
            return Scored(0.0, right=False)
        return Scored(1.0 if self.certain else self.score, self.right)


class RefusalBench(Workbench):
    """A refusal suite in a knowledge base of its own: a corpus as one document, or Q&A pairs as an upload."""

    def __init__(
        self,
        suite: RefusalSuite,
        *,
        encoder: Encoder | None = None,
        work: Path | None = None,
        report: Callable[[float], None] = unheard,
    ) -> None:
        super().__init__(RetrievalSuite(suite.name, suite.corpus, ()), encoder=encoder, work=work, report=report)
        self._refusal = suite

    @cached_property
    def built(self) -> BuiltSuite:
        """The corpus or the pairs, published; built on first use."""
        return super().built if self._refusal.corpus else self._built_pairs()

    def ask(
        self, heard: Callable[[int, int], None] = lambda _done, _of: None, *, limit: AnswerLimit = SILENT
    ) -> list[AskedCase]:
        """Ask every case, in order. Of `limit` only the probability from which approved pairs answer is used."""
        built, silent = self.built, replace(SILENT, pair_probability=limit.pair_probability)
        struck = StruckIndexes(self._indexes)
        retriever = Retriever(self._kb, cast(FollowingIndexes, struck), self._encoder)
        listened = _Listened(retriever)
        assistant = Assistant(listened, self._encoder, limit=lambda: silent)
        asked = []
        with ExitStack() as closing:
            closing.callback(retriever.close)
            retriever.find(Query(text="warm up"))
            places = _places(built)
            for done, case in enumerate(self._refusal.cases, start=1):
                struck.gone = frozenset(entry for gone in case.gone for entry in places.get(gone, ()))
                asked.append(_ask(case, assistant, listened, built))
                heard(done, len(self._refusal.cases))
        return asked

    def _built_pairs(self) -> BuiltSuite:
        sandbox = Sandbox()
        upload = Upload(name=f"{self._refusal.name.replace('/', '-')}.jsonl", kind=DocumentKind.QA)
        try:
            self._kb.accept(upload, [pair_lines(self._refusal.pairs)])
            Worker(self._kb, self._encoder, sandbox, owner="eval").run_all()
        finally:
            sandbox.close()
        self._indexes.refresh()
        self._indexes.save()
        by_answer = {pair.answer: pair.corpus_id for pair in self._refusal.pairs}
        entries = {
            pair.passage_id: by_answer[pair.answer] for pair in self._kb.pairs(limit=len(self._refusal.pairs) + 1)
        }
        return BuiltSuite(entries, self._encoder.identity.key, None, sum(self._indexes.sizes().values()))


class StruckIndexes:
    """The indexes as if some entries weren't there: as many more candidates are asked for, and those left out."""

    def __init__(self, indexes: FollowingIndexes) -> None:
        self._indexes = indexes
        self.gone: frozenset[int] = frozenset()

    def __getattr__(self, name: str) -> Any:
        """Everything but searching is as ever."""
        return getattr(self._indexes, name)

    def search(self, collection: Collection, kind: Kind, probe: Probe, *, k: int, only: Filter) -> list[Candidate]:
        """At most `k` candidates that aren't gone."""
        found = self._indexes.search(collection, kind, probe, k=k + len(self.gone), only=only)
        if collection is not Collection.PASSAGES:
            return found[:k]
        return [candidate for candidate in found if candidate.entry_id not in self.gone][:k]

    def refresh(self) -> None:
        """As the indexes do."""
        self._indexes.refresh()

    def frequency(self, token: str) -> int:
        """With what is gone: the words of the language stay known."""
        return self._indexes.frequency(token)

    def holds(self, text: str, only: Filter) -> bool:
        """With what is gone."""
        return self._indexes.holds(text, only)


class _Listened:
    """The retriever, and what it found last."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self.found: Found | None = None

    def find(self, query: Query, /, *, k: int = 10) -> Found:
        """What the retriever finds."""
        self.found = self._retriever.find(query, k=k)
        return self.found


def _places(built: BuiltSuite) -> dict[CorpusId, list[int]]:
    places: dict[CorpusId, list[int]] = {}
    for passage_id, entry in built.entries.items():
        places.setdefault(entry, []).append(passage_id)
    return places


def _ask(case: RefusalCase, assistant: Assistant, listened: _Listened, built: BuiltSuite) -> AskedCase:
    history = tuple(
        Message(MessageId(f"{number:032x}"), role, text, utc_now())
        for number, (role, text) in enumerate(case.history, start=1)
    )
    listened.found = None
    started = perf_counter()
    reply = assistant.reply(Turn(text=case.text, history=history))
    seconds = perf_counter() - started
    certain = isinstance(reply.outcome, Answer) and reply.outcome.tier is Tier.VERBATIM
    shown = _shown(reply, certain=certain)
    found = tuple(built.entries[passage] for passage in shown if passage in built.entries)
    right = case.answerable and not case.relevant.isdisjoint(found)
    asked_back = isinstance(reply.outcome, Clarification) and bool(reply.outcome.options)
    talk = reply.understood is None or asked_back  # an abstention was searched for, and says so without options
    heard = None if reply.understood is None else listened.found
    return AskedCase(
        case=case,
        score=confidence(heard.evidence) if heard else 0.0,
        pair=max(hit.either for hit in heard.pairs) if heard and heard.pairs else None,
        certain=certain,
        right=right,
        found=found,
        talk=talk,
        seconds=seconds,
    )


def _shown(reply: Reply, *, certain: bool) -> list[PassageId]:
    """The passages that an answer rests on: those it cites, or the first that were found."""
    if certain and isinstance(reply.outcome, Answer):
        return [citation.passage_id for citation in reply.outcome.citations]
    return [hit.passage.passage_id for hit in reply.hits[:FIRST]]


def scored(asked: Sequence[AskedCase], *, but: frozenset[CaseKind] = frozenset()) -> list[Scored]:
    """The cases as calibrations count them, without those of the kinds in `but`."""
    return [each.scored for each in asked if each.case.kind not in but]
