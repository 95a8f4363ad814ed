"""HTML of the panel on wrong answers: the tolerated share, what it means, and the reliability curve."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import sqrt
from typing import Final

from core.risk import CalibrationSource, Outlook, ReliabilityBin, RiskOf, RiskReport
from core.types import Language
from ui.render import button, element, moment
from ui.texts import say

SIDE: Final = 240
"""Pixels of the reliability curve's square."""

LEFT: Final = 62
BOTTOM: Final = 40
MARGIN: Final = 22
"""Room for numbers and names at its edges."""

LARGEST: Final = 13.0
SMALLEST: Final = 3.0
"""Radius of a dot, whose area grows with its questions."""


def risk_panel(report: RiskReport, language: Language, *, message: str = "") -> str:
    """Return the panel. `static/risk.js` shows the consequences of the choice that the slider stands on."""
    title = element("h2", escape(say("risk.title", language)))
    intro = element("p", escape(say("risk.intro", language)), classes="zd-small")
    left = element("div", _form(report, language) + _basis(report, language), classes="zd-risk-choice")
    return element(
        "section",
        title
        + intro
        + message
        + element("div", left + _curve(report.reliability, language), classes="zd-risk-columns"),
        classes="zd-risk",
    )


def _form(report: RiskReport, language: Language) -> str:
    chosen = report.tolerance
    of = "".join(_counted_in(each, chosen.of, language) for each in RiskOf)
    shares = sorted({each.tolerated for each in report.choices})
    slider = element(
        "label",
        element("span", escape(say("risk.slider", language)), classes="zd-small")
        + _slider(shares, shares.index(chosen.share) if chosen.share in shares else 0),
    )
    outlooks = "".join(_outlook(each, report, shares.index(each.tolerated), language) for each in report.choices)
    buttons = element("button", escape(say("risk.save", language)), classes="zd-button zd-primary", type="submit")
    buttons += button(say("risk.fit", language), "recalibrate", classes="zd-quiet")
    field = element("fieldset", element("legend", escape(say("risk.of", language)), classes="zd-small") + of)
    share = f'<input type="hidden" name="share" value="{chosen.share}">'
    return element(
        "form",
        field + slider + share + outlooks + element("div", buttons, classes="zd-actions"),
        classes="zd-risk-form",
        data_act="tolerate",
    )


def _counted_in(of: RiskOf, chosen: RiskOf, language: Language) -> str:
    checked = " checked" if of is chosen else ""
    radio = f'<input type="radio" name="of" value="{of.value}"{checked}>'
    return element("label", radio + " " + escape(say(f"risk.of.{of.value}", language)), classes="zd-risk-of")


def _slider(shares: Sequence[float], at: int) -> str:
    last = max(0, len(shares) - 1)
    return f'<input type="range" class="zd-risk-slider" min="0" max="{last}" step="1" value="{at}">'


def _outlook(outlook: Outlook, report: RiskReport, at: int, language: Language) -> str:
    """What a choice means. All but the one in force are hidden until the slider stands on them."""
    share = f"{100 * outlook.tolerated:g}"
    heading = element("h3", escape(say(f"risk.share.{outlook.of.value}", language, portion=share)))
    right = outlook.answered - outlook.wrong_of_questions
    parts = (
        ("good", "risk.right", right),
        ("bad", "risk.wrong", outlook.wrong_of_questions),
        ("rest", "risk.handed", 1 - outlook.answered),
    )
    bar = "".join(
        element("span", "", classes=f"zd-risk-{kind}", style=f"flex-grow:{each:.4f}") for kind, _, each in parts
    )
    legend = "".join(
        element("li", escape(say(key, language, portion=_percent(each))), classes=f"zd-risk-{kind}")
        for kind, key, each in parts
    )
    more = say("risk.silent", language)
    if outlook.threshold is not None:
        told = {"right": _percent(outlook.right_answered), "wrong": _percent(outlook.wrong_of_answers)}
        more = say("risk.more", language, **told)
    in_force = (outlook.tolerated, outlook.of) == (report.tolerance.share, report.tolerance.of)
    return element(
        "div",
        heading
        + element("div", bar, classes="zd-risk-bar", role="img", aria_label=say("risk.bar", language))
        + element("ul", legend, classes="zd-risk-legend")
        + element("p", escape(more), classes="zd-small"),
        classes="zd-risk-outlook",
        data_at=at,
        data_of=outlook.of.value,
        data_share=outlook.tolerated,
        hidden=not in_force,
    )


def _basis(report: RiskReport, language: Language) -> str:
    if report.source is CalibrationSource.OWN:
        told = escape(say("risk.own", language, questions=report.questions, moment="\0"))
        return element("p", told.replace("\0", moment(report.fitted_at)), classes="zd-small zd-risk-basis")
    text = say(
        "risk.start" if report.source is CalibrationSource.START else "risk.shipped",
        language,
        from_score=f"{report.outlook.threshold or 0:g}",
        questions=report.questions,
        needed=report.questions_needed,
        unanswerable=report.unanswerable_needed,
        own=report.own_questions,
    )
    return element("p", escape(text), classes="zd-small zd-risk-basis")


def _curve(bins: Sequence[ReliabilityBin], language: Language) -> str:
    """The reliability curve as inline SVG, with a text for each dot."""
    width, height = LEFT + SIDE + MARGIN, MARGIN + SIDE + BOTTOM
    most = max((each.questions for each in bins), default=1)
    grid = "".join(
        f'<path class="zd-grid" d="M{_x(at)} {_y(0)}V{_y(1)}M{_x(0)} {_y(at)}H{_x(1)}"/>'
        f'<text x="{_x(at)}" y="{_y(0) + 16}" text-anchor="middle">{_percent(at)}</text>'
        f'<text x="{_x(0) - 6}" y="{_y(at) + 4}" text-anchor="end">{_percent(at)}</text>'
        for at in (0.0, 0.5, 1.0)
    )
    line = " ".join(f"{_x(each.mean_probability)},{_y(each.right_share)}" for each in bins)
    dots = "".join(_dot(each, most, language) for each in bins)
    x_name, y_name = escape(say("risk.curve.x", language)), escape(say("risk.curve.y", language))
    names = (
        f'<text class="zd-axis" x="{_x(0.5)}" y="{height - 6}" text-anchor="middle">{x_name}</text>'
        f'<text class="zd-axis" transform="rotate(-90)" x="{-_y(0.5)}" y="12" text-anchor="middle">{y_name}</text>'
    )
    title = escape(say("risk.curve", language))
    drawn = (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{grid}'
        f'<path class="zd-ideal" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>'
        f'<polyline points="{line}"/>{dots}{names}</svg>'
    )
    help_text = element("figcaption", escape(say("risk.curve.help", language)), classes="zd-small")
    return element("figure", element("h3", title) + drawn + help_text, classes="zd-risk-curve")


def _dot(each: ReliabilityBin, most: int, language: Language) -> str:
    radius = max(SMALLEST, LARGEST * sqrt(each.questions / most))
    told = say(
        "risk.curve.point",
        language,
        questions=each.questions,
        claimed=_percent(each.mean_probability),
        right=_percent(each.right_share),
    )
    return (
        f'<circle cx="{_x(each.mean_probability)}" cy="{_y(each.right_share)}" r="{radius:.1f}">'
        f"<title>{escape(told)}</title></circle>"
    )


def _x(share: float) -> float:
    return round(LEFT + SIDE * share, 1)


def _y(share: float) -> float:
    return round(MARGIN + SIDE * (1 - share), 1)


def _percent(share: float) -> str:
    """Tenths only where they matter: «4.5 %», but «58 %»."""
    percent = 100 * share
    return f"{percent:.1f} %" if 0 < percent < 10 and round(percent, 1) != round(percent) else f"{percent:.0f} %"
