"""Promises kept, work handed around and taken up again, what customers said of it, and suggestions used."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from analytics.facts import By, Category, EpisodeFacts, Facts, SurveyKind, Use
from analytics.figures.cases import Case, days
from core.figures import Period

REOPEN_DAYS: Final = 7

HANDLING_CAP_S: Final = 3600.0
"""An agent who answers again hours later hasn't worked on it all the time."""

REPLY_S: Final = 60.0
"""What writing one message takes at least, for an episode with a single one."""


def sla_attainment(facts: Facts, period: Period) -> list[Case]:
    """Deadlines of the period that were met, among those that were met or missed.

    One that is passed without the thing being done is missed, whether or not it is done later.
    """
    cases = []
    for ticket in facts.tickets:
        for each in ticket.deadlines:
            passed = each.due_at <= facts.now
            waits = each.paused and each.met_at is None
            if period.holds(each.due_at) and passed and not waits:
                met = each.met_at is not None and each.met_at <= each.due_at
                cases.append(Case(f"ticket {ticket.ticket_id}", float(met), open=each.met_at is None))
    return cases


def backlog(facts: Facts, period: Period) -> list[Case]:
    """Tickets that waited for somebody here at the period's end, with their ages in seconds."""
    at = min(period.end, facts.now)
    cases = []
    for each in facts.tickets:
        before = [phase for phase in each.phases if phase.at <= at]
        if before and before[-1].category is Category.ACTIVE:
            cases.append(Case(f"ticket {each.ticket_id}", (at - each.created_at).total_seconds(), open=True))
    return cases


def transfers(facts: Facts, period: Period) -> list[Case]:
    """How often a ticket went from one person to another, over those that somebody had."""
    cases = []
    for each in facts.tickets:
        owners = [name for _, name in each.owners if name]
        if owners and period.holds(each.created_at):
            changes = sum(now != last for last, now in pairwise(owners))
            cases.append(Case(f"ticket {each.ticket_id}", float(changes), open=not each.resolved))
    return cases


def reopened(facts: Facts, period: Period) -> list[Case]:
    """Tickets that their customers took up again within a week of a solution; only those whose week is over."""
    cases = []
    for each in facts.tickets:
        solved = [moment for moment in each.resolved if period.holds(moment)]
        if not solved or solved[0] + days(REOPEN_DAYS) > facts.now:
            continue
        back = [phase.at for phase in each.reopened if phase.by is By.CUSTOMER]
        soon = any(moment <= at <= moment + days(REOPEN_DAYS) for moment in solved for at in back)
        cases.append(Case(f"ticket {each.ticket_id}", float(soon)))
    return cases


def one_touch(facts: Facts, period: Period) -> list[Case]:
    """Solved tickets that took exactly one reply of a person."""
    solved = [each for each in facts.tickets if each.resolved and period.holds(each.resolved[-1])]
    return [Case(f"ticket {each.ticket_id}", float(len(each.replies) == 1)) for each in solved]


def handling_s(episode: EpisodeFacts) -> float:
    """Seconds that a person worked on an episode: first to last message, at least a minute, at most an hour."""
    wrote = [said.at for said in episode.messages(By.AGENT)]
    if not wrote:
        return 0.0
    return min(HANDLING_CAP_S, max(REPLY_S, (wrote[-1] - wrote[0]).total_seconds()))


def handle_time(facts: Facts, period: Period) -> list[Case]:
    """Time that a person spent on an episode, over those in which one wrote."""
    helped = [each for each in facts.episodes if period.holds(each.started_at) and each.messages(By.AGENT)]
    return [Case(f"episode {each.episode_id}", handling_s(each), open=each.ended is None) for each in helped]


# What customers said


def satisfied(facts: Facts, period: Period) -> list[Case]:
    """Ratings of 4 and 5 among all."""
    return [Case(case.case_id, float(case.value >= 4)) for case in satisfaction(facts, period)]


def satisfaction(facts: Facts, period: Period) -> list[Case]:
    """Ratings of 1 to 5."""
    return [
        Case(f"survey {each.survey_id}", float(each.score))
        for each in facts.surveys
        if each.kind is SurveyKind.CSAT and each.score is not None and 1 <= each.score <= 5
        if period.holds(each.rated_at)
    ]


def satisfied_with(who: Callable[[EpisodeFacts], bool]) -> Callable[[Facts, Period], list[Case]]:
    """As `satisfied`, of the episodes that fit."""

    def cases(facts: Facts, period: Period) -> list[Case]:
        fits = {each.episode_id for each in facts.episodes if who(each)}
        about = {f"survey {each.survey_id}" for each in facts.surveys if each.episode_id in fits}
        return [case for case in satisfied(facts, period) if case.case_id in about]

    return cases


def by_assistant(episode: EpisodeFacts) -> bool:
    """Only the assistant replied."""
    return bool(episode.messages(By.ASSISTANT)) and not episode.messages(By.AGENT)


def by_both(episode: EpisodeFacts) -> bool:
    """The assistant and a person replied."""
    return bool(episode.messages(By.ASSISTANT)) and bool(episode.messages(By.AGENT))


def by_agent(episode: EpisodeFacts) -> bool:
    """Only a person replied."""
    return bool(episode.messages(By.AGENT)) and not episode.messages(By.ASSISTANT)


def survey_response(facts: Facts, period: Period) -> list[Case]:
    """Surveys about satisfaction that were answered, among those that reached the customer in the period."""
    reached = [each for each in facts.surveys if each.kind is SurveyKind.CSAT and period.holds(each.delivered_at)]
    return [Case(f"survey {each.survey_id}", float(each.score is not None), each.score is None) for each in reached]


def promoters(facts: Facts, period: Period) -> list[Case]:
    """100 points for a 9 or 10, -100 for a 6 or less; the mean is the net promoter score.

    Reichheld, "The one number you need to grow", Harvard Business Review 2003.
    """
    return [
        Case(f"survey {each.survey_id}", 100.0 if each.score >= 9 else -100.0 if each.score <= 6 else 0.0)
        for each in facts.surveys
        if each.kind is SurveyKind.NPS and each.score is not None and 0 <= each.score <= 10
        if period.holds(each.rated_at)
    ]


# Suggestions


def suggestions(*uses: Use) -> Callable[[Facts, Period], list[Case]]:
    """Cases of the share of the drafts shown of which an agent made one of these uses."""

    def cases(facts: Facts, period: Period) -> list[Case]:
        shown = [each for each in facts.suggestions if period.holds(each.shown_at)]
        return [
            Case(f"suggestion {each.suggestion_id}", float(each.use in uses), open=each.use is Use.SHOWN)
            for each in shown
        ]

    return cases


def time_to_use(facts: Facts, period: Period) -> list[Case]:
    """From the showing of a draft to its use, over those that were used."""
    return [
        Case(f"suggestion {each.suggestion_id}", (each.used_at - each.shown_at).total_seconds())
        for each in facts.suggestions
        if each.used_at is not None and each.use in {Use.ACCEPTED, Use.EDITED} and period.holds(each.shown_at)
    ]
