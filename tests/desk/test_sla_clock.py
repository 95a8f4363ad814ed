"""The clocks of a ticket are a function of what happened to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sla import ClockKind, ClockState, Terms
from core.tickets import CATEGORY, TicketCategory
from core.types import TicketStatus
from desk.sla.clock import ClockEvent, ClockEventKind, run_clocks

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
TERMS = Terms(3600, 1800, 7200)
LONG = Terms(36_000, 18_000, 72_000, runs_on_hold=True)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def status(minutes: float, new: TicketStatus) -> ClockEvent:
    return ClockEvent(at(minutes), ClockEventKind.STATUS, status=new)


def applied(minutes: float, terms: Terms = TERMS) -> ClockEvent:
    return ClockEvent(at(minutes), ClockEventKind.APPLIED, terms=terms)


def customer(minutes: float) -> ClockEvent:
    return ClockEvent(at(minutes), ClockEventKind.CUSTOMER)


def person(minutes: float) -> ClockEvent:
    return ClockEvent(at(minutes), ClockEventKind.AGENT)


OPENED = [status(0, TicketStatus.NEW), applied(0)]


def one(states: tuple[ClockState, ...], kind: ClockKind, cycle: int = 1) -> ClockState:
    return next(state for state in states if (state.kind, state.cycle) == (kind, cycle))


class TestTheFirstResponse:
    def test_is_due_from_the_ticket_on_and_met_by_a_person(self) -> None:
        """By the first public message, whatever the ticket's status is."""
        waiting = one(run_clocks(OPENED, at(10)), ClockKind.FIRST)
        answered = one(run_clocks([*OPENED, person(20)], at(90)), ClockKind.FIRST)

        assert (waiting.due_at, waiting.ended) == (at(60), False)
        assert (answered.met_at, answered.breached_at, answered.elapsed_s) == (at(20), None, 1200)

    def test_that_comes_late_is_a_breach_for_ever(self) -> None:
        """Meeting it afterwards doesn't undo it."""
        late = one(run_clocks([*OPENED, person(75)], at(200)), ClockKind.FIRST)

        assert (late.met_at, late.breached_at) == (at(75), at(60))

    def test_at_the_very_deadline_is_in_time(self) -> None:
        """The deadline itself still counts."""
        assert one(run_clocks([*OPENED, person(60)], at(61)), ClockKind.FIRST).breached_at is None


class TestTheNextResponse:
    def test_runs_for_each_turn_of_the_customer(self) -> None:
        """From the first unanswered message; more of them in a row start nothing."""
        events = [
            *OPENED,
            status(1, TicketStatus.OPEN),
            person(5),
            customer(10),
            customer(20),
            person(30),
            customer(50),
        ]

        states = run_clocks(events, at(55))

        assert (one(states, ClockKind.NEXT).started_at, one(states, ClockKind.NEXT).met_at) == (at(10), at(30))
        assert one(states, ClockKind.NEXT, 2).due_at == at(80)

    def test_ends_with_the_ticket(self) -> None:
        """Nobody owes an answer to what is solved."""
        events = [*OPENED, person(5), customer(10), status(12, TicketStatus.RESOLVED)]

        state = one(run_clocks(events, at(500)), ClockKind.NEXT)

        assert (state.ended, state.due_at, state.breached_at) == (True, None, None)

    def test_doesnt_run_before_the_first(self) -> None:
        """The first clock covers it."""
        assert all(state.kind is not ClockKind.NEXT for state in run_clocks([*OPENED, customer(3)], at(9)))


class TestPauses:
    def test_move_the_deadline_by_their_length(self) -> None:
        """Half an hour of waiting for the customer is half an hour more."""
        events = [*OPENED, status(10, TicketStatus.PENDING_CUSTOMER), status(40, TicketStatus.OPEN)]

        assert one(run_clocks(events, at(20)), ClockKind.RESOLUTION).due_at is None
        assert one(run_clocks(events, at(50)), ClockKind.RESOLUTION).due_at == at(150)

    @pytest.mark.parametrize(("runs", "due"), [(False, None), (True, at(120))])
    def test_for_others_are_the_policys_choice(self, runs: bool, due: datetime | None) -> None:
        """On hold, the resolution clock goes on if it says so."""
        events = [status(0, TicketStatus.NEW), applied(0, Terms(3600, 1800, 7200, runs_on_hold=runs))]

        states = run_clocks([*events, status(10, TicketStatus.ON_HOLD)], at(20))

        assert one(states, ClockKind.RESOLUTION).due_at == due


class TestOtherTerms:
    def test_count_what_has_passed_already(self) -> None:
        """A raised priority shortens what is left."""
        states = run_clocks([*OPENED, applied(30, Terms(2400, 600, 3600))], at(31))

        assert one(states, ClockKind.FIRST).due_at == at(40)
        assert one(states, ClockKind.RESOLUTION).due_at == at(60)

    def test_undo_no_breach(self) -> None:
        """Lowering the priority afterwards is of no use."""
        state = one(run_clocks([*OPENED, applied(90, LONG)], at(91)), ClockKind.FIRST)

        assert state.breached_at == at(60)


class TestOpeningAgain:
    def test_begins_another_cycle_of_the_resolution(self) -> None:
        """The first one is met and stays so."""
        events = [*OPENED, person(5), status(60, TicketStatus.RESOLVED), status(600, TicketStatus.OPEN)]

        states = run_clocks(events, at(601))

        assert one(states, ClockKind.RESOLUTION).met_at == at(60)
        assert one(states, ClockKind.RESOLUTION, 2).due_at == at(720)


def test_a_warning_comes_at_80_percent_or_a_quarter_of_an_hour_before_whichever_is_earlier() -> None:
    """So that there is time left to do something."""
    states = run_clocks(OPENED, at(1))

    assert one(states, ClockKind.FIRST).warn_at == at(45)
    assert one(states, ClockKind.RESOLUTION).warn_at == at(96)


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 600),
        st.one_of(
            st.sampled_from(TicketStatus).map(lambda new: ("status", new)),
            st.just(("customer", None)),
            st.just(("agent", None)),
            st.sampled_from([TERMS, LONG]).map(lambda terms: ("applied", terms)),
        ),
    ),
    max_size=25,
)


def history(found: list[tuple[int, tuple[str, object]]]) -> list[ClockEvent]:
    """A ticket's beginning and whatever else happened to it, in order."""
    made = list(OPENED)
    for minutes, (kind, value) in sorted(found, key=lambda each: each[0]):
        made.append(
            ClockEvent(
                at(minutes),
                ClockEventKind(kind),
                status=value if isinstance(value, TicketStatus) else None,
                terms=value if isinstance(value, Terms) else None,
            )
        )
    return made


@given(EVENTS, st.integers(0, 700), st.integers(0, 700))
def test_a_breach_never_goes_away(found: list[tuple[int, tuple[str, object]]], a: int, b: int) -> None:
    """Whatever happens later: what was breached at one moment is so at every later one, with the same deadline."""
    events, (early, late) = history(found), sorted((a, b))

    before, after = run_clocks(events, at(early)), run_clocks(events, at(late))

    for state in before:
        if state.breached_at is not None:
            assert one(after, state.kind, state.cycle).breached_at == state.breached_at
        if state.ended:
            assert one(after, state.kind, state.cycle) == state


@given(EVENTS, st.integers(0, 700))
def test_what_comes_later_changes_nothing_before(found: list[tuple[int, tuple[str, object]]], minutes: int) -> None:
    """The clocks at a moment follow from what had happened by then alone."""
    events = history(found)

    assert run_clocks(events, at(minutes)) == run_clocks(
        [each for each in events if each.at <= at(minutes)], at(minutes)
    )


@given(EVENTS, st.integers(0, 700))
def test_each_clock_has_one_cycle_at_a_time_and_counts_no_more_than_passed(
    found: list[tuple[int, tuple[str, object]]], minutes: int
) -> None:
    """One breach for each clock and cycle follows from it."""
    states = run_clocks(history(found), at(minutes))

    for kind in ClockKind:
        cycles = [state for state in states if state.kind is kind]
        assert [state.cycle for state in cycles] == list(range(1, len(cycles) + 1))
        assert sum(not state.ended for state in cycles) <= 1
    for state in states:
        assert 0 <= state.elapsed_s <= (at(minutes) - state.started_at).total_seconds()
    assert sum(state.kind is ClockKind.FIRST for state in states) == 1


@given(EVENTS, st.integers(0, 700))
def test_nothing_is_due_while_nobody_works_on_it(found: list[tuple[int, tuple[str, object]]], minutes: int) -> None:
    """Done, void and waiting for the customer: no deadline runs."""
    events = [each for each in history(found) if each.at <= at(minutes)]
    last = next(each.status for each in reversed(events) if each.status is not None)

    states = run_clocks(events, at(minutes))

    if CATEGORY[last] is not TicketCategory.ACTIVE and last is not TicketStatus.ON_HOLD:
        assert all(state.due_at is None for state in states)


@given(st.integers(1, 500), st.integers(1, 59))
def test_a_pause_shifts_the_deadline_by_exactly_its_length(pause: int, begin: int) -> None:
    """Whenever it begins and however long it is."""
    events = [*OPENED, status(begin, TicketStatus.PENDING_CUSTOMER), status(begin + pause, TicketStatus.OPEN)]

    assert one(run_clocks(events, at(begin + pause)), ClockKind.FIRST).due_at == at(60 + pause)
