"""Quality by set: bars with error bars for each system, and every figure in a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final

from eval.html.gathering import Gathered, Shown, primary
from eval.html.markup import Markup, element, joined
from eval.html.svg import Bar, Group, bars
from eval.html.words import KINDS, figure, folded, grid, heading, note
from eval.measures.mean import Mean
from eval.runs import LOWER_IS_BETTER, RunKind

WIDE: Final = 1.96
"""Standard errors to each side that make 95 %."""

AVERAGE: Final = "平均 · mean of sets"

FACTS: Final[Mapping[str, tuple[str, float, int]]] = {
    "passages": ("passages", 1, 0),
    "passages_per_second": ("passages/s", 1, 0),
    "index_bytes": ("index MB", 1e6, 1),
    "resident_bytes": ("RAM MB", 1e6, 0),
}
"""Facts that the table shows: heading, unit, decimals."""


def quality(gathered: Gathered) -> list[Markup]:
    """One part for each kind that has measures."""
    parts = []
    for kind in RunKind:
        suites = {
            suite: shown for suite, shown in gathered.of(kind).items() if any(each.system.measures for each in shown)
        }
        if suites and kind is not RunKind.LATENCY:
            parts.append(_kind(kind, suites, gathered.colours))
    if not parts:
        return []
    return [
        heading(2, "按数据集的质量", "Quality by set"),
        note(
            "误差线为 95% 置信区间（1.96 倍标准误，按问题计）。",
            "Error bars are 95 % intervals (1.96 standard errors over the cases).",
        ),
        *parts,
    ]


def _kind(kind: RunKind, suites: Mapping[str, Sequence[Shown]], colours: Mapping[str, int]) -> Markup:
    every = [each for shown in suites.values() for each in shown]
    measure = primary(kind, every)
    assert measure is not None  # the caller has left out runs without measures
    drawn = [(suite, _means(shown, measure)) for suite, shown in suites.items()]
    drawn = [(suite, means) for suite, means in drawn if means]
    averages = _averages([means for _, means in drawn])
    if averages:
        drawn.append((AVERAGE, averages))
    highest = max((mean.value for _, means in drawn for mean in means.values()), default=1.0)
    groups = [
        Group(suite, tuple(Bar(label, colours[label], mean.value, WIDE * mean.stderr) for label, mean in means.items()))
        for suite, means in drawn
    ]
    return joined(
        heading(3, KINDS[kind][0], f"{KINDS[kind][1]} · {measure}"),
        figure(None, bars(groups, high=max(1.0, highest)), wide=True),
        folded("全部指标", "all figures", _table(suites)),
    )


def _means(shown: Sequence[Shown], measure: str) -> dict[str, Mean]:
    return {each.label: each.system.measures[measure] for each in shown if measure in each.system.measures}


def _averages(suites: Sequence[Mapping[str, Mean]]) -> dict[str, Mean]:
    """Mean over the sets, each counting alike, of the systems that all sets have; nothing for a single set."""
    if len(suites) < 2:
        return {}
    labels = [label for label in suites[0] if all(label in means for means in suites)]
    return {
        label: Mean(
            sum(means[label].value for means in suites) / len(suites),
            sqrt(sum(means[label].stderr ** 2 for means in suites)) / len(suites),
            sum(means[label].cases for means in suites),
        )
        for label in labels
    }


def _table(suites: Mapping[str, Sequence[Shown]]) -> Markup:
    every = [each for shown in suites.values() for each in shown]
    measures = list(dict.fromkeys(name for each in every for name in each.system.measures))
    facts = [name for name in FACTS if any(name in each.system.facts for each in every)]
    timed = any(each.system.timings_ms for each in every)
    headings = [("set", False), ("system", False), *((name, True) for name in measures), ("cases", True)]
    headings += [("p50 ms", True), ("p95 ms", True)] if timed else []
    headings += [(FACTS[name][0], True) for name in facts]
    rows = []
    for suite, shown in suites.items():
        best = _best(shown, measures)
        for at, each in enumerate(shown):
            cells = [element("td", suite if at == 0 else ""), element("td", each.label)]
            cells += [_mean(each.system.measures.get(name), best=best.get(name)) for name in measures]
            cells.append(element("td", str(_cases(each)), class_="n"))
            if timed:
                times = each.system.timings_ms
                cells += [
                    element("td", "" if times is None else f"{value:.1f}", class_="n")
                    for value in ((0.0, 0.0) if times is None else (times.p50, times.p95))
                ]
            cells += [_fact(each.system.facts.get(name), name) for name in facts]
            rows.append(cells)
    return grid(headings, rows)


def _cases(each: Shown) -> int:
    return max([len(each.system.cases), *(mean.cases for mean in each.system.measures.values())])


def _best(shown: Sequence[Shown], measures: Sequence[str]) -> dict[str, float]:
    """The best value of each measure, where there is something to choose from."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for each in shown:
        for name in measures:
            if name in each.system.measures:
                found[name].append(each.system.measures[name].value)
    return {
        name: (min if name in LOWER_IS_BETTER else max)(values)
        for name, values in found.items()
        if len(set(values)) > 1
    }


def _mean(mean: Mean | None, *, best: float | None) -> Markup:
    if mean is None:
        return element("td", "", class_="n")
    chosen = " best" if best is not None and mean.value == best else ""
    return element("td", f"{mean.value:.3f}", element("small", f" ±{mean.stderr:.3f}"), class_=f"n{chosen}")


def _fact(value: float | None, name: str) -> Markup:
    _, unit, decimals = FACTS[name]
    return element("td", "" if value is None else f"{value / unit:,.{decimals}f}", class_="n")
