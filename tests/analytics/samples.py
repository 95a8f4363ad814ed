"""Short ways to say what happened at a desk, and random desks for properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from analytics.facts import (
    By,
    Category,
    Deadline,
    Ended,
    Ending,
    EpisodeFacts,
    Facts,
    Handed,
    Phase,
    Said,
    SuggestionFacts,
    SurveyFacts,
    SurveyKind,
    TicketFacts,
    Use,
    Vote,
)
from core.figures import Period
from core.types import HandoverCode

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MARCH = Period(DAY - timedelta(days=1), DAY + timedelta(days=29))


def at(minutes: float) -> datetime:
    """So many minutes after the day began."""
    return DAY + timedelta(minutes=minutes)


def asked(minutes: float) -> Said:
    return Said(at=at(minutes), by=By.CUSTOMER)


def answered(minutes: float, *, cited: int = 1) -> Said:
    return Said(at=at(minutes), by=By.ASSISTANT, outcome="answer", cited=cited)


def wrote(minutes: float) -> Said:
    """A person did."""
    return Said(at=at(minutes), by=By.AGENT)


def thanks(minutes: float) -> Said:
    return Said(at=at(minutes), by=By.CUSTOMER, automatic=True)


def episode(number: int, *said: Said, **told: object) -> EpisodeFacts:
    """An episode of a customer of its own, that began with the first thing said."""
    values: dict[str, object] = {"customer": f"customer-{number}", "conversation_id": f"c{number}"} | told
    values.setdefault("started_at", said[0].at if said else DAY)
    return EpisodeFacts(episode_id=str(number), said=tuple(said), **values)  # type: ignore[arg-type]


def over(minutes: float, reason: str = "customer_confirmed", how: Ending = Ending.RESOLVED) -> Ended:
    return Ended(at=at(minutes), how=how, reason=reason)


def ticket(number: int, *phases: tuple[float, Category] | tuple[float, Category, By], **told: object) -> TicketFacts:
    """A ticket that was made in its first phase."""
    made = tuple(Phase(at(each[0]), each[1], each[2] if len(each) > 2 else By.AGENT) for each in phases)
    values: dict[str, object] = {"episode_id": None, "customer": f"customer-{number}"} | told
    return TicketFacts(ticket_id=str(number), created_at=made[0].at, phases=made, **values)  # type: ignore[arg-type]


_minutes = st.integers(0, 60 * 24 * 20)
_moments = _minutes.map(at)


@st.composite
def episodes(draw: st.DrawFn) -> EpisodeFacts:
    """Any episode that can have happened, sensible or not."""
    start = draw(_minutes)
    number = draw(st.integers(1, 400))
    said = []
    for minutes in sorted(draw(st.lists(st.integers(0, 3000), max_size=6))):
        by = draw(st.sampled_from(By))
        outcome = draw(st.sampled_from(["answer", "clarification", "handover"])) if by is By.ASSISTANT else None
        code = draw(st.sampled_from(HandoverCode)) if outcome == "handover" else None
        said.append(
            Said(
                at=at(start + minutes),
                by=by,
                automatic=draw(st.booleans()),
                outcome=outcome,
                code=code,
                cited=draw(st.integers(0, 2)),
            )
        )
    handed = [
        Handed(at(start + minutes), draw(st.sampled_from(HandoverCode)))
        for minutes in sorted(draw(st.lists(st.integers(0, 3000), max_size=2)))
    ]
    votes = tuple(Vote(at(start + n), draw(st.booleans())) for n in range(draw(st.integers(0, 2))))
    ended = draw(
        st.none()
        | st.builds(
            Ended,
            at=st.just(at(start + 3001)),
            how=st.sampled_from(Ending),
            reason=st.sampled_from(["customer_confirmed", "assumed_no_reply", "evaluator_judged", "agent_solved"]),
            while_queued=st.booleans(),
        )
    )
    return EpisodeFacts(
        episode_id=str(number),
        conversation_id=f"c{number}",
        customer=f"customer-{draw(st.integers(1, 5))}",
        started_at=at(start),
        said=tuple(said),
        handed=tuple(handed),
        votes=votes,
        queued=draw(st.booleans()),
        ended=ended,
        again_at=draw(st.none() | _moments),
    )


@st.composite
def tickets(draw: st.DrawFn) -> TicketFacts:
    """Any ticket's history."""
    moments = sorted(draw(st.lists(_minutes, min_size=1, max_size=6)))
    phases = [(Category.ACTIVE, By.SYSTEM)] + [
        (draw(st.sampled_from(Category)), draw(st.sampled_from(By))) for _ in moments[1:]
    ]
    deadlines = draw(
        st.lists(
            st.builds(
                Deadline,
                clock=st.sampled_from(["first", "next", "resolution"]),
                due_at=_moments,
                met_at=st.none() | _moments,
                paused=st.booleans(),
            ),
            max_size=3,
        )
    )
    return TicketFacts(
        ticket_id=str(draw(st.integers(1, 400))),
        episode_id=draw(st.none() | st.just("1")),
        customer=f"customer-{draw(st.integers(1, 5))}",
        created_at=at(moments[0]),
        phases=tuple(Phase(at(m), *phase) for m, phase in zip(moments, phases, strict=True)),
        owners=tuple((at(m), draw(st.sampled_from(["ann", "bo", ""]))) for m in moments),
        replies=tuple(at(m) for m in moments[1:]),
        deadlines=tuple(deadlines),
    )


_surveys = st.builds(
    SurveyFacts,
    survey_id=st.integers(1, 99).map(str),
    kind=st.sampled_from(SurveyKind),
    customer=st.just("customer-1"),
    episode_id=st.none() | st.integers(1, 9).map(str),
    delivered_at=st.none() | _moments,
    rated_at=_moments,
    score=st.none() | st.integers(0, 10),
)
_suggestions = st.builds(
    SuggestionFacts, suggestion_id=st.integers(1, 99).map(str), shown_at=_moments, use=st.sampled_from(Use)
)

desks = st.builds(
    Facts,
    now=st.just(at(60 * 24 * 30)),
    episodes=st.lists(episodes(), max_size=30).map(tuple),
    tickets=st.lists(tickets(), max_size=10).map(tuple),
    surveys=st.lists(_surveys, max_size=10).map(tuple),
    suggestions=st.lists(_suggestions, max_size=10).map(tuple),
)
"""Random desks, a month after their first day."""
