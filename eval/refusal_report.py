"""What a refusal measurement comes to: a run file, and tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.table import Table

from agent.policy import VERBATIM_CONFIDENCE
from core.risk import Tolerance
from eval.measures.auroc import auroc_mean
from eval.measures.judged import judged_measures
from eval.measures.mean import Mean, mean
from eval.refusal import AskedCase
from eval.runs import PRODUCT, CaseResult, Judgement, RunFile, RunKind, SystemRun, Timings, record
from eval.suite_refusal import ANSWERABLE, WITHOUT_ENTRIES, CaseKind
from retrieval.calibration.limit import AnswerLimit


def to_run_file(
    suite: str, asked: Sequence[AskedCase], *, limit: AnswerLimit, tolerance: Tolerance, encoder_key: str
) -> RunFile:
    """The cases as decided under `limit`, with the measures of the whole set.

    `auroc`, `aurc`, `ece`, `brier` and the shares are about the suite's own cases; probes and small
    talk, which are easy, are cases without a judgement and have measures of their own kind.
    """
    cases = [_case(each, limit) for each in asked]
    judged = [case.judgement for case in cases if case.judgement is not None]
    system = SystemRun.of(
        cases,
        also={**judged_measures(judged), **by_kind(asked, limit), **shares(asked, limit)},
        timings_ms=Timings.of([each.seconds for each in asked]),
    )
    threshold = None if limit.threshold > 1 else limit.threshold
    settings = {"tolerated": tolerance.share, "of": tolerance.of.value, "threshold": threshold}
    return record(RunKind.REFUSAL, suite, {PRODUCT: system}, models={"encoder": encoder_key}, settings=settings)


def given(each: AskedCase, limit: AnswerLimit) -> bool:
    """Whether the customer gets an answer."""
    return each.certain or (limit.allows(each.score) and bool(each.found) and not each.talk)


def probability(each: AskedCase, limit: AnswerLimit) -> float:
    """What the reply says of its confidence."""
    if each.certain:
        return max(VERBATIM_CONFIDENCE, limit.probability(each.score))
    return limit.probability(each.score) if each.pair is None else each.pair


def shares(asked: Iterable[AskedCase], limit: AnswerLimit) -> dict[str, Mean]:
    """Of the suite's own cases: answered, wrong in questions, wrong in answers, and rightly answered in those that could be."""
    own = [each for each in asked if each.case.kind not in WITHOUT_ENTRIES]
    answers = [each for each in own if given(each, limit)]
    return {
        "answered_share": mean([float(given(each, limit)) for each in own]),
        "wrong_share": mean([float(given(each, limit) and not each.right) for each in own]),
        "wrong_in_answers": mean([float(not each.right) for each in answers]),
        "right_answered": mean([float(given(each, limit)) for each in own if each.right]),
    }


def by_kind(asked: Sequence[AskedCase], limit: AnswerLimit) -> dict[str, Mean]:
    """For each kind that can't be answered: `auroc_KIND` against what can, and `answered_KIND`, which is always wrong."""
    answerable = [each for each in asked if each.case.kind in ANSWERABLE]
    found: dict[str, Mean] = {}
    for kind in CaseKind:
        own = [each for each in asked if each.case.kind is kind]
        if kind in ANSWERABLE or not own:
            continue
        both = [*answerable, *own]
        area = auroc_mean([each.confidence for each in both], [each.case.answerable for each in both])
        if area is not None:
            found[f"auroc_{kind}"] = area
        found[f"answered_{kind}"] = mean([float(given(each, limit)) for each in own])
    return found


def _case(each: AskedCase, limit: AnswerLimit) -> CaseResult:
    answered = given(each, limit)
    details = {
        "kind": each.case.kind.value,
        "answered": answered,
        "score": each.score,
        "pair": each.pair,
        "word_for_word": each.certain,
        "found": list(each.found),
        "wanted": sorted(each.case.relevant),
    }
    as_it_should = answered and each.right if each.case.answerable else not answered
    judgement = Judgement(probability(each, limit), each.case.answerable, each.right)
    return CaseResult(
        each.case.case_id,
        each.case.text,
        {"as_expected": float(as_it_should)},
        details,
        None if each.case.kind in WITHOUT_ENTRIES else judgement,
    )


COLUMNS: Final[Mapping[str, str]] = {
    "auroc": "AUROC",
    "aurc": "AURC",
    "ece": "ECE",
    "answered_share": "answered",
    "right_answered": "right of those possible",
    "wrong_share": "wrong in questions",
    "wrong_in_answers": "wrong in answers",
}


def to_table(runs: Sequence[RunFile]) -> Table:
    """One line a suite, and below each what became of every kind of question."""
    settings = runs[0].settings if runs else {}
    table = Table(title=f"Refusal at {settings.get('tolerated')} of {settings.get('of')} tolerated", show_lines=False)
    table.add_column("suite")
    table.add_column("cases", justify="right")
    for heading in COLUMNS.values():
        table.add_column(heading, justify="right")
    for run in runs:
        system = run.systems[PRODUCT]
        row = [_shown(system.measures.get(name)) for name in COLUMNS]
        table.add_row(run.suite, str(sum(case.judgement is not None for case in system.cases)), *row)
        for name, area in system.measures.items():
            if name.startswith("auroc_"):
                kind = name.removeprefix("auroc_")
                answered = system.measures[f"answered_{kind}"]
                row = [_shown(area), "", "", _shown(answered), "", "", ""]
                table.add_row(f"  {kind}", str(answered.cases), *row, style="dim")
    return table


def _shown(value: Mean | None) -> str:
    return "–" if value is None else f"{value.value:.3f}"
