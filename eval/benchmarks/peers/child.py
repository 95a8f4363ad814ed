"""The program that runs in a system's own environment: `python -m eval.benchmarks.peers.child FOLDER`."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import distributions
from pathlib import Path
from time import perf_counter
from typing import Final

from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Answer, Ended, Found, Ingested, System, read_job, write_answers

SAVED: Final = "saved"
"""Folder beside the job in which the system keeps what it saves."""


def work(folder: Path) -> Iterator[Answer]:
    """Do the job in `folder`."""
    job, passages, questions = read_job(folder)
    encoder = TimedEncoder(threads=job.threads, vectors=None if job.vectors is None else Path(job.vectors))
    encoder.encode_questions(["warm"])  # loading the model is no part of ingest
    saved = folder / SAVED
    saved.mkdir()
    system: System = import_module(f"{__package__}.{job.system}").open_system(encoder, saved, job)
    started = perf_counter()
    count = system.ingest(passages)
    yield Ingested(count, perf_counter() - started, encoder.seconds)
    system.save()
    system.search(questions[0].text, job.k)  # the first search opens files and loads words
    for question in questions:
        started = perf_counter()
        numbers = system.search(question.text, job.k)
        seconds = perf_counter() - started
        yield Found(question.case_id, tuple(int(number) for number in numbers), seconds)
    yield Ended(
        sum(file.stat().st_size for file in saved.rglob("*") if file.is_file()),
        _resident_bytes(),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        {package.metadata["Name"].lower(): package.version for package in distributions()},
    )


def _resident_bytes() -> int:
    """Of this process, now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    write_answers(Path(sys.argv[1]), work(Path(sys.argv[1])))
