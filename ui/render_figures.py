"""HTML of the figures page: every figure with its definition, its cohort and its number of cases."""

from __future__ import annotations

from html import escape
from typing import Final

from core.figures import Figure, FigureKind, FiguresReport, Tile
from core.types import Language
from ui.render import bar, button, element
from ui.render_manage import manage_link
from ui.render_plots import codes_plot, days_plot, duration, ratings_plot, waits_plot
from ui.texts import say

PERIODS: Final = (7, 30, 90)
"""Days that can be chosen."""

HEADLINE: Final = (
    "durable_resolution",
    "confirmed_resolution",
    "assumed_resolution",
    "containment",
    "first_response_agent",
    "csat",
)
"""What stands first. The kinds of resolution stand side by side: none of them alone compares with other vendors'."""


def figures_header(language: Language, *, signed_in: bool, account: str | None = None) -> str:
    """Return the bar at the top of the page."""
    brand = element(
        "div",
        element("strong", escape(say("brand", language)))
        + element("span", escape(say("figures.title", language)), classes="zd-tagline"),
        classes="zd-brand-text",
    )
    who = element("span", escape(account), classes="zd-small") if account else ""
    leave = button(say("kb.leave", language), "leave", classes="zd-quiet") if signed_in else ""
    links = manage_link(language) if signed_in else ""
    return bar(brand, who + links + button(say("switch", language), "language", classes="zd-quiet") + leave, language)


def figures_page(report: FiguresReport, language: Language, *, days: int) -> str:
    """Return the whole report: headline, plots, and every figure by what it is about."""
    tiles = {tile.figure.name: tile for group in report.groups for tile in group.tiles}
    headline = "".join(_tile(tiles[name], language) for name in HEADLINE if name in tiles)
    plots = (
        days_plot(report.days, language)
        + codes_plot(report.handovers, language)
        + waits_plot(report.waits, report.waiting, language)
        + ratings_plot(report.ratings, language)
    )
    groups = "".join(
        element("h3", escape(say(f"figures.group.{group.name}", language)))
        + element("div", "".join(_tile(tile, language) for tile in group.tiles), classes="zd-tiles")
        for group in report.groups
    )
    whose = "" if report.whose == "all" else element("p", escape(say(f"figures.whose.{report.whose}", language)))
    return (
        _head(report, days, language)
        + whose
        + element("div", headline, classes="zd-tiles zd-headline")
        + element("div", plots, classes="zd-plots")
        + groups
    )


def _head(report: FiguresReport, days: int, language: Language) -> str:
    segments = "".join(
        element(
            "button",
            escape(say("figures.days", language, days=each)),
            classes="zd-segment",
            type="button",
            data_act="period",
            data_days=each,
            aria_pressed="true" if each == days else "false",
        )
        for each in PERIODS
    )
    refresh = button(say("figures.refresh", language), "period", classes="zd-quiet", days=days)
    told = element("p", escape(say("figures.tagline", language)), classes="zd-small")
    span = element("span", f"{report.period.start:%Y-%m-%d} – {report.days[-1].day if report.days else ''}")
    return element(
        "div",
        element("div", element("h2", span) + told)
        + element("div", element("div", segments, classes="zd-segments", role="group") + refresh, classes="zd-actions"),
        classes="zd-quality-head",
    )


def _tile(tile: Tile, language: Language) -> str:
    at = 0 if language is Language.ZH else 1
    figure = tile.figure
    facts = [say("figures.n", language, n=figure.n), say(f"figures.cohort.{figure.cohort}", language)]
    if figure.open:
        facts.insert(1, say("figures.open", language, open=figure.open))
    return element(
        "section",
        element("h4", escape(tile.title[at]))
        + _value(figure, language)
        + element("div", escape(" · ".join(facts)), classes="zd-tile-facts")
        + element("div", escape(tile.definition[at]), classes="zd-tile-text"),
        classes="zd-tile",
        data_figure=figure.name,
    )


def _value(figure: Figure, language: Language) -> str:
    if figure.hidden:
        key = "figures.few" if figure.n else "figures.none"
        return element("div", escape(say(key, language)), classes="zd-tile-few")
    if figure.kind is FigureKind.DURATION:
        return _times(figure, language)
    if figure.kind is FigureKind.COUNT:
        shown = element("div", f"{figure.n}", classes="zd-tile-value")
        return shown + (_times(figure, language, small=True) if figure.n else "")
    value, low, high = (_number(each, figure.kind) for each in (figure.value, figure.low, figure.high))
    shown = element("div", escape(value), classes="zd-tile-value")
    interval = say("figures.interval", language, low=low, high=high)
    return shown + element("div", escape(interval), classes="zd-tile-facts")


def _times(figure: Figure, language: Language, *, small: bool = False) -> str:
    """Median first; the mean is only a lower end where cases are open."""
    median, p90, mean = (
        say("figures.unknown", language) if each is None else duration(each, language)
        for each in (figure.median, figure.p90, figure.mean)
    )
    if figure.open and figure.kind is FigureKind.DURATION and figure.mean is not None:
        mean = say("figures.at_least", language, value=mean)
    rest = f"{say('figures.p90', language)} {p90} · {say('figures.mean', language)} {mean}"
    if small:
        return element("div", escape(f"{say('figures.median', language)} {median} · {rest}"), classes="zd-tile-facts")
    shown = escape(median) + " " + element("small", escape(say("figures.median", language)))
    return element("div", shown, classes="zd-tile-value") + element("div", escape(rest), classes="zd-tile-facts")


def _number(value: float | None, kind: FigureKind) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if kind is FigureKind.SHARE else f"{value:.2f}".rstrip("0").rstrip(".")
