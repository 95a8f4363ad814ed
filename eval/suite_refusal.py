"""Reads refusal suites: questions that a knowledge base answers beside questions that it doesn't.

What lies in a folder says how it is read:

    tasks.jsonl                         conversations whose last turn can be answered, or not
    train_10shot.jsonl and valid.jsonl  Q&A pairs by label, and questions of known, near and far topics
    queries.jsonl with `unanswerable`   questions beside one corpus that answers some of them
    queries.jsonl and qrels.tsv         each question as it is, and with its relevant entries gone;
                                        with `negative_ids`, also with nothing but those entries there

Texts that no company's documents answer are asked of any of them besides: see `read_probes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidInput
from core.types import Role
from eval.suite import (
    LANGUAGES,
    CaseId,
    CorpusEntry,
    CorpusId,
    corpus_of,
    json_lines,
    read_retrieval_suite,
    suite_name,
    text_field,
)


class CaseKind(StrEnum):
    """Why a question can or can't be answered."""

    ANSWERED = "answered"
    """The corpus answers it."""
    PARTIAL = "partial"
    """The corpus answers a part of it. That part is worth giving, so it counts as answerable."""
    GOLD_REMOVED = "gold_removed"
    """The corpus would answer it, but its relevant entries are gone."""
    NEGATIVES_ONLY = "negatives_only"
    """Nothing is there but entries that a search engine took for relevant."""
    UNANSWERABLE = "unanswerable"
    """Written so that the corpus doesn't answer it."""
    UNDERSPECIFIED = "underspecified"
    """It leaves open what is meant. To ask back or hand over is right; any answer is a guess, so it counts as unanswerable."""
    NEAR = "near"
    """About the same business, but nothing there answers it."""
    FAR = "far"
    """About something else."""
    OFF_TOPIC = "off_topic"
    """Asked of a knowledge base that it has nothing to do with."""
    SMALL_TALK = "small_talk"
    """No question at all. A friendly word is right, an answer with sources is not."""


ANSWERABLE: Final = frozenset({CaseKind.ANSWERED, CaseKind.PARTIAL})

WITHOUT_ENTRIES: Final = frozenset({CaseKind.OFF_TOPIC, CaseKind.SMALL_TALK})

SMALL_TALK: Final = (
    "你好", "早上好！", "谢谢你", "好的，明白了", "再见", "在吗", "你是谁呀", "哈哈哈", "今天天气真好", "你真棒",
    "你是机器人吗", "嗯嗯", "辛苦了", "我心情不太好", "讲个笑话吧",
    "Hello!", "Good morning", "Thanks a lot", "OK, got it", "Bye", "How are you?", "Are you a robot?", "lol",
    "Nice to meet you", "What's your name?", "Tell me a joke", "You are great", "I'm bored", "Have a nice day", "Hmm",
)  # fmt: skip
"""What people say without asking anything, in both languages."""


@dataclass(frozen=True, slots=True)
class RefusalCase:
    """A question with what the knowledge base holds when it is asked."""

    case_id: CaseId
    text: str
    kind: CaseKind
    relevant: frozenset[CorpusId] = frozenset()
    """Entries that answer it."""
    gone: frozenset[CorpusId] = frozenset()
    """Entries taken out of the corpus before it is asked."""
    history: tuple[tuple[Role, str], ...] = ()
    """What was said before, oldest first."""

    @property
    def answerable(self) -> bool:
        """An answer is wanted."""
        return self.kind in ANSWERABLE


@dataclass(frozen=True, slots=True)
class PairGroup:
    """A Q&A pair: wordings of one question, and the text of its answer."""

    corpus_id: CorpusId
    wordings: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class RefusalSuite:
    """A corpus or Q&A pairs, and the cases asked of them."""

    name: str
    corpus: tuple[CorpusEntry, ...]
    pairs: tuple[PairGroup, ...]
    cases: tuple[RefusalCase, ...]


def read_refusal_suite(folder: Path) -> RefusalSuite:
    """Read a folder of any kind named above.

    Raises:
        InvalidInput: the folder is none of them, or a line can't be read.
    """
    if LANGUAGES.search(folder.name):
        return _struck(folder, ())
    if (folder / "tasks.jsonl").is_file():
        return _dialogues(folder)
    if (folder / "valid.jsonl").is_file() and (folder / "train_10shot.jsonl").is_file():
        return _labelled(folder)
    if not (folder / "queries.jsonl").is_file():
        raise InvalidInput(
            f"{folder} holds no refusal suite. Give a folder with queries.jsonl and qrels.tsv, with tasks.jsonl, "
            "or with train_10shot.jsonl and valid.jsonl."
        )
    rows = [row for _, row in json_lines(folder / "queries.jsonl")]
    if any("unanswerable" in row for row in rows):
        return _flagged(folder)
    return _struck(folder, rows)


def read_probes(path: Path) -> list[str]:
    """Questions that are about nothing that the suites are about: the `text` of each row of a JSONL file, or of all in a folder.

    Raises:
        InvalidInput: there is none.
    """
    files = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    found = [text for file in files for line, row in json_lines(file) if (text := text_field(row, "text", file, line))]
    if not found:
        raise InvalidInput(f"{path} holds no probes. Give JSONL with a text in each row.")
    return list(dict.fromkeys(found))


def with_probes(suite: RefusalSuite, probes: Iterable[str]) -> RefusalSuite:
    """The suite with `probes` and our small talk asked of it as well."""
    more = [RefusalCase(CaseId(f"off-topic-{at}"), text, CaseKind.OFF_TOPIC) for at, text in enumerate(probes)]
    more += [RefusalCase(CaseId(f"talk-{at}"), text, CaseKind.SMALL_TALK) for at, text in enumerate(SMALL_TALK)]
    return RefusalSuite(suite.name, suite.corpus, suite.pairs, (*suite.cases, *more))


def thinned(suite: RefusalSuite, most: int) -> RefusalSuite:
    """At most `most` cases of each kind, spread evenly over the suite; the corpus stays whole."""
    kept: list[RefusalCase] = []
    for kind in CaseKind:
        own = [case for case in suite.cases if case.kind is kind]
        step = max(1.0, len(own) / most)
        kept += [own[int(at * step)] for at in range(min(most, len(own)))]
    return RefusalSuite(suite.name, suite.corpus, suite.pairs, tuple(kept))


def _struck(folder: Path, rows: Sequence[Mapping[str, Any]]) -> RefusalSuite:
    suite = read_retrieval_suite(folder)
    everything = frozenset(entry.corpus_id for entry in suite.corpus)
    negatives = {str(row.get("id")): frozenset(map(CorpusId, row.get("negative_ids") or ())) for row in rows}
    cases = []
    for case in suite.cases:
        relevant = frozenset(entry for entry, grade in case.grades.items() if grade > 0)
        if not relevant:
            continue
        cases.append(RefusalCase(case.case_id, case.text, CaseKind.ANSWERED, relevant))
        removed = CaseId(f"{case.case_id}/gone")
        cases.append(RefusalCase(removed, case.text, CaseKind.GOLD_REMOVED, gone=relevant))
        if only := negatives.get(case.case_id, frozenset()) & everything:
            alone = CaseId(f"{case.case_id}/negatives")
            cases.append(RefusalCase(alone, case.text, CaseKind.NEGATIVES_ONLY, gone=everything - only))
    return RefusalSuite(suite.name, suite.corpus, (), tuple(cases))


def _flagged(folder: Path) -> RefusalSuite:
    queries = folder / "queries.jsonl"
    corpus = corpus_of(folder)
    known = {entry.corpus_id for entry in corpus}
    cases = []
    for line, row in json_lines(queries):
        case_id, text = CaseId(text_field(row, "id", queries, line)), text_field(row, "text", queries, line)
        if not text.strip():
            continue
        if row.get("unanswerable"):
            cases.append(RefusalCase(case_id, text, CaseKind.UNANSWERABLE))
            continue
        written_on = row.get("passage_ids") or [row.get("passage_id")]
        relevant = frozenset(CorpusId(entry) for entry in written_on) & known
        if relevant:
            cases.append(RefusalCase(case_id, text, CaseKind.ANSWERED, relevant))
    return RefusalSuite(suite_name(folder), corpus, (), tuple(cases))


_TASK_KINDS: Final = {
    "ANSWERABLE": CaseKind.ANSWERED,
    "PARTIAL": CaseKind.PARTIAL,
    "UNANSWERABLE": CaseKind.UNANSWERABLE,
    "UNDERSPECIFIED": CaseKind.UNDERSPECIFIED,
}
_ROLES: Final = {"user": Role.CUSTOMER, "agent": Role.ASSISTANT}


def _dialogues(folder: Path) -> RefusalSuite:
    tasks = folder / "tasks.jsonl"
    corpus = corpus_of(folder)
    known = {entry.corpus_id for entry in corpus}
    cases = []
    for line, row in json_lines(tasks):
        try:
            kind = _TASK_KINDS[row["answerability"][0]]
            said = tuple((_ROLES[turn["role"]], str(turn["text"])) for turn in row["history"])
        except (KeyError, IndexError, TypeError):
            raise InvalidInput(
                f"{tasks.name} line {line} isn't a task: it needs `answerability` ({', '.join(_TASK_KINDS)}) and "
                "`history` with `role` (user or agent) and `text`."
            ) from None
        relevant = frozenset(map(CorpusId, row.get("positive_ids") or ())) & known
        if not said or (kind in ANSWERABLE and not relevant):
            continue
        case_id = CaseId(text_field(row, "id", tasks, line))
        kept = relevant if kind in ANSWERABLE else frozenset()
        cases.append(RefusalCase(case_id, said[-1][1], kind, kept, history=said[:-1]))
    return RefusalSuite(suite_name(folder), corpus, (), tuple(cases))


_LABEL_KINDS: Final = {"in": CaseKind.ANSWERED, "near_oos": CaseKind.NEAR, "far_oos": CaseKind.FAR}


def _labelled(folder: Path) -> RefusalSuite:
    wordings: dict[str, list[str]] = {}
    train, valid = folder / "train_10shot.jsonl", folder / "valid.jsonl"
    for line, row in json_lines(train):
        wordings.setdefault(text_field(row, "label", train, line), []).append(text_field(row, "text", train, line))
    pairs = tuple(
        PairGroup(CorpusId(label), tuple(dict.fromkeys(texts)), f"{label.replace('_', ' ').capitalize()}.")
        for label, texts in wordings.items()
    )
    cases = []
    for line, row in json_lines(valid):
        kind = _LABEL_KINDS.get(text_field(row, "kind", valid, line))
        if kind is None:
            raise InvalidInput(f"{valid.name} line {line}: `kind` must be one of {', '.join(_LABEL_KINDS)}.")
        label = text_field(row, "label", valid, line)
        relevant = frozenset({CorpusId(label)}) if kind is CaseKind.ANSWERED else frozenset[CorpusId]()
        cases.append(RefusalCase(CaseId(f"{kind}-{line}"), text_field(row, "text", valid, line), kind, relevant))
    return RefusalSuite(suite_name(folder), (), pairs, tuple(cases))


def pair_lines(pairs: Sequence[PairGroup]) -> bytes:
    """The pairs as the JSON lines that an upload of Q&A pairs holds."""
    rows = ({"question": pair.wordings[0], "answer": pair.answer, "similar": list(pair.wordings[1:])} for pair in pairs)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
