"""Headings and small parts that several sections use. Chinese first, English beside it, as the pages of the product have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from eval.html.markup import Child, Markup, element
from eval.runs import RunKind

KINDS: Final[Mapping[RunKind, tuple[str, str]]] = {
    RunKind.RETRIEVAL: ("检索", "Retrieval"),
    RunKind.ANSWERS: ("回答", "Answers"),
    RunKind.REFUSAL: ("拒答", "Refusal"),
    RunKind.NLU: ("理解", "Understanding"),
    RunKind.LATENCY: ("速度", "Latency"),
    RunKind.GOLD: ("标准问题", "Gold set"),
    RunKind.HANDOVER: ("转人工", "Hand-over"),
}


def heading(level: int, zh: str, en: str) -> Markup:
    """A heading in both languages."""
    return element(f"h{level}", zh, element("small", en))


def note(zh: str, en: str) -> Markup:
    """What a reader needs to know to read a drawing."""
    return element("p", zh, element("br"), en, class_="note")


def figure(caption: Child, drawing: Markup, *, small: Child = None, wide: bool = False) -> Markup:
    """A drawing with its caption."""
    return element(
        "figure",
        element("figcaption", caption, element("small", " ", small) if small else None) if caption else None,
        drawing,
        class_="wide" if wide else None,
    )


def legend(names: Sequence[tuple[str, int, bool]]) -> Markup:
    """Names with the colour of their lines; the third says whether the line is dashed."""
    items = []
    for name, colour, dashed in names:
        line = element("line", x1=0, x2=22, y1=5, y2=5, class_=f"line s{colour % 8}{' dashed' if dashed else ''}")
        items.append(element("li", element("svg", line, width=22, height=10, viewBox="0 0 22 10"), name))
    return element("ul", items, class_="legend")


def grid(headings: Sequence[tuple[str, bool]], rows: Sequence[Sequence[Markup]]) -> Markup:
    """A table that scrolls by itself where the page is narrow; the headings say which columns are numbers."""
    head = element("tr", [element("th", name, class_="n" if number else None) for name, number in headings])
    return element(
        "div",
        element("table", element("thead", head), element("tbody", [element("tr", row) for row in rows])),
        class_="scroll",
    )


def folded(zh: str, en: str, content: Markup) -> Markup:
    """Something that opens when asked for."""
    return element("details", element("summary", f"{zh} · {en}"), content)
