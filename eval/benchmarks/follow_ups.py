"""Follow-up questions: what rewriting with the conversation is worth to retrieval, and to the eye.

    python -m eval.benchmarks.follow_ups --data SETS [--keep FOLDER] [--depth 10]

SETS are folders in the forms of domainrag (questions with `history`), gitlab-handbook-rag (questions with
`context`), doc2dial, dstc11 and mtrag-un (dialogues whose last turn asks), and zh-utterance-rewrite (human
rewrites, no corpus). Each is told by its files. Retrieval sets give one row for each strategy:

    alone     the last message as it is
    joined    the customer's previous question put before it, always
    rules     what `retrieval.understanding` makes of it, as the assistant searches
    gold      the human rewrite, where there is one

Cases without judgements count how much of the human rewrite's first ten a strategy finds again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from core.text import fold
from core.types import Message, MessageId, Query, Role
from eval.measures.mean import mean
from eval.measures.ndcg import ndcg_at
from eval.measures.recall import recall_at
from eval.suite import CaseId, CorpusEntry, CorpusId, Grades, RetrievalCase, RetrievalSuite, read_retrieval_suite
from eval.workbench import Workbench
from retrieval.confidence import content
from retrieval.search import Retriever
from retrieval.understanding.follow_ups import completed

_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)

PASSAGES_PER_ENTRY: Final = 3


@dataclass(frozen=True, slots=True)
class Case:
    """The last message of a conversation, with what was said before and what it should find."""

    case_id: str
    history: tuple[tuple[Role, str], ...]
    text: str
    rewrite: str | None
    """As a person put it, to stand alone."""
    grades: Grades


Strategy = Callable[[Case], Query]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file; none of a file that isn't there."""
    if path.is_file():
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def read_cases(folder: Path) -> list[Case]:
    """Every last message of the set's dialogues that has an earlier one."""
    grades = read_grades(folder / "qrels.tsv")
    cases = [
        *(_question(row, grades) for row in rows(folder / "queries.jsonl") if row.get("history") or row.get("context")),
        *(_dialogue(row, grades) for name in ("dialogs", "tasks") for row in rows(folder / f"{name}.jsonl")),
        *(_rewritten(row) for row in rows(folder / "rewrites.jsonl")),
    ]
    return [case for case in cases if case.history and case.text.strip() and (case.grades or case.rewrite)]


def read_grades(path: Path) -> dict[str, dict[CorpusId, int]]:
    """What is relevant, by case."""
    grades: dict[str, dict[CorpusId, int]] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            case_id, corpus_id, grade = line.split("\t")
            grades.setdefault(case_id, {})[CorpusId(corpus_id)] = int(grade)
    return grades


def _question(row: dict[str, Any], grades: Mapping[str, Grades]) -> Case:
    history: list[tuple[Role, str]] = []
    for turn in row.get("history") or ():
        history += [(Role.CUSTOMER, turn["question"]), (Role.ASSISTANT, turn["answer"])]
    if row.get("context"):
        history.append((Role.CUSTOMER, row["context"]))
    return Case(row["id"], tuple(history), row["text"], None, grades.get(row["id"], {}))


def _dialogue(row: dict[str, Any], grades: Mapping[str, Grades]) -> Case:
    roles = {"user": Role.CUSTOMER, "agent": Role.ASSISTANT}
    turns = [(roles[turn["role"]], turn["text"]) for turn in row["history"]]
    return Case(row["id"], tuple(turns[:-1]), turns[-1][1], None, grades.get(row["id"], {}))


def _rewritten(row: dict[str, Any]) -> Case:
    turns = [(Role.CUSTOMER, turn) for turn in row["user_turns"][:-1]]
    return Case(f"rewrite {row['id']}", tuple(turns), row["last_turn"], row["rewrite"], {})


def read_suite(folder: Path, cases: Sequence[Case]) -> RetrievalSuite:
    """The set's corpus with these cases; dialogues have no `queries.jsonl`, so theirs is made up."""
    judged = tuple(RetrievalCase(CaseId(case.case_id), case.text, case.grades) for case in cases)
    if (folder / "queries.jsonl").is_file():
        suite = read_retrieval_suite(folder)
        return RetrievalSuite(suite.name, suite.corpus, judged)
    corpus = tuple(
        CorpusEntry(CorpusId(row["id"]), row.get("title") or "", row["text"])
        for row in rows(folder.parent / "corpus.jsonl")
    )
    return RetrievalSuite(folder.parent.name, corpus, judged)


def messages(case: Case) -> tuple[Message, ...]:
    """What was said before, as the assistant gets it."""
    return tuple(
        Message(MessageId(str(number)), role, text, _EPOCH) for number, (role, text) in enumerate(case.history)
    )


def previous(case: Case) -> str:
    """The customer's last message before this one."""
    return next((text for role, text in reversed(case.history) if role is Role.CUSTOMER), "")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "alone": lambda case: Query(text=case.text),
    "joined": lambda case: Query(text=f"{previous(case)} {case.text}"),
    "rules": lambda case: Query(text=case.text, history=messages(case)),
    "gold": lambda case: Query(text=case.rewrite or case.text),
}


def ranking(
    retriever: Retriever, query: Query, entry_of: Callable[[int], CorpusId], depth: int
) -> tuple[CorpusId, ...]:
    """Entries, best first, by the call that the assistant makes."""
    found = retriever.find(query, k=depth * PASSAGES_PER_ENTRY)
    return tuple(dict.fromkeys(entry_of(hit.passage.passage_id) for hit in found.hits))[:depth]


def measure_retrieval(folder: Path, keep: Path | None, depth: int) -> None:
    """Print one row for each strategy over a set with a corpus."""
    cases = read_cases(folder)
    suite = read_suite(folder, cases)
    with Workbench(suite, work=keep) as bench:
        built, retriever = bench.built, bench.retriever()
        print(f"{suite.name}: {len(cases)} follow-ups, {built.passages} passages", flush=True)
        runs = {
            name: {case.case_id: ranking(retriever, strategy(case), built.entry_of, depth) for case in cases}
            for name, strategy in STRATEGIES.items()
        }
        for name, run in runs.items():
            if name != "gold" or any(case.rewrite for case in cases):
                report(name, cases, run, runs["gold"])


def measure_rewriting(folder: Path) -> None:
    """Print how much of what people put into their rewrites is in ours, and how much of ours they put in too."""
    rewritten = [row for row in rows(folder / "data.jsonl") if "rewrite" in row]
    print(f"{folder.parent.name}: {len(rewritten)} rewrites")
    for name, rewrite in REWRITES.items():
        recall, precision, exact = [], [], 0
        for row in rewritten:
            case = Case("", _alternating(row["history"]), row["last_turn"], row["rewrite"], {})
            ours = rewrite(case)
            wanted, given = _new(row["rewrite"], case.text), _new(ours, case.text)
            exact += fold(ours).replace(" ", "") == fold(row["rewrite"]).replace(" ", "")
            recall += [len(wanted & given) / len(wanted)] if wanted else []
            precision += [len(wanted & given) / len(given)] if given else []
        print(
            f"  {name:8} entity recovered {mean(recall).value:.3f}  of what is added wanted {mean(precision).value:.3f}  "
            f"completed {len(precision) / len(rewritten):.3f}  exact {exact / len(rewritten):.3f}"
        )


def _completed(case: Case) -> str:
    done = completed(case.text, messages(case))
    return case.text if done is None else done.text


REWRITES: Final[Mapping[str, Callable[[Case], str]]] = {
    "alone": lambda case: case.text,
    "joined": lambda case: f"{previous(case)} {case.text}",
    "rules": _completed,
}


def _alternating(turns: Sequence[str]) -> tuple[tuple[Role, str], ...]:
    """The last turn, which isn't among these, is the customer's."""
    roles = (Role.ASSISTANT, Role.CUSTOMER)
    return tuple((roles[at % 2], text) for at, text in enumerate(reversed(turns)))[::-1]


def _new(text: str, without: str) -> set[str]:
    """Pairs of characters and words that a text has beyond another."""
    return set(content(text)) - set(content(without))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders of the sets (their dev folders)")
    parser.add_argument("--keep", type=Path, help="keep the knowledge bases there")
    parser.add_argument("--depth", type=int, default=10)
    options = parser.parse_args()
    for folder in options.data:
        if (folder.parent / "corpus.jsonl").is_file():
            measure_retrieval(folder, options.keep, options.depth)
        else:
            measure_rewriting(folder)


def report(
    name: str, cases: Sequence[Case], run: Mapping[str, tuple[CorpusId, ...]], gold: Mapping[str, tuple[CorpusId, ...]]
) -> None:
    """Print one strategy's row."""
    judged = [case for case in cases if case.grades]
    parts = []
    if judged:
        parts.append(f"nDCG@10 {mean([ndcg_at(run[c.case_id], c.grades, k=10) for c in judged]).value:.3f}")
        parts.append(f"recall@5 {mean([recall_at(run[c.case_id], c.grades, k=5) for c in judged]).value:.3f}")
    wanted = {case.case_id: gold[case.case_id] for case in cases if case.rewrite}
    if wanted:
        again = [len(set(run[key]) & set(found)) / max(1, len(found)) for key, found in wanted.items()]
        parts.append(f"of the human rewrite's first {10} found again {mean(again).value:.3f}")
    print(f"  {name:8} " + "  ".join(parts), flush=True)


if __name__ == "__main__":
    main()
