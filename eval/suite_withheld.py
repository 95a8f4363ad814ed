"""Questions that a corpus could answer, had the passages not been taken out: what refusing is measured on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.suite import CaseId, CorpusId, json_lines
from eval.suite_answers import AnswerCase, AnswerSuite


def withhold(suite: AnswerSuite, folder: Path, *, every: int) -> AnswerSuite:
    """The suite with every n-th case made unanswerable: its relevant passages are taken out of the corpus.

    After the negative rejection of Chen et al., "Benchmarking Large Language Models in
    Retrieval-Augmented Generation" (RGB), AAAI 2024; here the misleading passages aren't picked but
    found. A passage that a case which stays answerable needs is left in, and so is its case. Cases
    whose relevant passages the set doesn't name stay as they are.
    """
    relevant = _relevant(folder)
    chosen = {case.case_id for case in suite.cases[every - 1 :: every] if case.case_id in relevant}
    needed = {entry for case in suite.cases if case.case_id not in chosen for entry in relevant.get(case.case_id, ())}
    chosen = {case_id for case_id in chosen if not relevant[case_id] & needed}
    out = {entry for case_id in chosen for entry in relevant[case_id]}
    cases = tuple(
        replace(case, answerable=False, references=(), key_points=())
        if isinstance(case, AnswerCase) and case.case_id in chosen
        else case
        for case in suite.cases
    )
    corpus = tuple(entry for entry in suite.corpus if entry.corpus_id not in out)
    return replace(suite, corpus=corpus, cases=cases)


def _relevant(folder: Path) -> Mapping[CaseId, frozenset[CorpusId]]:
    found = {}
    for _, row in json_lines(folder / "queries.jsonl"):
        entries = frozenset(CorpusId(each) for each in _ids(row))
        if entries:
            found[CaseId(str(row["id"]))] = entries
    return found


def _ids(row: Mapping[str, Any]) -> list[str]:
    groups = row.get("positive_groups") or []
    return [
        *(row.get("positive_ids") or []),
        *(row.get("doc_ids") or []),
        *(each for group in groups for each in group),
    ]
