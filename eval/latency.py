"""`zhida eval latency`: how long the product's search takes, by the size of the knowledge base.

On a suite's corpus with the suite's questions, or on synthetic passages of any number, which
`eval.benchmarks.search_scale` makes and times in processes of their own. Either way a question goes
through the one search that chat and API use, encoder included, one question at a time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from core.errors import InvalidInput
from core.types import Query
from eval.runs import PRODUCT, CaseResult, RunFile, RunKind, SystemRun, Timings, read_run, record
from eval.suite import RetrievalSuite
from eval.workbench import Workbench
from retrieval.search import Retriever

QUESTIONS: Final = 200
"""The 95th percentile then rests on ten questions."""

K: Final = 10
"""Passages asked for, as the assistant does."""

STEP: Final = 1_000
"""Synthetic passages come in documents of so many."""


def of_suite(suite: RetrievalSuite, bench: Workbench, *, questions: int = QUESTIONS) -> RunFile:
    """Time the suite's first `questions` questions on its corpus, each once."""
    built = bench.built
    asked = suite.cases[:questions]
    seconds = timed(bench.retriever(), [case.text for case in asked])
    cases = tuple(
        CaseResult(case.case_id, case.text, {}, {"ms": round(1000 * took, 3)})
        for case, took in zip(asked, seconds, strict=True)
    )
    facts = {"passages": built.passages, "index_bytes": built.index_bytes}
    return record(
        RunKind.LATENCY,
        suite.name,
        {PRODUCT: SystemRun({}, cases, Timings.of(seconds), facts)},
        models={"encoder": built.encoder_key},
        settings={"questions": len(cases), "threads": os.cpu_count() or 1, "k": K},
    )


def timed(retriever: Retriever, texts: Sequence[str]) -> list[float]:
    """Seconds of each question, after a first one that opens files and loads words."""
    retriever.find(Query(text=texts[0]), k=K)
    seconds = []
    for text in texts:
        started = perf_counter()
        retriever.find(Query(text=text), k=K)
        seconds.append(perf_counter() - started)
    return seconds


def synthetic(sizes: Sequence[int], *, questions: int = QUESTIONS) -> RunFile:
    """Fill a knowledge base of each size and time questions on it; one system for each size, `facts["passages"]` says which.

    Raises:
        InvalidInput: a size isn't a multiple of 1,000.
        RuntimeError: the benchmark failed; what it said stands on standard error.
    """
    if odd := [size for size in sizes if size < STEP or size % STEP]:
        raise InvalidInput(f"{odd[0]} passages can't be made: give a multiple of {STEP}.")
    with tempfile.TemporaryDirectory(prefix="zhida-latency-") as folder:
        run = Path(folder) / "run.json"
        command = [sys.executable, "-m", "eval.benchmarks.search_scale", "--run", str(run)]
        command += ["--questions", str(questions), "--passages", *map(str, sizes)]
        # Its table is for people who run it themselves, and it tells how far it is.
        ended = subprocess.run(command, stdout=sys.stderr.fileno(), check=False)  # noqa: S603  # our own module
        if ended.returncode:
            raise RuntimeError(f"the benchmark ended with {ended.returncode}")
        return read_run(run)
