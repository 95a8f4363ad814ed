"""Drawings as inline SVG: bars with error bars, curves, and the reliability diagram.

Colours and fonts come from the page's style by class, so a drawing follows light and dark. Sizes
are in units of the drawing, about a pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from eval.html.markup import Markup, element, joined

COLOURS: Final = 8
"""Classes `c0` … `c7` of the style; more systems begin again, told apart by their names."""

LABEL_WIDTH: Final = 170
BARS_WIDTH: Final = 980
BAR: Final = 15
BAR_GAP: Final = 4
GROUP_GAP: Final = 18
HEAD: Final = 20

MOST_TEXT: Final = 24
"""Characters of a label that fit beside a bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One system in a group. `error` is half the length of the error bar, in the value's unit."""

    name: str
    colour: int
    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Group:
    """Bars under one heading."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Points from left to right. A dashed one is secondary, such as the median beside the 95th percentile."""

    name: str
    colour: int
    points: tuple[tuple[float, float], ...]
    dashed: bool = False
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from `low` to `high` with its marks."""

    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    shown: Callable[[float], str]
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """Where a value lies, 0.0 to 1.0; what is outside goes to the edge."""
        low, high, value = (
            (log10(self.low), log10(self.high), log10(max(value, self.low)))
            if self.logarithmic
            else (self.low, self.high, value)
        )
        return min(1.0, max(0.0, (value - low) / (high - low)))


SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


def share_axis(label: str, high: float = 1.0) -> Axis:
    """0 to `high`, in per cent."""
    return Axis(label, 0.0, high, tuple(share * high for share in SHARES), lambda share: f"{100 * share:.3g}%")


def count_axis(label: str, highest: float) -> Axis:
    """From 0 to a round number over `highest`."""
    step = 10 ** floor(log10(highest)) if highest > 0 else 1.0
    step = next(each for each in (step / 5, step / 2, step, 2 * step, 5 * step) if highest / each <= 6)
    count = max(1, ceil(highest / step))
    return Axis(label, 0.0, step * count, tuple(step * number for number in range(count + 1)), short)


def size_axis(label: str, values: Sequence[float]) -> Axis:
    """Powers of ten around all values, on a logarithmic scale."""
    low, high = floor(log10(max(1.0, min(values)))), ceil(log10(max(1.0, *values)))
    high = max(high, low + 1)
    return Axis(
        label, 10.0**low, 10.0**high, tuple(10.0**power for power in range(low, high + 1)), short, logarithmic=True
    )


def short(value: float) -> str:
    """A count in few characters: 950, 10k, 1.5M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}"


def bars(groups: Sequence[Group], *, high: float = 1.0) -> Markup:
    """Horizontal bars from 0 to `high`, grouped; the value stands at the right."""
    left, right = LABEL_WIDTH, BARS_WIDTH - 60
    parts, y = [], 6.0
    for group in groups:
        parts.append(
            element("text", _cut(group.label, 60), element("title", group.label), x=0, y=y + 12, class_="group")
        )
        y += HEAD
        for bar in group.bars:
            parts.append(_bar(bar, y, left, right, high))
            y += BAR + BAR_GAP
        y += GROUP_GAP
    grid = [
        element("line", x1=x, x2=x, y1=0, y2=y - GROUP_GAP, class_="grid")
        for x in (left + share * (right - left) for share in SHARES)
    ]
    marks = [
        element("text", f"{share * high:.3g}", x=left + share * (right - left), y=y - 2, class_="tick middle")
        for share in SHARES
    ]
    return _drawing(BARS_WIDTH, y + 4, "bars", grid, parts, marks)


def _bar(bar: Bar, y: float, left: float, right: float, high: float) -> Markup:
    def at(value: float) -> float:
        return left + min(1.0, max(0.0, value / high)) * (right - left)

    middle = y + BAR / 2
    told = f"{bar.name}: {bar.value:.4f} ± {bar.error:.4f}"
    error = (
        joined(
            element("line", x1=at(bar.value - bar.error), x2=at(bar.value + bar.error), y1=middle, y2=middle),
            [
                element("line", x1=x, x2=x, y1=middle - 3, y2=middle + 3)
                for x in (at(bar.value - bar.error), at(bar.value + bar.error))
            ],
        )
        if bar.error > 0
        else None
    )
    return element(
        "g",
        element("title", told),
        element("text", _cut(bar.name, MOST_TEXT), x=left - 8, y=middle + 4, class_="label end"),
        element(
            "rect", x=left, y=y, width=max(0.5, at(bar.value) - left), height=BAR, rx=2, class_=_colour(bar.colour)
        ),
        element("g", error, class_="error") if error else None,
        element("text", f"{bar.value:.3f}", x=right + 10, y=middle + 4, class_="value"),
    )


WIDTH: Final = 300
HEIGHT: Final = 250
LEFT: Final = 46
RIGHT: Final = 12
TOP: Final = 12
BOTTOM: Final = 40


def curves(
    given: Sequence[Curve],
    x: Axis,
    y: Axis,
    *,
    limit: Sequence[tuple[float, float]] = (),
    width: float = WIDTH,
    height: float = HEIGHT,
) -> Markup:
    """Lines over two axes, and a dotted `limit` under them. The legend is the page's business."""
    plot = _Plot(x, y, width, height)
    dotted = [element("path", d=plot.path(limit), class_="limit")] if limit else []
    lines = [
        element(
            "g",
            element("title", curve.name),
            element(
                "path",
                d=plot.path(curve.points),
                class_=f"line {_colour(curve.colour, 's')}{' dashed' if curve.dashed else ''}",
            ),
            [element("circle", cx=plot.x(a), cy=plot.y(b), r=3, class_=_colour(curve.colour)) for a, b in curve.points]
            if curve.dots
            else None,
        )
        for curve in given
    ]
    return plot.drawn("plot", [*dotted, *lines])


@dataclass(frozen=True, slots=True)
class Claim:
    """Cases of about one confidence: what was claimed, what came true, and between which shares that lies."""

    claimed: float
    share: float
    low: float
    high: float
    cases: int


def diagram(claims: Sequence[Claim], x: Axis, y: Axis, colour: int) -> Markup:
    """The reliability diagram: on the diagonal, what is claimed is what comes true. A larger dot has more cases."""
    plot = _Plot(x, y, WIDTH, HEIGHT)
    most = max((claim.cases for claim in claims), default=1)
    dots = [
        element(
            "g",
            element(
                "title",
                f"{100 * claim.claimed:.0f}% → {100 * claim.share:.0f}% "
                f"({100 * claim.low:.0f}–{100 * claim.high:.0f}%), {claim.cases} cases",
            ),
            element(
                "line", x1=plot.x(claim.claimed), x2=plot.x(claim.claimed),
                y1=plot.y(claim.low), y2=plot.y(claim.high), class_=f"whisker {_colour(colour, 's')}",
            ),
            element(
                "circle", cx=plot.x(claim.claimed), cy=plot.y(claim.share),
                r=2.5 + 5.5 * (claim.cases / most) ** 0.5, class_=f"dot {_colour(colour)}",
            ),
        )
        for claim in claims
    ]  # fmt: skip
    ideal = element("line", x1=plot.x(0), y1=plot.y(0), x2=plot.x(1), y2=plot.y(1), class_="ideal")
    return plot.drawn("plot", [ideal, *dots])


class _Plot:
    """A rectangle with two axes."""

    def __init__(self, x: Axis, y: Axis, width: float, height: float) -> None:
        self._x, self._y = x, y
        self._width, self._height = width, height

    def x(self, value: float) -> float:
        return LEFT + self._x.at(value) * (self._width - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return self._height - BOTTOM - self._y.at(value) * (self._height - TOP - BOTTOM)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{'L' if at else 'M'}{self.x(a):.1f} {self.y(b):.1f}" for at, (a, b) in enumerate(points))

    def drawn(self, kind: str, content: Sequence[Markup]) -> Markup:
        left, right = LEFT, self._width - RIGHT
        top, bottom = TOP, self._height - BOTTOM
        grid = [
            joined(
                element("line", x1=left, x2=right, y1=self.y(tick), y2=self.y(tick), class_="grid"),
                element("text", self._y.shown(tick), x=left - 6, y=self.y(tick) + 4, class_="tick end"),
            )
            for tick in self._y.ticks
        ]
        marks = [
            element("text", self._x.shown(tick), x=self.x(tick), y=bottom + 15, class_="tick middle")
            for tick in self._x.ticks
        ]
        names = [
            element("text", self._x.label, x=(left + right) / 2, y=self._height - 6, class_="axis middle"),
            element(
                "text", self._y.label, x=0, y=0, class_="axis middle",
                transform=f"translate(10 {(top + bottom) / 2:.1f}) rotate(-90)",
            ),
        ]  # fmt: skip
        return _drawing(self._width, self._height, kind, grid, marks, names, content)


def _drawing(width: float, height: float, kind: str, *content: Sequence[Markup]) -> Markup:
    return element(
        "svg", content, viewBox=f"0 0 {width:.0f} {height:.0f}", width=width, height=height, class_=kind, role="img"
    )


def _colour(number: int, letter: str = "c") -> str:
    return f"{letter}{number % COLOURS}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
