"""Runs of any kinds, arranged for the page: who is shown under which name and in which colour."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eval.runs import PRODUCT, RunFile, RunKind, SystemRun

PRIMARY: Final[Mapping[RunKind, str]] = {
    RunKind.RETRIEVAL: "ndcg@10",
    RunKind.ANSWERS: "as_expected",
    RunKind.REFUSAL: "auroc",
    RunKind.NLU: "accuracy",
    RunKind.GOLD: "as_expected",
    RunKind.HANDOVER: "as_expected",
}
"""The measure that the bars show; of other kinds, the first one that a run gives."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One system on one suite, as the page shows it."""

    run: RunFile
    name: str
    """Of the system in its run."""
    label: str
    """`name`, with its file where two files have the same suite."""
    system: SystemRun

    @property
    def product(self) -> bool:
        """It is the product as customers get it."""
        return self.name == PRODUCT


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that the page shows."""

    runs: tuple[tuple[str, RunFile], ...]
    """With the name of their file."""
    shown: tuple[Shown, ...]
    """The product first, then in the order of the files."""
    colours: Mapping[str, int]
    """By label; the product has the first."""

    def of(self, kind: RunKind) -> dict[str, list[Shown]]:
        """What is shown of a kind, by suite."""
        found: defaultdict[str, list[Shown]] = defaultdict(list)
        for each in self.shown:
            if each.run.kind is kind:
                found[each.run.suite].append(each)
        return dict(found)


def gather(files: Sequence[tuple[str, Sequence[RunFile]]]) -> Gathered:
    """Arrange the runs of several files, each with a name that people know it by."""
    runs = tuple((name, run) for name, held in files for run in held)
    times = Counter((run.kind, run.suite) for _, run in runs)
    shown = [
        Shown(run, system, system if times[run.kind, run.suite] == 1 else f"{system} · {name}", measured)
        for name, run in runs
        for system, measured in run.systems.items()
    ]
    shown.sort(key=lambda each: not each.product)
    labels = dict.fromkeys(each.label for each in shown)
    return Gathered(runs, tuple(shown), {label: number for number, label in enumerate(labels)})


def primary(kind: RunKind, shown: Sequence[Shown]) -> str | None:
    """The measure that stands for a kind; `None` if these have none."""
    measures = dict.fromkeys(name for each in shown for name in each.system.measures)
    wanted = PRIMARY.get(kind)
    return wanted if wanted in measures else next(iter(measures), None)
