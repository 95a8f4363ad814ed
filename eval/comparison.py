"""`zhida eval compare`: which differences between two runs are real, and which may be chance.

Both runs asked the same cases, so the differences are taken case by case and the cases are
resampled (paired bootstrap). A difference is called real if it is still there in the resamples
once it is taken into account how many differences were looked at.

Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile interval);
Sakai, "Evaluating Evaluation Metrics based on the Bootstrap", SIGIR 2006; Koehn, "Statistical
Significance Tests for Machine Translation Evaluation", EMNLP 2004 (paired bootstrap of whole-set
measures); Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np

from core.errors import InvalidInput
from eval.measures.judged import SET_MEASURES, Judged, measured
from eval.measures.pairing import Floats
from eval.measures.resampling import RESAMPLES, draws
from eval.runs import LOWER_IS_BETTER, CaseResult, RunFile, RunKind, SystemRun

LEVEL: Final = 0.05
"""Chance of calling any difference of a comparison real though none is."""

EVERY_SUITE: Final = "mean of all suites"

NAMED: Final = 5
"""Case ids that an error names."""


class Verdict(StrEnum):
    """What the resamples say of B against A."""

    BETTER = "better"
    WORSE = "worse"
    PERHAPS_BETTER = "perhaps_better"
    """Its own interval leaves out 0, but among so many differences one such is likely by chance."""
    PERHAPS_WORSE = "perhaps_worse"
    OPEN = "open"
    """The cases don't tell: a difference of this size may be chance."""
    UNKNOWN = "unknown"
    """The runs give only the figure, so it can't be resampled."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two systems on the same cases."""

    kind: RunKind
    suite: str
    measure: str
    system_a: str
    system_b: str
    a: float
    b: float
    low: float | None
    """The difference `b - a` lies between `low` and `high` in 95 % of the resamples."""
    high: float | None
    p: float | None
    """Two-sided chance of such a difference if there is none; before the correction."""
    cases: int
    verdict: Verdict

    @property
    def difference(self) -> float:
        """B over A; for an error such as `ece`, below 0 is better."""
        return self.b - self.a


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences between two sets of runs."""

    differences: tuple[Difference, ...]
    changed: tuple[str, ...]
    """What else differs between the runs: versions, models, settings, machines."""
    left_out: tuple[str, ...]
    """Suites and systems that only one of the two has."""
    seed: int
    resamples: int


class Pair(NamedTuple):
    """A system of one run and a system of another on the same suite."""

    run_a: RunFile
    run_b: RunFile
    name_a: str
    name_b: str

    @property
    def a(self) -> SystemRun:
        """The system before."""
        return self.run_a.systems[self.name_a]

    @property
    def b(self) -> SystemRun:
        """The system after."""
        return self.run_b.systems[self.name_b]

    def __str__(self) -> str:
        names = self.name_a if self.name_a == self.name_b else f"{self.name_a} and {self.name_b}"
        return f"{self.run_a.suite}, {names}"


def compare(
    before: Sequence[RunFile],
    after: Sequence[RunFile],
    *,
    system: str | None = None,
    against: str | None = None,
    measures: Collection[str] = (),
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Compare the suites that both have, system by system.

    With `system` only that system is compared, or with `against` as well: `system` of `before` with
    `against` of `after`. With `measures` only those are looked at, which makes the correction milder.

    Raises:
        InvalidInput: nothing is in both, or the cases of a suite differ; the message says which.
    """
    pairs, left_out = paired_systems(before, after, system=system, against=against)
    found: list[Difference] = []
    together: defaultdict[tuple[RunKind, str, str, str], list[tuple[Difference, Floats]]] = defaultdict(list)
    for pair in pairs:
        check_cases(pair)
        for difference, resampled in _differences(pair, measures, seed, resamples):
            found.append(difference)
            if resampled is not None:
                key = (difference.kind, difference.measure, pair.name_a, pair.name_b)
                together[key].append((difference, resampled))
    found += [_overall(parts) for parts in together.values() if len(parts) > 1]
    if not found:
        wanted = f" Measures asked for: {', '.join(measures)}." if measures else ""
        raise InvalidInput(f"The two runs have no measure in common.{wanted} Compare runs of the same kind.")
    return Comparison(tuple(_judged(found)), tuple(_changes(pairs)), tuple(left_out), seed, resamples)


def paired_systems(
    before: Sequence[RunFile], after: Sequence[RunFile], *, system: str | None = None, against: str | None = None
) -> tuple[list[Pair], list[str]]:
    """The systems that can be compared, in the order of `before`, and in words what is left out.

    Raises:
        InvalidInput: there is none.
    """
    runs_b = {(run.kind, run.suite): run for run in after}
    pairs: list[Pair] = []
    left_out = [f"{run.kind} {run.suite}: only in B" for run in after if not _find(before, run)]
    for run_a in before:
        run_b = runs_b.get((run_a.kind, run_a.suite))
        if run_b is None:
            left_out.append(f"{run_a.kind} {run_a.suite}: only in A")
            continue
        if system is not None:
            wanted = [(system, against or system)]
        else:
            wanted = [(name, name) for name in run_a.systems if name in run_b.systems]
            left_out += [f"{run_a.suite}: {name} only in A" for name in run_a.systems if name not in run_b.systems]
            left_out += [f"{run_a.suite}: {name} only in B" for name in run_b.systems if name not in run_a.systems]
        pairs += [Pair(run_a, run_b, a, b) for a, b in wanted if a in run_a.systems and b in run_b.systems]
    if not pairs:
        raise InvalidInput(
            f"Nothing to compare: A has {_held(before)}; B has {_held(after)}. "
            "Measure the same suites for both, or name the systems with --system and --against."
        )
    return pairs, left_out


def _find(runs: Sequence[RunFile], wanted: RunFile) -> bool:
    return any((run.kind, run.suite) == (wanted.kind, wanted.suite) for run in runs)


def _held(runs: Sequence[RunFile]) -> str:
    return "; ".join(f"{run.kind} {run.suite} ({', '.join(run.systems)})" for run in runs)


def check_cases(pair: Pair) -> None:
    """Both must have asked the same cases with the same words, or a difference means nothing.

    Raises:
        InvalidInput: they didn't; the message names the cases.
    """
    texts_a = {case.case_id: case.text for case in pair.a.cases}
    texts_b = {case.case_id: case.text for case in pair.b.cases}
    for these, others, name in ((texts_a, texts_b, "A"), (texts_b, texts_a, "B")):
        if alone := [case_id for case_id in these if case_id not in others]:
            raise InvalidInput(
                f"{pair}: {len(alone)} cases are only in {name}: {_some(alone)}. Measure both on the same suite."
            )
    # A program that writes run files may leave texts out.
    if other := [key for key, text in texts_a.items() if text and texts_b[key] and text != texts_b[key]]:
        raise InvalidInput(f"{pair}: {len(other)} cases have another text in B: {_some(other)}. The suite has changed.")


def _some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return ", ".join(map(repr, ids[:NAMED])) + more


def _differences(
    pair: Pair, measures: Collection[str], seed: int, resamples: int
) -> Iterator[tuple[Difference, Floats | None]]:
    """Each measure that both systems have, with its resampled differences as far as there are cases."""
    names = [name for name in pair.a.measures if name in pair.b.measures and (not measures or name in measures)]
    again = resampled_differences(pair, names, seed=seed, resamples=resamples)
    for name in names:
        resampled = again.get(name)
        a, b = pair.a.measures[name], pair.b.measures[name]
        difference = Difference(
            pair.run_a.kind, pair.run_a.suite, name, pair.name_a, pair.name_b,
            a.value, b.value, None, None, None, min(a.cases, b.cases), Verdict.UNKNOWN,
        )  # fmt: skip
        yield difference if resampled is None else _with_interval(difference, resampled), resampled


def resampled_differences(
    pair: Pair, names: Sequence[str], *, seed: int, resamples: int = RESAMPLES
) -> dict[str, Floats]:
    """B over A in each resample, by measure, shape `(resamples,)`; measures that no case has are left out.

    Raises:
        InvalidInput: a measure is defined for a case in one run and not in the other.
    """
    cases_a = pair.a.cases
    by_id = {case.case_id: case for case in pair.b.cases}
    cases_b = [by_id[case.case_id] for case in cases_a]
    plain = [name for name in names if any(name in case.values for case in cases_a)]
    values = {name: _case_differences(pair, name, cases_a, cases_b) for name in plain}
    judged_a = [case.judgement for case in cases_a if case.judgement is not None]
    judged_b = [case.judgement for case in cases_b if case.judgement is not None]
    whole = [name for name in names if name in SET_MEASURES and name not in values]
    if not (len(judged_a) == len(judged_b) == len(cases_a)):
        whole = []  # some cases weren't judged, so the figure can't be worked out again
    blocks: defaultdict[str, list[Floats]] = defaultdict(list)
    if not cases_a or not (values or whole):
        return {}
    # Each suite has draws of its own: the same ones for two suites would make them rise and fall together.
    for drawn in draws(len(cases_a), seed=(seed, crc32(pair.run_a.suite.encode())), resamples=resamples):
        for name, (differences, defined) in values.items():
            counted = drawn @ defined
            blocks[name].append(np.divide(drawn @ differences, counted, out=np.zeros(len(drawn)), where=counted > 0))
        for name in whole:
            blocks[name].append(_measured_difference(name, judged_a, judged_b, drawn))
    return {name: np.concatenate(parts) for name, parts in blocks.items()}


def _measured_difference(name: str, a: Sequence[Judged], b: Sequence[Judged], drawn: Floats) -> Floats:
    return measured(name, b, drawn) - measured(name, a, drawn)


def _case_differences(
    pair: Pair, name: str, cases_a: Sequence[CaseResult], cases_b: Sequence[CaseResult]
) -> tuple[Floats, Floats]:
    """B over A for each case, 0.0 where the measure is undefined; and 1.0 where it is defined."""
    uneven = [a.case_id for a, b in zip(cases_a, cases_b, strict=True) if (name in a.values) != (name in b.values)]
    if uneven:
        raise InvalidInput(
            f"{pair}: {name} is known in one run only for the cases {_some(uneven)}. Measure both again."
        )
    defined = np.array([float(name in case.values) for case in cases_a])
    differences = [b.values.get(name, 0.0) - a.values.get(name, 0.0) for a, b in zip(cases_a, cases_b, strict=True)]
    return np.array(differences), defined


def _with_interval(difference: Difference, resampled: Floats) -> Difference:
    """Interval and chance from the resampled differences.

    The two agree but for ties: where many resamples give exactly 0, the chance is the more careful one, and it decides.
    """
    low, high = np.percentile(resampled, [100 * LEVEL / 2, 100 - 100 * LEVEL / 2])
    # One more on each count: an event that no resample shows isn't impossible (Davison and Hinkley 1997, section 4.2).
    tail = 1 + min(int((resampled <= 0).sum()), int((resampled >= 0).sum()))
    return replace(
        difference, low=float(low), high=float(high), p=min(1.0, 2 * tail / (len(resampled) + 1)), verdict=Verdict.OPEN
    )


def _overall(parts: Sequence[tuple[Difference, Floats]]) -> Difference:
    """The plain mean over suites, each counting alike. Suites are resampled apart, as their cases have nothing in common."""
    every = [difference for difference, _ in parts]
    mean = replace(
        every[0],
        suite=EVERY_SUITE,
        a=sum(part.a for part in every) / len(every),
        b=sum(part.b for part in every) / len(every),
        cases=sum(part.cases for part in every),
    )
    return _with_interval(mean, np.mean([resampled for _, resampled in parts], axis=0))


def _judged(differences: Sequence[Difference]) -> Iterator[Difference]:
    """Verdicts after Holm's correction for the number of differences."""
    known = sorted((each.p, at) for at, each in enumerate(differences) if each.p is not None)
    real: set[int] = set()
    for rank, (p, at) in enumerate(known):
        if p >= LEVEL / (len(known) - rank):
            break
        real.add(at)
    for at, each in enumerate(differences):
        if each.p is None or each.p >= LEVEL:
            yield each
            continue
        better = (each.difference > 0) != (each.measure in LOWER_IS_BETTER)
        if at in real:
            yield replace(each, verdict=Verdict.BETTER if better else Verdict.WORSE)
        else:
            yield replace(each, verdict=Verdict.PERHAPS_BETTER if better else Verdict.PERHAPS_WORSE)


def _changes(pairs: Sequence[Pair]) -> list[str]:
    """What differs between the runs apart from the figures, each once."""
    found: dict[str, None] = {}
    for pair in pairs:
        for name, (a, b) in run_changes(pair.run_a, pair.run_b).items():
            found[f"{name}: {a} → {b}"] = None
    return list(found)


def run_changes(a: RunFile, b: RunFile) -> Mapping[str, tuple[object, object]]:
    """Versions, models, settings and machine that differ, by name, before and after."""
    facts_a, facts_b = _facts(a), _facts(b)
    names = [*facts_a, *(name for name in facts_b if name not in facts_a)]
    missing = "none"
    return {
        name: (facts_a.get(name, missing), facts_b.get(name, missing))
        for name in names
        if facts_a.get(name, missing) != facts_b.get(name, missing)
    }


def _facts(run: RunFile) -> dict[str, object]:
    return {
        "zhida": run.zhida_version,
        **run.models,
        **run.settings,
        "seed": run.seed,
        "python": run.environment.python,
        "platform": run.environment.platform,
        "cores": run.environment.cores,
        **run.environment.packages,
    }
