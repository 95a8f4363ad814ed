"""What the assistant brought to an end, and what it passed on.

Every share has the same denominator, the episodes that the assistant was involved in, or a part of them,
so none can pass 100 %. Containment isn't resolution: a customer who gave up is contained as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from analytics.facts import By, Ending, EpisodeFacts, Facts
from analytics.figures.cases import Case, days
from core.figures import Period
from core.types import HandoverCode

DURABLE_DAYS: Final = 7
"""A problem that comes back within a week wasn't solved."""

DEFLECTION_DAYS: Final = 1
"""A customer who reaches a person within a day of an answer wasn't served by it."""

UNCOUNTED: Final = HandoverCode.USAGE_LIMIT
"""A spent budget is no failure of the assistant."""


def involved(episode: EpisodeFacts) -> bool:
    """The assistant replied, greetings aside, or handed over for a reason other than a spent budget."""
    replied = any(said.outcome != "handover" for said in episode.messages(By.ASSISTANT))
    return replied or handed_over(episode)


def handed_over(episode: EpisodeFacts) -> bool:
    """A hand-over happened that counts."""
    return any(handed.code is not UNCOUNTED for handed in episode.handed)


def contained(episode: EpisodeFacts) -> bool:
    """No person wrote anything that the customer could read."""
    return not episode.messages(By.AGENT)


def autonomous(episode: EpisodeFacts) -> bool:
    """Resolved with an answer of the assistant, without a hand-over and without a person's message."""
    resolved = episode.ended is not None and episode.ended.how is Ending.RESOLVED
    answered = any(said.outcome == "answer" for said in episode.messages(By.ASSISTANT))
    return resolved and answered and not episode.handed and contained(episode)


def confirmed(episode: EpisodeFacts) -> bool:
    """Autonomous, and the customer said so."""
    return autonomous(episode) and (_reason(episode) == "customer_confirmed" or _last_vote(episode) is True)


def verified(episode: EpisodeFacts) -> bool:
    """Autonomous, and a check afterwards found the answers right and complete."""
    return autonomous(episode) and _reason(episode) == "evaluator_judged"


def assumed(episode: EpisodeFacts) -> bool:
    """Autonomous, but only since the customer fell silent and never said that it didn't help."""
    silent = _reason(episode) == "assumed_no_reply" and all(vote.helped for vote in episode.votes)
    return autonomous(episode) and silent and not confirmed(episode)


def _reason(episode: EpisodeFacts) -> str:
    return "" if episode.ended is None else episode.ended.reason


def _last_vote(episode: EpisodeFacts) -> bool | None:
    return episode.votes[-1].helped if episode.votes else None


def _started(facts: Facts, period: Period) -> Iterator[EpisodeFacts]:
    return (each for each in facts.episodes if period.holds(each.started_at))


def share_of_involved(holds: Callable[[EpisodeFacts], bool]) -> Callable[[Facts, Period], list[Case]]:
    """Cases of a share among the episodes of the period that the assistant was involved in."""

    def cases(facts: Facts, period: Period) -> list[Case]:
        return [_case(each, holds(each)) for each in _started(facts, period) if involved(each)]

    return cases


def _case(episode: EpisodeFacts, hit: bool) -> Case:
    return Case(f"episode {episode.episode_id}", float(hit), open=episode.ended is None)


def involvement(facts: Facts, period: Period) -> list[Case]:
    """Episodes that the assistant was involved in, among all."""
    return [_case(each, involved(each)) for each in _started(facts, period)]


def abandoned(episode: EpisodeFacts) -> bool:
    """The customer left unserved."""
    return episode.ended is not None and episode.ended.how is Ending.ABANDONED


def queue_abandonment(facts: Facts, period: Period) -> list[Case]:
    """Customers who left while they waited for a person, among those who waited."""
    waited = [each for each in _started(facts, period) if each.queued]
    return [_case(each, each.ended is not None and each.ended.while_queued) for each in waited]


def durable(facts: Facts, period: Period) -> list[Case]:
    """Autonomous episodes after which the customer didn't come back with the topic for a week.

    Only those whose week is over are asked about; the others aren't successes yet.
    """
    cases = []
    for each in facts.episodes:
        if each.ended is None or not autonomous(each) or not period.holds(each.ended.at):
            continue
        week_after = each.ended.at + days(DURABLE_DAYS)
        if week_after <= facts.now:
            cases.append(_case(each, each.again_at is None or each.again_at > week_after))
    return cases


def first_contact(facts: Facts, period: Period) -> list[Case]:
    """Resolved episodes that took one contact with a person, or none, and stayed resolved for a week."""
    cases = []
    for each in facts.episodes:
        ended = each.ended
        if ended is None or ended.how is not Ending.RESOLVED or not period.holds(ended.at):
            continue
        week_after = ended.at + days(DURABLE_DAYS)
        if week_after <= facts.now:
            stayed = each.again_at is None or each.again_at > week_after
            cases.append(_case(each, stayed and len(each.handed) <= 1))
    return cases


def deflection(facts: Facts, period: Period, *, confirmed_only: bool = True) -> list[Case]:
    """Involved episodes whose customer reached for no person within a day: having said that it helped, or at all."""
    reached: dict[str, list[float]] = {}
    for each in facts.episodes:
        moments = [said.at for said in each.messages(By.AGENT)] + [handed.at for handed in each.handed]
        reached.setdefault(each.customer, []).extend(moment.timestamp() for moment in moments)
    for ticket in facts.tickets:
        reached.setdefault(ticket.customer, []).append(ticket.created_at.timestamp())
    cases = []
    for each in _started(facts, period):
        if not involved(each):
            continue
        start, end = each.started_at.timestamp(), (each.started_at + days(DEFLECTION_DAYS)).timestamp()
        alone = not any(start <= moment <= end for moment in reached[each.customer])
        helped = _last_vote(each) is True or _reason(each) == "customer_confirmed"
        answered = any(said.outcome == "answer" for said in each.messages(By.ASSISTANT))
        hit = alone and (helped if confirmed_only else answered or helped)
        cases.append(Case(f"episode {each.episode_id}", float(hit), open=end > facts.now.timestamp()))
    return cases


def potential_deflection(facts: Facts, period: Period) -> list[Case]:
    """As `deflection`, whether or not the customer said that the answer helped."""
    return deflection(facts, period, confirmed_only=False)


def by_code(code: HandoverCode) -> Callable[[Facts, Period], list[Case]]:
    """Cases of the share of involved episodes that were handed over by one rule."""

    def holds(episode: EpisodeFacts) -> bool:
        return any(handed.code is code for handed in episode.handed)

    return share_of_involved(holds)


def repeat_contact(facts: Facts, period: Period) -> list[Case]:
    """Customers who came again with the same topic within 30 days, among those who came at all."""
    again: dict[str, bool] = {}
    for each in _started(facts, period):
        soon = each.again_at is not None and each.again_at <= each.started_at + days(30)
        again[each.customer] = again.get(each.customer, False) or soon
    return [Case(f"customer {customer}", float(came)) for customer, came in again.items()]
