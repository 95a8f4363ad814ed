"""Every figure there is, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from analytics.facts import Facts, Use
from analytics.figures import assistant, knowledge, service, waiting
from analytics.figures.cases import Case, Measure, figure
from core.errors import NotFound
from core.figures import Cohort, Figure, FigureKind, Period
from core.types import HandoverCode

_S, _D, _P, _C = FigureKind.SHARE, FigureKind.DURATION, FigureKind.SCORE, FigureKind.COUNT
_OF: Final = assistant.share_of_involved

ASSISTANT: Final = (
    Measure("durable_resolution", _S, Cohort.RESOLVED, assistant.durable),
    Measure("containment", _S, Cohort.STARTED, _OF(assistant.contained)),
    Measure("autonomous_resolution", _S, Cohort.STARTED, _OF(assistant.autonomous)),
    Measure("confirmed_resolution", _S, Cohort.STARTED, _OF(assistant.confirmed)),
    Measure("verified_resolution", _S, Cohort.STARTED, _OF(assistant.verified)),
    Measure("assumed_resolution", _S, Cohort.STARTED, _OF(assistant.assumed)),
    Measure("assistant_involved", _S, Cohort.STARTED, assistant.involvement),
    Measure("handover", _S, Cohort.STARTED, _OF(assistant.handed_over)),
    Measure("abandonment", _S, Cohort.STARTED, _OF(assistant.abandoned)),
    Measure("queue_abandonment", _S, Cohort.STARTED, assistant.queue_abandonment),
    Measure("deflection", _S, Cohort.STARTED, assistant.deflection),
    Measure("potential_deflection", _S, Cohort.STARTED, assistant.potential_deflection),
    Measure("no_answer", _S, Cohort.ASKED, knowledge.no_answer),
    Measure("knowledge_hit", _S, Cohort.ASKED, knowledge.knowledge_hit),
)

WAITING: Final = (
    Measure("first_response_agent", _D, Cohort.DUE, waiting.first_response_agent),
    Measure("first_response_any", _D, Cohort.ASKED, waiting.first_response_any),
    Measure("next_response", _D, Cohort.ASKED, waiting.next_response),
    Measure("first_resolution", _D, Cohort.CREATED, waiting.first_resolution),
    Measure("full_resolution", _D, Cohort.CREATED, waiting.full_resolution),
    Measure("agent_resolution", _D, Cohort.CREATED, waiting.agent_resolution),
    Measure("requester_wait", _D, Cohort.CREATED, waiting.requester_wait),
    Measure("agent_wait", _D, Cohort.CREATED, waiting.agent_wait),
    Measure("handle_time", _D, Cohort.STARTED, service.handle_time),
)

SERVICE: Final = (
    Measure("sla_attainment", _S, Cohort.DEADLINE, service.sla_attainment),
    Measure("backlog", _C, Cohort.NOW, service.backlog),
    Measure("reopened", _S, Cohort.RESOLVED, service.reopened),
    Measure("first_contact", _S, Cohort.RESOLVED, assistant.first_contact),
    Measure("one_touch", _S, Cohort.RESOLVED, service.one_touch),
    Measure("transfers", _P, Cohort.CREATED, service.transfers),
    Measure("repeat_contact", _S, Cohort.STARTED, assistant.repeat_contact),
)

CUSTOMERS: Final = (
    Measure("csat", _S, Cohort.RATED, service.satisfied),
    Measure("csat_assistant", _S, Cohort.RATED, service.satisfied_with(service.by_assistant)),
    Measure("csat_assisted", _S, Cohort.RATED, service.satisfied_with(service.by_both)),
    Measure("csat_agent", _S, Cohort.RATED, service.satisfied_with(service.by_agent)),
    Measure("csat_mean", _P, Cohort.RATED, service.satisfaction),
    Measure("csat_response", _S, Cohort.SHOWN, service.survey_response),
    Measure("nps", _P, Cohort.RATED, service.promoters),
)

SUGGESTIONS: Final = (
    Measure("suggestion_acceptance", _S, Cohort.SHOWN, service.suggestions(Use.ACCEPTED, Use.EDITED)),
    Measure("suggestion_as_is", _S, Cohort.SHOWN, service.suggestions(Use.ACCEPTED)),
    Measure("suggestion_dismissed", _S, Cohort.SHOWN, service.suggestions(Use.DISMISSED)),
    Measure("suggestion_time", _D, Cohort.SHOWN, service.time_to_use),
)

GROUPS: Final = {
    "assistant": ASSISTANT,
    "waiting": WAITING,
    "service": SERVICE,
    "customers": CUSTOMERS,
    "suggestions": SUGGESTIONS,
}
"""The figures by what they are about."""

MEASURES: Final = {measure.name: measure for group in GROUPS.values() for measure in group}

BY_CODE: Final = {
    code: Measure(f"handover.{code}", _S, Cohort.STARTED, assistant.by_code(code)) for code in HandoverCode
}
"""Shares of involved episodes by the rule that handed them over. An episode may count for several."""


def named(name: str) -> Measure:
    """A measure by its name. Raises `NotFound`."""
    codes = {measure.name: measure for measure in BY_CODE.values()}
    found = MEASURES.get(name) or codes.get(name)
    if found is None:
        raise NotFound("figure", name)
    return found


def figures(facts: Facts, period: Period, measures: Iterable[Measure] = tuple(MEASURES.values())) -> list[Figure]:
    """Measures over a period, in their order."""
    return [figure(measure, facts, period) for measure in measures]


def cases_of(name: str, facts: Facts, period: Period) -> list[Case]:
    """The rows behind a figure. Raises `NotFound`."""
    return named(name).cases(facts, period)
