"""Reads suites from folders. A retrieval suite is a corpus, queries, and which passages are relevant."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NewType

from core.errors import InvalidInput

CaseId = NewType("CaseId", str)
CorpusId = NewType("CorpusId", str)

Grades = Mapping[CorpusId, int]
"""Grade of each judged corpus entry; above 0 is relevant. What isn't judged counts as not relevant."""

Ranking = tuple[CorpusId, ...]
"""Corpus entries, best first, each at most once."""

LANGUAGES: Final = re.compile(r"\?(?P<questions>[a-z]{2})2(?P<passages>[a-z]{2})$")
"""Behind a folder's name: in which language to ask, and of which corpus."""

Run = Mapping[CaseId, Ranking]
"""What one retriever found for every case."""


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """A text to find. `title` may be empty."""

    corpus_id: CorpusId
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class RetrievalCase:
    """A question and the grades of the entries that answer it."""

    case_id: CaseId
    text: str
    grades: Grades

    @property
    def answerable(self) -> bool:
        """Something in the corpus is relevant."""
        return any(grade > 0 for grade in self.grades.values())


@dataclass(frozen=True, slots=True)
class RetrievalSuite:
    """A corpus with its cases. Grades only name entries that the corpus holds."""

    name: str
    corpus: tuple[CorpusEntry, ...]
    cases: tuple[RetrievalCase, ...]


def read_retrieval_suite(folder: Path) -> RetrievalSuite:
    """Read `corpus.jsonl` (id, title, text), `queries.jsonl` (id, text) and `qrels.tsv` (query-id, corpus-id, score).

    A corpus that several sets of queries share may lie one folder up. Queries without any
    judgement are left out, and so are those without a word: nothing can be said about them.

    A folder in two languages (`corpus_zh.jsonl`, `corpus_en.jsonl`; queries with `text_zh` and
    `text_en`) is read with both languages behind its name: `xquad/dev?zh2en` asks Chinese
    questions of the English corpus.

    Raises:
        InvalidInput: a file is missing or a line can't be read; the message names file and line.
    """
    named, across = folder, LANGUAGES.search(folder.name)
    if across:
        folder = folder.with_name(folder.name[: across.start()])
    queries, qrels = folder / "queries.jsonl", folder / "qrels.tsv"
    corpus = folder / (f"corpus_{across['passages']}.jsonl" if across else "corpus.jsonl")
    if not corpus.is_file():
        corpus = folder.parent / corpus.name
    for path in (corpus, queries, qrels):
        if not path.is_file():
            raise InvalidInput(
                f"{path.name} is missing in {folder}. A retrieval suite holds corpus.jsonl, queries.jsonl and qrels.tsv."
            )
    entries = read_corpus(corpus)
    grades = _read_grades(qrels, known={entry.corpus_id for entry in entries})
    cases = []
    for line, row in json_lines(queries):
        case_id = CaseId(text_field(row, "id", queries, line))
        text = text_field(row, f"text_{across['questions']}" if across else "text", queries, line)
        if case_id in grades and text.strip():
            cases.append(RetrievalCase(case_id, text, grades[case_id]))
    if not cases:
        raise InvalidInput(f"No query of {queries} has a judgement in {qrels.name}. Check that their ids agree.")
    return RetrievalSuite(suite_name(named), entries, tuple(cases))


def read_corpus(path: Path) -> tuple[CorpusEntry, ...]:
    """Read `corpus.jsonl` (id, text, and perhaps title).

    Raises:
        InvalidInput: a line can't be read; the message names it.
    """
    return tuple(
        CorpusEntry(
            CorpusId(text_field(row, "id", path, line)),
            str(row.get("title") or ""),
            text_field(row, "text", path, line),
        )
        for line, row in json_lines(path)
    )


def corpus_of(folder: Path) -> tuple[CorpusEntry, ...]:
    """The corpus in a folder, or in the one above that several folders share.

    Raises:
        InvalidInput: there is none, or a line can't be read.
    """
    for place in (folder, folder.parent):
        if (place / "corpus.jsonl").is_file():
            return read_corpus(place / "corpus.jsonl")
    raise InvalidInput(f"corpus.jsonl is missing in {folder} and in the folder above it.")


def suite_name(folder: Path) -> str:
    """`…/rgb-zh/dev/refine` is `rgb-zh/refine`: split names say nothing in a table. Languages stay: `xquad/zh2en`."""
    if across := LANGUAGES.search(folder.name):
        return f"{suite_name(folder.with_name(folder.name[: across.start()]))}/{across.group().removeprefix('?')}"
    parts = [part for part in folder.resolve().parts[-3:] if part not in {"dev", "test", "data", "/"}]
    return (
        "/".join(parts[-2:])
        if folder.name not in {"dev", "test"} and len(parts) > 1 and folder.parent.name in {"dev", "test"}
        else parts[-1]
    )


def _read_grades(path: Path, *, known: set[CorpusId]) -> dict[CaseId, dict[CorpusId, int]]:
    grades: dict[CaseId, dict[CorpusId, int]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t"), start=1):
            if number == 1 and row[:1] == ["query-id"]:
                continue
            try:
                case_id, corpus_id, grade = CaseId(row[0]), CorpusId(row[1]), int(row[2])
            except (IndexError, ValueError):
                raise InvalidInput(
                    f"{path.name} line {number} isn't «query-id, corpus-id, score» with tabs: {row!r}"
                ) from None
            if corpus_id in known:
                grades.setdefault(case_id, {})[corpus_id] = grade
    return grades


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The file's objects with their line numbers, from 1. Empty lines are passed over.

    Raises:
        InvalidInput: a line isn't a JSON object.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                raise InvalidInput(f"{path.name} line {number} isn't JSON.") from None
            if not isinstance(row, dict):
                raise InvalidInput(f"{path.name} line {number} isn't a JSON object.")
            yield number, row


def text_field(row: dict[str, Any], key: str, path: Path, line: int) -> str:
    """The text in `key`. Raises `InvalidInput` if there is none."""
    value = row.get(key)
    if not isinstance(value, str):
        raise InvalidInput(f"{path.name} line {line} has no text in {key!r}.")
    return value
