"""Latency by the size of the knowledge base."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from eval.html.gathering import Gathered, Shown
from eval.html.markup import Markup, element
from eval.html.svg import Curve, count_axis, curves, size_axis
from eval.html.words import figure, grid, heading, legend, note
from eval.runs import PRODUCT, RunKind, Timings

WIDTH: Final = 640
HEIGHT: Final = 300

Point = tuple[float, Timings, Shown]


def latency(gathered: Gathered) -> list[Markup]:
    """The curve and the table of all timed systems that say how many passages they searched.

    Runs made to measure latency are shown; without any, the times that other runs took on the way.
    """
    timed = [each for each in gathered.shown if each.system.timings_ms and "passages" in each.system.facts]
    meant = [each for each in timed if each.run.kind is RunKind.LATENCY]
    series = _series(meant or timed)
    if not series:
        return []
    colours = {name: at for at, name in enumerate(series)}
    highest = max(times.p95 for points in series.values() for _, times, _ in points)
    lines = []
    for name, points in series.items():
        p95 = tuple((size, times.p95) for size, times, _ in points)
        p50 = tuple((size, times.p50) for size, times, _ in points)
        lines += [
            Curve(f"{name} p95", colours[name], p95, dots=True),
            Curve(f"{name} p50", colours[name], p50, dashed=True),
        ]
    drawing = curves(
        lines,
        size_axis("段落数 · passages", [size for points in series.values() for size, _, _ in points]),
        count_axis("毫秒 · ms", highest),
        width=WIDTH,
        height=HEIGHT,
    )
    names = [(f"{name} {share}", colours[name], share == "p50") for name in series for share in ("p95", "p50")]
    return [
        heading(2, "不同规模下的速度", "Latency by corpus size"),
        note(
            "每个问题从文字到排好序的段落所需的毫秒数，含编码；逐个提问。",
            "Milliseconds from a question's text to ranked passages, encoder included; one question at a time.",
        ),
        figure(None, drawing, wide=True),
        legend(names),
        _table(series),
    ]


def _series(timed: list[Shown]) -> dict[str, list[Point]]:
    """Points by system, smallest first. A system named after its size («1,000 passages») is the product at that size."""
    found: defaultdict[str, list[Point]] = defaultdict(list)
    for each in timed:
        times, size = each.system.timings_ms, each.system.facts["passages"]
        assert times is not None  # the caller keeps timed systems
        name = each.label.replace(f"{size:,.0f} passages", "").strip(" ·,-") or PRODUCT
        found[name].append((size, times, each))
    return {name: sorted(points, key=lambda point: point[0]) for name, points in found.items()}


def _table(series: dict[str, list[Point]]) -> Markup:
    headings = [("system", False), ("set", False), *((name, True) for name in COLUMNS)]
    rows = []
    for name, points in series.items():
        for size, times, each in points:
            facts = each.system.facts
            figures = [f"{size:,.0f}", f"{times.p50:.1f}", f"{times.p95:.1f}"]
            figures.append(_in_all(facts.get("ready_s"), 1.0, 2))
            figures += [_in_all(facts.get(fact), 1e6, 0) for fact in ("index_bytes", "resident_bytes")]
            recall = each.system.measures.get("recall@10") if each.run.kind is RunKind.LATENCY else None
            figures.append("" if recall is None else f"{recall.value:.3f}")
            rows.append(
                [
                    element("td", name),
                    element("td", each.run.suite),
                    *(element("td", cell, class_="n") for cell in figures),
                ]
            )
    return grid(headings, rows)


COLUMNS: Final = ("passages", "p50 ms", "p95 ms", "ready s", "index MB", "RAM MB", "recall@10 (index)")


def _in_all(value: float | None, unit: float, decimals: int) -> str:
    return "" if value is None else f"{value / unit:,.{decimals}f}"
