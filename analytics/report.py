"""All figures of a period at once, with what plots need. And whose work they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Final

from analytics.facts import Facts
from analytics.figures import assistant, service, waiting
from analytics.figures.cases import Case, figure
from analytics.figures.catalogue import BY_CODE, GROUPS
from analytics.figures.definitions import definition_of
from core.figures import DayCounts, Figure, FiguresReport, Period, Tile, TileGroup, WaitCounts
from core.types import HandoverCode

WAITS_S: Final = (10.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0, None)
"""Upper ends of the bars of waiting times: seconds, minutes, hours, a day."""

MOST_DAYS: Final = 400


def report(facts: Facts, period: Period, *, whose: str = "all") -> FiguresReport:
    """Every figure of the period."""
    waited = waiting.first_response_agent(facts, period)
    shown = _by_code(facts, period)
    return FiguresReport(
        period=period,
        whose=whose,
        groups=tuple(
            TileGroup(name, tuple(tile(figure(measure, facts, period)) for measure in group))
            for name, group in GROUPS.items()
        ),
        handovers=tuple(tile(replace(each, hits=count)) for each, count in shown),
        days=tuple(_days(facts, period)),
        waits=tuple(_waits(waited, waiting.first_response_any(facts, period))),
        waiting=sum(case.open for case in waited),
        ratings=_ratings(facts, period),
    )


def _by_code(facts: Facts, period: Period) -> list[tuple[Figure, int]]:
    """The rules that handed over, each with its share and its number of episodes, the most frequent first."""
    counted: Counter[HandoverCode] = Counter()
    for each in facts.episodes:
        if period.holds(each.started_at) and assistant.involved(each):
            counted.update({handed.code for handed in each.handed})
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [(figure(BY_CODE[code], facts, period), count) for code, count in ordered]


def tile(told: Figure) -> Tile:
    """A figure with its words."""
    words = definition_of(told.name)
    return Tile(told, words.title, words.text)


def narrowed(facts: Facts, agents: Collection[str], names: Collection[str]) -> Facts:
    """Only what some agents had a part in.

    Args:
        agents: numbers of their accounts.
        names: their names, as suggestions know them.
    """
    episodes = tuple(each for each in facts.episodes if not set(agents).isdisjoint(each.agents))
    own = {each.episode_id for each in episodes}
    return replace(
        facts,
        episodes=episodes,
        tickets=tuple(
            each
            for each in facts.tickets
            if each.episode_id in own or not set(agents).isdisjoint(name for _, name in each.owners)
        ),
        surveys=tuple(each for each in facts.surveys if each.episode_id in own),
        suggestions=tuple(each for each in facts.suggestions if each.shown_to in names),
    )


def _days(facts: Facts, period: Period) -> list[DayCounts]:
    """Each day of the period, the empty ones too, up to now."""
    counted: dict[str, Counter[str]] = {}
    for each in facts.episodes:
        if period.holds(each.started_at) and assistant.involved(each):
            counts = counted.setdefault(each.started_at.date().isoformat(), Counter())
            counts["involved"] += 1
            counts["contained"] += assistant.contained(each)
            counts["confirmed"] += assistant.confirmed(each)
            counts["assumed"] += assistant.assumed(each)
            counts["handed_over"] += assistant.handed_over(each)
    names = ("involved", "contained", "confirmed", "assumed", "handed_over")
    last = min(period.end - timedelta(microseconds=1), facts.now).date()
    days = [period.start.date() + timedelta(days=at) for at in range(MOST_DAYS)]
    return [
        DayCounts(day, *(counted.get(day.isoformat(), Counter())[name] for name in names))
        for day in days
        if day <= last
    ]


def _waits(by_agent: list[Case], by_anybody: list[Case]) -> list[WaitCounts]:
    """Waits that ended, by their length."""
    lower = [-1.0, *(end for end in WAITS_S if end is not None), float("inf")]
    return [
        WaitCounts(
            end,
            *(sum(not case.open and low < case.value <= high for case in cases) for cases in (by_agent, by_anybody)),
        )
        for end, (low, high) in zip(WAITS_S, pairwise(lower), strict=True)
    ]


def _ratings(facts: Facts, period: Period) -> tuple[int, ...]:
    given = Counter(int(case.value) for case in service.satisfaction(facts, period))
    return tuple(given[score] for score in range(1, 6))
