"""Runs one system over one suite, as a process of its own, and measures what it answered."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.benchmarks.peers.catalogue import Listed
from eval.benchmarks.peers.protocol import (
    CANDIDATES,
    Broken,
    Ended,
    Found,
    Ingested,
    Job,
    Passage,
    Question,
    read_answers,
    write_job,
)
from eval.building import pieces_of
from eval.retrieval import DEPTH, MEASURES, PASSAGES_PER_ENTRY
from eval.runs import CaseResult, SystemRun, Timings
from eval.suite import CorpusId, RetrievalCase, RetrievalSuite
from ingest.sandbox import Sandbox
from models.encoder import Encoder

ROOT: Final = Path(__file__).parents[3]
"""What the processes import from."""

SHOWN: Final = 800
"""Characters of a process's error stream that are shown."""

SECONDS: Final = 3 * 3600
"""Longest that one system may take for one suite."""

LISTED: Final = 10
"""Entries named in a case's details."""

QUIET: Final = {
    "ANONYMIZED_TELEMETRY": "False",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
    "TRANSFORMERS_OFFLINE": "1",
}
"""No peer calls home while it is timed."""


@dataclass(frozen=True, slots=True)
class Given:
    """A suite as the systems get it."""

    suite: RetrievalSuite
    cases: tuple[RetrievalCase, ...]
    """Those with a relevant entry."""
    entries: tuple[Passage, ...]
    """The corpus, for Zhida, which splits it itself."""
    passages: tuple[Passage, ...]
    """The same, split, for everyone else."""
    sources: tuple[CorpusId, ...]
    """The entry of each passage, by its number."""

    @property
    def k(self) -> int:
        """Passages asked for: more where an entry may take several places."""
        return DEPTH if len(self.passages) == len(self.entries) else DEPTH * PASSAGES_PER_ENTRY

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides about a figure's meaning, to tell whether stored results may stand beside new ones."""
        facts = [
            self.suite.name,
            self.k,
            [[passage.text, source] for passage, source in zip(self.passages, self.sources, strict=True)],
            [[case.case_id, case.text, sorted(case.grades.items())] for case in self.cases],
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def prepare(suite: RetrievalSuite, encoder: Encoder, *, cases: int | None = None) -> Given:
    """Split what the encoder can't read whole, as Zhida does when it builds a knowledge base.

    With `cases`, at most so many are asked, spread evenly over the suite.
    """
    passages: list[Passage] = []
    sources: list[CorpusId] = []
    sandbox = Sandbox()
    try:
        with tempfile.TemporaryDirectory(prefix="zhida-peers-") as folder:
            for entry in suite.corpus:
                for piece in pieces_of(entry, encoder, sandbox, Path(folder)).passages:
                    passages.append(Passage(len(passages), "", piece.indexed_text))
                    sources.append(entry.corpus_id)
    finally:
        sandbox.close()
    entries = tuple(Passage(number, entry.title, entry.text) for number, entry in enumerate(suite.corpus))
    answerable = [case for case in suite.cases if case.answerable]
    count = len(answerable) if cases is None else min(cases, len(answerable))
    asked = tuple(answerable[number * len(answerable) // count] for number in range(count))
    return Given(suite, asked, entries, tuple(passages), tuple(sources))


@dataclass(frozen=True, slots=True)
class Measured:
    """A system's run, and the versions of the packages that made it."""

    run: SystemRun
    versions: Mapping[str, str]


def measure(
    system: Listed, given: Given, python: Path, *, vectors: Path | None, threads: int, candidates: int = CANDIDATES
) -> Measured:
    """Run a system in a process and measure what it found.

    Raises:
        Broken: the process failed; the message holds the end of its error stream.
    """
    whole = system.name == "zhida"
    job = Job(
        system.name,
        given.suite.name,
        given.k,
        candidates,
        threads,
        None if vectors is None else str(vectors.resolve()),
    )
    questions = [Question(case.case_id, case.text) for case in given.cases]
    with tempfile.TemporaryDirectory(prefix="zhida-peers-") as name:
        folder = Path(name)
        write_job(folder, job, given.entries if whole else given.passages, questions)
        _run(system, python, folder)
        ingested, found, ended = read_answers(folder, questions)
    entries = [entry.corpus_id for entry in given.suite.corpus]
    run = _measured(given, entries if whole else given.sources, ingested, found, ended, timed=vectors is None)
    return Measured(run, ended.versions)


def _run(system: Listed, python: Path, folder: Path) -> None:
    command = [str(python), "-m", f"{__package__}.child", str(folder)]
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Broken(f"{system.label} took longer than {SECONDS // 3600} hours and was ended.") from None
    if done.returncode:
        raise Broken(f"{system.label} failed: {done.stderr.strip()[-SHOWN:]}")


def _measured(
    given: Given,
    sources: Sequence[CorpusId],
    ingested: Ingested,
    found: Mapping[str, Found],
    ended: Ended,
    *,
    timed: bool,
) -> SystemRun:
    cases = []
    for case in given.cases:
        answer = found[case.case_id]
        ranking = tuple(dict.fromkeys(sources[number] for number in answer.numbers))[:DEPTH]
        wanted = [entry for entry, grade in case.grades.items() if grade > 0]
        cases.append(
            CaseResult(
                case.case_id,
                case.text,
                {name: function(ranking, case.grades) for name, function in MEASURES.items()},
                {"wanted": wanted[:LISTED], "found": list(ranking[:LISTED])},
            )
        )
    facts: dict[str, float] = {
        "passages": ingested.passages,
        "index_bytes": ended.disk_bytes,
        "resident_bytes": ended.resident_bytes,
        "peak_resident_bytes": ended.peak_bytes,
    }
    if not timed:
        return SystemRun.of(cases, facts=facts)
    facts |= {
        "ingest_seconds": ingested.seconds,
        "encoder_seconds": ingested.encoder_seconds,
        "passages_per_second": ingested.passages / ingested.seconds,
    }
    timings = Timings.of([found[case.case_id].seconds for case in given.cases])
    return SystemRun.of(cases, timings_ms=timings, facts=facts)
