"""Plots of the figures page as SVG. Every bar says its number, so no colour and no length carries it alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from core.figures import DayCounts, Tile, WaitCounts
from core.types import Language
from ui.render import element
from ui.texts import say

WIDTH: Final = 560
HEIGHT: Final = 190
LEFT: Final = 34
TOP: Final = 8
BOTTOM: Final = 22
ROW: Final = 24
DOUBLE_ROW: Final = 34
"""With two bars, each as high as its number."""

LABEL: Final = 190

DAYS: Final = ("confirmed", "assumed", "other", "agent")
"""Parts of a day's bar, from the bottom."""


def days_plot(days: Sequence[DayCounts], language: Language) -> str:
    """Return a bar for each day: confirmed, assumed, otherwise contained, and with a person."""
    parts = [
        (each.confirmed, each.assumed, each.contained - each.confirmed - each.assumed, each.involved - each.contained)
        for each in days
    ]
    columns = [[max(0, count) for count in part] for part in parts]
    labels = [f"{each.day:%m-%d}" for each in days]
    titles = [
        f"{each.day}: "
        + ", ".join(
            f"{say(f'figures.legend.{name}', language)} {count}" for name, count in zip(DAYS, column, strict=True)
        )
        for each, column in zip(days, columns, strict=True)
    ]
    return _plot(say("figures.plot.days", language), _stacked(columns, labels, titles, DAYS), DAYS, language)


def waits_plot(waits: Sequence[WaitCounts], waiting: int, language: Language) -> str:
    """Return how long customers waited for a person, and for anybody."""
    labels = [
        say("figures.longer", language) if each.up_to_s is None else f"≤ {duration(each.up_to_s, language)}"
        for each in waits
    ]
    names = ("anybody", "agent")
    rows = [(each.anybody, each.agent) for each in waits]
    drawn = _rows([(label, list(row)) for label, row in zip(labels, rows, strict=True)], names, label_width=90)
    told = element("p", escape(say("figures.waiting", language, count=waiting)), classes="zd-small") if waiting else ""
    legend = _legend("anybody", say("figures.legend.anybody", language)) + _legend(
        "agent", say("figures.legend.person", language)
    )
    return _framed(say("figures.plot.waits", language), legend, drawn + told)


def codes_plot(handovers: Sequence[Tile], language: Language) -> str:
    """Return how many episodes each rule handed over, the most frequent first."""
    at = 0 if language is Language.ZH else 1
    rows = [(tile.title[at], [tile.figure.hits or 0]) for tile in handovers]
    return _framed(say("figures.plot.codes", language), "", _rows(rows, ("agent",)) if rows else _nothing(language))


def ratings_plot(ratings: Sequence[int], language: Language) -> str:
    """Return how many customers gave each number of points, the best first."""
    rows = [("★" * score, [count]) for score, count in enumerate(ratings, start=1)][::-1]
    drawn = _rows(rows, ("anybody",), label_width=90) if sum(ratings) else _nothing(language)
    return _framed(say("figures.plot.ratings", language), "", drawn)


def duration(seconds: float, language: Language) -> str:
    """Return a time in its natural unit: seconds, minutes, hours, days."""
    for unit, length, up_to in (("s", 1, 60), ("m", 60, 3600), ("h", 3600, 172_800), ("d", 86_400, float("inf"))):
        if seconds < up_to or unit == "d":
            value = seconds / length
            shown = f"{value:.1f}" if value < 10 and unit != "s" else f"{value:.0f}"
            return say(f"figures.unit.{unit}", language, value=shown.removesuffix(".0"))
    raise AssertionError("unreachable: the last unit takes everything")


def _stacked(
    columns: Sequence[Sequence[int]], labels: Sequence[str], titles: Sequence[str], names: Sequence[str]
) -> str:
    top = max((sum(column) for column in columns), default=0) or 1
    room = HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT) / max(1, len(columns))
    drawn = [
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/><text x="{LEFT - 6}" y="{y + 4:.1f}">{count}</text>'
        for count in sorted({0, top // 2, top})
        for y in (TOP + room * (1 - count / top),)
    ]
    grid = f'<g class="zd-grid">{"".join(drawn)}</g>'
    bars = ""
    for at, (column, title) in enumerate(zip(columns, titles, strict=True)):
        base = float(TOP + room)
        pieces = ""
        for name, count in zip(names, column, strict=True):
            height = room * count / top
            base -= height
            pieces += (
                f'<rect class="zd-plot-{name}" x="{LEFT + at * step + step * 0.12:.1f}" y="{base:.1f}" '
                f'width="{step * 0.76:.1f}" height="{height:.1f}"/>'
            )
        bars += f"<g><title>{escape(title)}</title>{pieces}</g>"
    every = max(1, len(labels) // 8)
    ticks = "".join(
        f'<text x="{LEFT + at * step + step / 2:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{label}</text>'
        for at, label in enumerate(labels)
        if at % every == 0
    )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{grid}{bars}{ticks}</svg>'


def _rows(rows: Sequence[tuple[str, Sequence[int]]], names: Sequence[str], *, label_width: int = LABEL) -> str:
    """Horizontal bars, one row a label, each with its number."""
    top = max((count for _, counts in rows for count in counts), default=0) or 1
    room = WIDTH - label_width - 44
    row = ROW if len(names) == 1 else DOUBLE_ROW
    thick = (row - 6) / len(names)
    drawn = ""
    for at, (label, counts) in enumerate(rows):
        y = at * row + 3
        drawn += f'<text class="zd-bar-label" x="0" y="{y + row / 2 + 1:.1f}">{escape(label)}</text>'
        for line, (name, count) in enumerate(zip(names, counts, strict=True)):
            width = room * count / top
            drawn += (
                f'<rect class="zd-plot-{name}" x="{label_width}" y="{y + line * thick:.1f}" width="{width:.1f}" '
                f'height="{thick - 1:.1f}" rx="2"/>'
                f'<text x="{label_width + width + 5:.1f}" y="{y + line * thick + thick / 2 + 3:.1f}">{count}</text>'
            )
    return f'<svg viewBox="0 0 {WIDTH} {len(rows) * row + 4}" role="img">{drawn}</svg>'


def _plot(title: str, drawn: str, names: Sequence[str], language: Language) -> str:
    return _framed(title, "".join(_legend(name, say(f"figures.legend.{name}", language)) for name in names), drawn)


def _legend(name: str, label: str) -> str:
    return element("span", escape(label), classes=f"zd-legend zd-plot-{name}")


def _framed(title: str, legend: str, drawn: str) -> str:
    caption = element("figcaption", element("span", escape(title)) + legend)
    return element("figure", caption + drawn, classes="zd-plot")


def _nothing(language: Language) -> str:
    return element("p", escape(say("figures.none", language)), classes="zd-empty")
