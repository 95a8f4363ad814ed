"""`zhida eval gate`: has a new run fallen behind a recorded one by more than is tolerated?

A check for continuous integration, so it is strict where a run could look good by leaving things
out: a suite, a system or a measure that is gone is a failure. Cases may come and go, as they do in
a gold set; then both runs are compared on the cases that both have, asked in the same words.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import InvalidInput
from eval.measures.judged import SET_MEASURES, judged_measures
from eval.measures.mean import mean
from eval.runs import LOWER_IS_BETTER, PRODUCT, CaseResult, RunFile, SystemRun

TINY: Final = 1e-9
"""What rounding may add to a drop."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One measure of one system on one suite."""

    suite: str
    system: str
    measure: str
    before: float
    after: float
    cases: int
    """Cases that both runs have."""

    @property
    def drop(self) -> float:
        """How much worse it became; below 0 is better. For an error such as `ece`, its rise."""
        return (self.after - self.before) * (1 if self.measure in LOWER_IS_BETTER else -1)


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate saw. `failures` are sentences for people."""

    checked: tuple[Checked, ...]
    failures: tuple[str, ...]
    notes: tuple[str, ...]
    """Cases that came or went, which don't decide."""
    max_drop: float

    @property
    def passed(self) -> bool:
        """Nothing fell by more than is tolerated, and nothing is gone."""
        return not self.failures


def check(
    baseline: Sequence[RunFile],
    new: Sequence[RunFile],
    *,
    max_drop: float,
    systems: Collection[str] = (),
    measures: Collection[str] = (),
) -> GateReport:
    """Hold `new` against `baseline`.

    Without `systems` the product is checked, or every system of a run that lacks it; without
    `measures`, all that the baseline has.

    Raises:
        InvalidInput: `max_drop` isn't between 0 and 1, or the baseline has nothing of what is asked for.
    """
    if not 0 <= max_drop <= 1:
        raise InvalidInput(f"The tolerated drop {max_drop} isn't between 0 and 1. Give for instance 0.01.")
    runs = {(run.kind, run.suite): run for run in new}
    checked: list[Checked] = []
    failures: list[str] = []
    notes: list[str] = []
    for run in baseline:
        other = runs.get((run.kind, run.suite))
        for name in _systems(run, systems):
            if other is None:
                failures.append(f"{run.suite}: the new run has no such suite. Measure it as well.")
                break
            if name not in other.systems:
                failures.append(f"{run.suite}: the new run has no system {name!r}; it has {', '.join(other.systems)}.")
                continue
            fallen = _Pair(run.suite, name, run.systems[name], other.systems[name], measures)
            checked += fallen.checked
            failures += fallen.failures
            notes += fallen.notes
    failures += [
        f"{each.suite}: {each.measure} of {each.system} went from {each.before:.4f} to {each.after:.4f}, "
        f"{each.drop:.4f} worse; tolerated is {max_drop:g} ({each.cases} cases)."
        for each in checked
        if each.drop > max_drop + TINY
    ]
    if not checked and not failures:
        raise InvalidInput(
            "The baseline has nothing to check: no system or measure of those asked for. Leave out --system and --measure."
        )
    return GateReport(tuple(checked), tuple(failures), tuple(notes), max_drop)


def _systems(run: RunFile, wanted: Collection[str]) -> list[str]:
    if wanted:
        return [name for name in run.systems if name in wanted]
    return [PRODUCT] if PRODUCT in run.systems else list(run.systems)


class _Pair:
    """A system before and after, on the cases that both have."""

    def __init__(self, suite: str, name: str, before: SystemRun, after: SystemRun, measures: Collection[str]) -> None:
        self.checked: list[Checked] = []
        self.failures: list[str] = []
        self.notes: list[str] = []
        texts = {case.case_id: case.text for case in after.cases}
        kept = {case.case_id for case in before.cases if texts.get(case.case_id) == case.text}
        gone, fresh = len(before.cases) - len(kept), len(after.cases) - len(kept)
        if gone or fresh:
            self.notes.append(
                f"{suite}, {name}: {gone} cases are gone or changed, {fresh} are new; {len(kept)} compared."
            )
        if gone and not kept:
            self.failures.append(f"{suite}: no case of the baseline was asked of {name} again. Record a new baseline.")
            return
        same = not gone and not fresh
        for measure in before.measures:
            if measures and measure not in measures:
                continue
            was = _value(before, measure, kept, same=same)
            now = _value(after, measure, kept, same=same)
            if was is None:
                self.notes.append(f"{suite}, {name}: {measure} isn't checked: it can't be worked out on those cases.")
                continue
            if now is None:
                self.failures.append(f"{suite}: the new run lacks {measure} of {name}. Measure it as well.")
                continue
            self.checked.append(Checked(suite, name, measure, was, now, len(kept) or before.measures[measure].cases))


def _value(system: SystemRun, measure: str, kept: Collection[str], *, same: bool) -> float | None:
    """The measure over the cases in `kept`; `None` if it is unknown for them."""
    if same or not system.cases:
        return system.measures[measure].value if measure in system.measures else None
    cases = [case for case in system.cases if case.case_id in kept]
    values = [case.values[measure] for case in cases if measure in case.values]
    if values:
        return mean(values).value
    return _whole(cases, measure) if measure in SET_MEASURES else None


def _whole(cases: Sequence[CaseResult], measure: str) -> float | None:
    judged = [case.judgement for case in cases if case.judgement is not None]
    found = judged_measures(judged).get(measure) if len(judged) == len(cases) else None
    return None if found is None else found.value
