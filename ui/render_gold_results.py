"""HTML of one question's result: what to make of it, why, and what it cited. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core.gold import CitedPlace, GoldResult, Verdict
from core.types import Language
from ui.render import element
from ui.texts import say


def verdict_pill(verdict: Verdict, language: Language) -> str:
    """Return a small label that says what to make of an answer."""
    return element(
        "span",
        escape(say(f"verdict.{verdict}", language)),
        classes=f"zd-pill zd-verdict-{verdict}",
        title=say(f"verdict.{verdict}.help", language),
    )


def why(result: GoldResult, language: Language) -> str:
    """Return why a result isn't as it should be, and whether its question needs a look."""
    reasons: list[str] = []
    if result.verdict is Verdict.WRONG and not result.answerable:
        reasons.append(say("gold.why.unanswerable", language))
    elif result.verdict is Verdict.WRONG:
        if not result.cited:
            reasons.append(say("gold.why.source", language))
        if result.missing:
            reasons.append(say("gold.why.missing", language, facts="; ".join(result.missing)))
    elif result.verdict is Verdict.MISSED:
        reasons.append(say("gold.why.found" if result.found else "gold.why.not_found", language))
    told = element("p", escape(" · ".join(reasons)), classes="zd-small zd-because") if reasons else ""
    stale = element("p", escape(say("gold.stale", language)), classes="zd-warning") if result.stale else ""
    return told + stale


def cited_places(places: Sequence[CitedPlace], language: Language) -> str:
    """Return the sources of an answer as a list."""
    if not places:
        return element("p", escape(say("gold.no_sources", language)), classes="zd-small")
    items = "".join(
        element(
            "li",
            element("b", escape(_where(place, language))) + (element("q", escape(place.quote)) if place.quote else ""),
        )
        for place in places
    )
    return element("ol", items, classes="zd-cited")


def _where(place: CitedPlace, language: Language) -> str:
    parts = [place.document, say("version", language, version=place.version)]
    if place.page:
        parts.append(say("page", language, page=place.page))
    return " · ".join(parts)
