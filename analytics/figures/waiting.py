"""How long customers wait for a reply and for a solution. The assistant's speed never hides people's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from analytics.facts import By, Category, EpisodeFacts, Facts, TicketFacts
from analytics.figures.cases import Case, elapsed, first
from core.figures import Period


def first_response_agent(facts: Facts, period: Period) -> list[Case]:
    """From the moment at which a person became due to the first message of one."""
    cases = []
    for each in facts.episodes:
        due = each.handed[0].at if each.handed else None
        if due is not None and period.holds(due):
            replied = first((said.at for said in each.messages(By.AGENT)), since=due)
            cases.append(_waited(f"episode {each.episode_id}", due, replied, _over(each), facts.now))
    for ticket in facts.tickets:
        if ticket.episode_id is None and period.holds(ticket.created_at):
            replied = first(ticket.replies, since=ticket.created_at)
            over = ticket.resolved[0] if ticket.resolved else None
            cases.append(_waited(f"ticket {ticket.ticket_id}", ticket.created_at, replied, over, facts.now))
    return cases


def first_response_any(facts: Facts, period: Period) -> list[Case]:
    """From the customer's first message to the first that isn't automatic, whoever wrote it."""
    cases = []
    for each in facts.episodes:
        asked = next((said.at for said in each.messages(By.CUSTOMER)), None)
        if asked is not None and period.holds(asked):
            wrote = (said.at for by in (By.ASSISTANT, By.AGENT) for said in each.messages(by))
            cases.append(
                _waited(f"episode {each.episode_id}", asked, first(wrote, since=asked), _over(each), facts.now)
            )
    return cases


def next_response(facts: Facts, period: Period) -> list[Case]:
    """Once a person has replied: from the first message of the customer that is unanswered to the next reply.

    One case for each such turn. What the assistant or the system writes changes nothing.
    """
    cases = []
    for each in facts.episodes:
        for asked, replied in _turns(each):
            if period.holds(asked):
                cases.append(_waited(f"episode {each.episode_id}", asked, replied, _over(each), facts.now))
    return cases


def _turns(episode: EpisodeFacts) -> Iterator[tuple[datetime, datetime | None]]:
    """When a customer began to wait for a person who had replied before, and when that ended."""
    replied, waiting = False, None
    for said in episode.said:
        if said.automatic:
            continue
        if said.by is By.AGENT:
            if waiting is not None:
                yield waiting, said.at
            replied, waiting = True, None
        elif said.by is By.CUSTOMER and replied and waiting is None:
            waiting = said.at
    if waiting is not None:
        yield waiting, None


def _over(episode: EpisodeFacts) -> datetime | None:
    return None if episode.ended is None else episode.ended.at


def _waited(case_id: str, since: datetime, until: datetime | None, over: datetime | None, now: datetime) -> Case:
    """A wait that ended with a reply, or without one: then it is known to have lasted until the end, or until now."""
    seconds, unanswered = elapsed(since, until, now=now if over is None else max(over, since))
    return Case(case_id, seconds, open=unanswered)


def first_resolution(facts: Facts, period: Period) -> list[Case]:
    """From the making of a ticket to its first solution."""
    return [_solved(each, each.resolved[:1], facts.now) for each in _created(facts, period)]


def full_resolution(facts: Facts, period: Period) -> list[Case]:
    """From the making of a ticket to its last solution; one that was taken up again isn't solved."""
    return [_solved(each, _last(each), facts.now) for each in _created(facts, period)]


def agent_resolution(facts: Facts, period: Period) -> list[Case]:
    """As `full_resolution`, without the time in which the customer had to do something."""
    cases = []
    for each in _created(facts, period):
        whole = _solved(each, _last(each), facts.now)
        paused = sum(_spent(each, {Category.CUSTOMER}, until=next(iter(_last(each)), facts.now)))
        cases.append(Case(whole.case_id, max(0.0, whole.value - paused), whole.open))
    return cases


def requester_wait(facts: Facts, period: Period) -> list[Case]:
    """Time in which somebody here, or a third party, had to do something."""
    return _in_states(facts, period, {Category.ACTIVE, Category.HELD})


def agent_wait(facts: Facts, period: Period) -> list[Case]:
    """Time in which the customer had to do something."""
    return _in_states(facts, period, {Category.CUSTOMER})


def _in_states(facts: Facts, period: Period, states: set[Category]) -> list[Case]:
    return [
        Case(f"ticket {each.ticket_id}", sum(_spent(each, states, until=facts.now)), open=not _last(each))
        for each in _created(facts, period)
    ]


def _created(facts: Facts, period: Period) -> list[TicketFacts]:
    return [each for each in facts.tickets if period.holds(each.created_at)]


def _last(ticket: TicketFacts) -> list[datetime]:
    """When it was solved for good, as far as is known."""
    solved = ticket.phases and ticket.phases[-1].category is Category.DONE
    return ticket.resolved[-1:] if solved else []


def _solved(ticket: TicketFacts, solved: list[datetime], now: datetime) -> Case:
    seconds, still = elapsed(ticket.created_at, next(iter(solved), None), now=now)
    return Case(f"ticket {ticket.ticket_id}", seconds, open=still)


def _spent(ticket: TicketFacts, states: set[Category], *, until: datetime) -> Iterable[float]:
    """Seconds of each stretch that the ticket was in one of the states."""
    ends = [*(phase.at for phase in ticket.phases[1:]), until]
    for phase, end in zip(ticket.phases, ends, strict=True):
        if phase.category in states:
            yield max(0.0, (min(end, until) - phase.at).total_seconds())
