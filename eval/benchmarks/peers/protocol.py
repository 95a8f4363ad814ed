"""What the parent and a system's process say to each other: files of JSON lines in one folder.

    job.json          Job
    passages.jsonl    Passage, one a line
    questions.jsonl   Question, one a line
    answers.jsonl     written by the process: one Ingested, a Found for every question, one Ended

Only the standard library is imported here, because this runs in every peer's environment.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

CANDIDATES: Final = 20
"""Passages that a hybrid takes from each side before it joins them. The libraries' examples say 2 to 10; 20 is what
serves them best: LangChain's mean nDCG@10 over three Chinese sets was .733 with 5, .763 with 10 and 20, .759 with
50 and 100. txtai has a number of its own and WeKnora's rules have theirs."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text to find. Numbers count from 0. `title` is empty where `text` holds it already."""

    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question to ask."""

    case_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """What one process does: take the passages in, then answer every question with the best `k`."""

    system: str
    """Name of the module with the adapter."""
    suite: str
    k: int
    candidates: int
    threads: int
    vectors: str | None
    """File with vectors from earlier runs; `None` encodes everything, which is how times are measured."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """The passages can be searched."""

    passages: int
    """As the system counts them."""
    seconds: float
    encoder_seconds: float
    """Of `seconds`."""


@dataclass(frozen=True, slots=True)
class Found:
    """The passages for one question, best first, and the seconds that it took, encoder included."""

    case_id: str
    numbers: tuple[int, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left to say."""

    disk_bytes: int
    """Of everything that the system saved in order to search again without encoding."""
    resident_bytes: int
    """Of the process after the last question."""
    peak_bytes: int
    versions: dict[str, str]
    """Of the packages that matter."""


Answer = Ingested | Found | Ended


class System(Protocol):
    """A peer, fed and asked. An adapter's module has `open_system(encoder, folder, job) -> System`."""

    def ingest(self, passages: Sequence[Passage], /) -> int:
        """Make the passages searchable; return how many the system made of them."""
        ...

    def search(self, text: str, k: int, /) -> Sequence[int]:
        """Numbers of the best `k` passages, best first."""
        ...

    def save(self) -> None:
        """Write what a later process needs in order to search, as far as the library can."""
        ...


class Broken(Exception):
    """A process didn't do its job. The message holds the end of what it wrote to its error stream."""


def write_job(folder: Path, job: Job, passages: Iterable[Passage], questions: Iterable[Question]) -> None:
    """Write everything that a process reads."""
    (folder / "job.json").write_text(json.dumps(asdict(job)), encoding="utf-8")
    _write(folder / "passages.jsonl", map(asdict, passages))
    _write(folder / "questions.jsonl", map(asdict, questions))


def read_job(folder: Path) -> tuple[Job, list[Passage], list[Question]]:
    """Read what `write_job` wrote."""
    job = Job(**json.loads((folder / "job.json").read_text(encoding="utf-8")))
    passages = [Passage(**row) for row in _read(folder / "passages.jsonl")]
    return job, passages, [Question(**row) for row in _read(folder / "questions.jsonl")]


def write_answers(folder: Path, answers: Iterable[Answer]) -> None:
    """Write each answer as it comes, as `{"Found": {...}}`."""
    _write(folder / "answers.jsonl", ({type(answer).__name__: asdict(answer)} for answer in answers))


def read_answers(folder: Path, questions: Sequence[Question]) -> tuple[Ingested, dict[str, Found], Ended]:
    """Read a whole set of answers.

    Raises:
        Broken: a question lacks its answer, or the process ended before it was done.
    """
    ingested: Ingested | None = None
    found: dict[str, Found] = {}
    ended: Ended | None = None
    for row in _read(folder / "answers.jsonl"):
        ((kind, values),) = row.items()
        if kind == "Ingested":
            ingested = Ingested(**values)
        elif kind == "Found":
            found[values["case_id"]] = Found(values["case_id"], tuple(values["numbers"]), values["seconds"])
        elif kind == "Ended":
            ended = Ended(**values)
        else:
            raise Broken(f"answers.jsonl holds {kind!r}, which nobody asked for.")
    missing = [question.case_id for question in questions if question.case_id not in found]
    if ingested is None or ended is None or missing:
        raise Broken(f"answers.jsonl isn't whole: {len(missing)} of {len(questions)} questions have no answer.")
    return ingested, found, ended


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_file():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
