"""The comparison as tables in Markdown, which reads as well in a terminal as on a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

from eval.benchmarks.peers.catalogue import SYSTEMS
from eval.benchmarks.peers.rules import LABEL
from eval.comparison import EVERY_SUITE, Difference, Verdict, compare
from eval.runs import PRODUCT, RunFile, SystemRun

T = TypeVar("T")

MAIN: Final = "ndcg@10"
"""The measure of the summary."""

NONE: Final = "–"
"""Stands where nothing was measured."""

WORDS: Final[Mapping[Verdict, str]] = {
    Verdict.BETTER: "better",
    Verdict.WORSE: "worse",
    Verdict.PERHAPS_BETTER: "perhaps better",
    Verdict.PERHAPS_WORSE: "perhaps worse",
    Verdict.OPEN: "open",
    Verdict.UNKNOWN: "unknown",
}


def tables(runs: Sequence[RunFile]) -> str:
    """Every system on every suite, the averages, and Zhida against the best peer of each suite."""
    parts = [_table(*_everything(runs)), _table(*_summary(runs))]
    if any(PRODUCT in run.systems and len(run.systems) > 1 for run in runs):
        parts.append(_table(*_against_best(runs)))
    return "\n\n".join(parts)


def _everything(runs: Sequence[RunFile]) -> tuple[list[str], list[list[str]]]:
    header = [
        "suite", "system", "nDCG@10", "recall@5", "ms p50", "ms p95", "passages/s", "index MB", "RSS MB",
    ]  # fmt: skip
    rows = [
        [f"{run.suite} ({len(found.cases)})", name, *_figures(found)]
        for run in runs
        for name, found in _in_order(run.systems)
    ]
    return header, rows


def _figures(run: SystemRun) -> Iterator[str]:
    for measure in (MAIN, "recall@5"):
        yield f"{run.measures[measure].value:.3f} ± {run.measures[measure].stderr:.3f}"
    timings = run.timings_ms
    yield from (NONE, NONE) if timings is None else (f"{timings.p50:.1f}", f"{timings.p95:.1f}")
    rate = run.facts.get("passages_per_second")
    yield NONE if rate is None else f"{rate:.0f}"
    yield f"{run.facts['index_bytes'] / 1e6:.1f}"
    yield f"{run.facts['resident_bytes'] / 1e6:.0f}"


def _summary(runs: Sequence[RunFile]) -> tuple[list[str], list[list[str]]]:
    """nDCG@10 of each system, suite by suite, with the mean over the suites for those that ran on all."""
    names = [name for name, _ in _in_order({name: run for run in runs for name in run.systems})]
    header = [MAIN, *(run.suite for run in runs), "mean"]
    rows = []
    for name in names:
        values = [run.systems[name].measures[MAIN].value if name in run.systems else None for run in runs]
        known = [value for value in values if value is not None]
        mean = f"{sum(known) / len(known):.4f}" if len(known) == len(runs) else NONE
        rows.append([name, *(NONE if value is None else f"{value:.3f}" for value in values), mean])
    return header, rows


def _against_best(runs: Sequence[RunFile]) -> tuple[list[str], list[list[str]]]:
    """Zhida minus the best peer of each suite, and minus each peer on the mean of all suites."""
    rows = []
    whole = [run for run in runs if PRODUCT in run.systems]
    for run in whole:
        peers = {name: found for name, found in run.systems.items() if name != PRODUCT}
        if peers:
            best = max(peers, key=lambda name: peers[name].measures[MAIN].value)
            rows.append(_difference_row(_difference([run], best)))
    for name, _ in _in_order({name: None for run in whole for name in run.systems}):
        if name != PRODUCT and len(whole) > 1 and all(name in run.systems for run in whole):
            rows.append(_difference_row(_difference(whole, name)))
    return ["suite", "peer", "peer's nDCG@10", f"{PRODUCT}", "difference", "95 %", "verdict"], rows


def _difference(runs: Sequence[RunFile], peer: str) -> Difference:
    """Zhida minus a peer, by paired bootstrap; of several runs, the mean of all suites."""
    found = compare(runs, runs, system=peer, against=PRODUCT, measures=[MAIN]).differences
    return next((each for each in found if each.suite == EVERY_SUITE), found[0])


def _difference_row(found: Difference) -> list[str]:
    between = NONE if found.low is None or found.high is None else f"{found.low:+.3f} … {found.high:+.3f}"
    figures = [f"{found.a:.4f}", f"{found.b:.4f}", f"{found.difference:+.4f}", between]
    return [found.suite, found.system_a, *figures, WORDS[found.verdict]]


def _in_order(systems: Mapping[str, T]) -> list[tuple[str, T]]:
    """As the catalogue lists them; what it doesn't list comes last."""
    places = {system.label: place for place, system in enumerate(SYSTEMS)}
    return sorted(systems.items(), key=lambda item: places.get(item[0], len(places)))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    note = (
        f"\n\nRows marked «{LABEL}» are our own code, not that product."
        if any(LABEL in "".join(row) for row in rows)
        else ""
    )
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + note
