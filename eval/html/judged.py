"""Knowing when not to answer: the risk–coverage curve and the reliability diagram of each set."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final

from core.risk import RiskOf
from eval.html.gathering import Gathered, Shown
from eval.html.markup import Markup, element
from eval.html.svg import Claim, Curve, curves, diagram, share_axis
from eval.html.words import KINDS, figure, folded, heading, legend, note
from eval.measures.reliability import reliability
from eval.measures.risk_coverage import risk_coverage
from eval.runs import Judgement, RunKind

POINTS: Final = 200
"""Points of a curve that a drawing of this size can show."""

FIRST: Final = 5
"""Answered cases from which on a curve is drawn: the share of wrong ones among two says nothing."""

FEWEST: Final = 10
"""Judged cases from which on a curve says something."""

Z: Final = 1.96

TODAY: Final = "当前阈值 threshold in use"


def risk_curves(gathered: Gathered) -> list[Markup]:
    """A drawing for each set with judged cases."""
    panels: list[Markup] = []
    labels: dict[str, None] = {}
    for kind in RunKind:
        for suite, shown in gathered.of(kind).items():
            judged = [(each, found) for each in shown if len(found := judgements(each)) >= FEWEST]
            if not judged:
                continue
            labels.update(dict.fromkeys(each.label for each, _ in judged))
            lines = [_curve(each.label, gathered.colours[each.label], found) for each, found in judged]
            lines += [_chosen(each, gathered.colours[each.label]) for each, _ in judged if _acts(each)]
            highest = max(risk for line in lines for _, risk in line.points)
            drawing = curves(
                lines,
                share_axis("回答比例 · answered"),
                share_axis("其中答错 · wrong", _round_up(highest)),
                limit=_tolerated(judged[0][0], _round_up(highest)),
            )
            panels.append(figure(suite, drawing, small=_caption(kind, judged[0])))
    if not panels:
        return []
    return [
        heading(2, "风险与覆盖", "Risk and coverage"),
        note(
            "只回答最有把握的问题时，其中答错的比例。越往右回答得越多；曲线越低越好。圆点是当前阈值，点线是允许的上限。",
            "The share of wrong answers if only the surest questions are answered. Further right more is answered; lower is better. "
            "The dot is the threshold in use, the dotted line what is tolerated.",
        ),
        legend([(label, gathered.colours[label], False) for label in labels]) if len(labels) > 1 else Markup(""),
        element("div", panels, class_="panels"),
    ]


def calibration(gathered: Gathered) -> list[Markup]:
    """A reliability diagram for each set and system with judged cases."""
    panels: list[Markup] = []
    others: list[Markup] = []
    for kind in RunKind:
        for suite, shown in gathered.of(kind).items():
            for each in shown:
                found = judgements(each)
                if len(found) < FEWEST:
                    continue
                name = suite if len(shown) == 1 else f"{suite} · {each.label}"
                (panels if each.product else others).append(
                    figure(
                        name,
                        diagram(
                            claims(found),
                            share_axis("声称的把握 · claimed"),
                            share_axis("实际答对 · right"),
                            gathered.colours[each.label],
                        ),
                        small=_caption(kind, (each, found)),
                    )
                )
    if not panels:
        panels, others = others, []
    if not panels:
        return []
    return [
        heading(2, "校准", "Calibration"),
        note(
            "说有八成把握的问题，是否真有八成答对：在虚线上最好，线下是过于自信。点越大，问题越多；竖线为 95% 置信区间。",
            "Of the questions called 80 % sure, are 80 % right? On the dotted line is best, below it is overconfident. "
            "Larger dots have more cases; bars are 95 % intervals (Wilson).",
        ),
        element("div", panels, class_="panels"),
        folded("其他系统", "other systems", element("div", others, class_="panels")) if others else Markup(""),
    ]


def judgements(each: Shown) -> list[Judgement]:
    """The judged cases of a system."""
    return [case.judgement for case in each.system.cases if case.judgement is not None]


def claims(found: Sequence[Judgement]) -> list[Claim]:
    """The bins of the diagram with Wilson's interval of their share."""
    bins = reliability([each.confidence for each in found], [each.right for each in found])
    return [Claim(each.confidence, each.share, *wilson(each.share, each.cases), each.cases) for each in bins]


def wilson(share: float, cases: int) -> tuple[float, float]:
    """The 95 % interval of a share, sensible for few cases and at 0 and 1 too.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 1927.
    """
    middle = share + Z * Z / (2 * cases)
    half = Z * sqrt(share * (1 - share) / cases + Z * Z / (4 * cases * cases))
    whole = 1 + Z * Z / cases
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def _curve(label: str, colour: int, found: Sequence[Judgement]) -> Curve:
    points = risk_coverage([each.confidence for each in found], [each.right for each in found])
    points = [point for point in points if point.coverage * len(found) >= FIRST]
    step = max(1, len(points) // POINTS)
    kept = [*points[:-1:step], points[-1]]
    return Curve(label, colour, tuple((point.coverage, point.risk) for point in kept))


def _acts(each: Shown) -> bool:
    return {"answered_share", "wrong_in_answers"} <= set(each.system.measures)


def _chosen(each: Shown, colour: int) -> Curve:
    """What the system did with the threshold that it had."""
    point = each.system.measures["answered_share"].value, each.system.measures["wrong_in_answers"].value
    return Curve(f"{each.label} {TODAY}", colour, (point,), dots=True)


def _tolerated(each: Shown, highest: float) -> list[tuple[float, float]]:
    """The most that the operator tolerates: a share of the answers, or of all questions whether answered or not."""
    share, of = each.run.settings.get("tolerated"), each.run.settings.get("of")
    if not isinstance(share, float) or not 0 < share <= highest:
        return []
    if of == RiskOf.QUESTIONS:
        first = max(share / highest, share)
        return [(first + (1 - first) * step / 40, share / (first + (1 - first) * step / 40)) for step in range(41)]
    return [(0.0, share), (1.0, share)]


def _round_up(share: float) -> float:
    return next((step for step in (0.1, 0.2, 0.4, 0.6, 0.8) if share <= step), 1.0)


def _caption(kind: RunKind, first: tuple[Shown, Sequence[Judgement]]) -> str:
    each, found = first
    shown = [KINDS[kind][0], f"{len(found)} cases"]
    shown += [f"{name} {each.system.measures[name].value:.3f}" for name in ("auroc",) if name in each.system.measures]
    return " · ".join(shown)
