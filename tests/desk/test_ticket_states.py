"""A ticket's life: whatever happens in whatever order, the rules of the table hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actors import ActorKind
from core.errors import Conflict
from core.tickets import CATEGORY, CUSTOMER_LABELS, CloseReason, TicketCategory
from core.types import TicketStatus
from desk.ticket_states import ALLOWED, TRANSITIONS, TicketTrigger, move_ticket

STATUSES = st.sampled_from(TicketStatus)
TRIGGERS = st.sampled_from(TicketTrigger)
WEEK = timedelta(days=7)


@given(STATUSES, TRIGGERS, st.sampled_from(ActorKind), st.none() | st.sampled_from(CloseReason), STATUSES)
def test_a_reason_goes_with_what_becomes_done_and_with_nothing_else(
    status: TicketStatus,
    trigger: TicketTrigger,
    actor: ActorKind,
    reason: CloseReason | None,
    before: TicketStatus,
) -> None:
    """Who closed it and why is written down when it happens; nobody has to guess later."""
    try:
        taken = move_ticket(status, trigger, actor, reason=reason, before=before, note="x")
    except Conflict:
        return
    assert (taken.reason is not None) == (CATEGORY[taken.new] is TicketCategory.DONE)


@given(st.lists(st.tuples(TRIGGERS, st.sampled_from(ActorKind), st.booleans()), max_size=40))
def test_what_is_closed_is_opened_by_a_person_with_a_note_alone(
    steps: list[tuple[TicketTrigger, ActorKind, bool]],
) -> None:
    """And what is merged only by taking the merge back."""
    status, before = TicketStatus.NEW, TicketStatus.NEW
    for trigger, actor, noted in steps:
        note = "because" if noted else ""
        try:
            taken = move_ticket(status, trigger, actor, reason=CloseReason.WORKAROUND, before=before, note=note)
        except Conflict:
            continue
        if status is TicketStatus.CLOSED and CATEGORY[taken.new].open:
            assert (actor, trigger, noted) == (ActorKind.AGENT, TicketTrigger.ADMIN_REOPENED, True)
        if status is TicketStatus.MERGED:
            assert trigger is TicketTrigger.UNMERGED
        if CATEGORY[taken.new] is TicketCategory.VOID:
            before = status
        status = taken.new


@pytest.mark.parametrize("by", [ActorKind.CUSTOMER, ActorKind.SYSTEM])
def test_a_resolved_ticket_opens_for_customers_only_inside_the_window(by: ActorKind) -> None:
    """Afterwards it is a new ticket; a person may still."""
    opened = move_ticket(TicketStatus.RESOLVED, TicketTrigger.REOPENED, by, age=WEEK, window=WEEK)

    assert opened.reopens
    with pytest.raises(Conflict, match="too late"):
        move_ticket(TicketStatus.RESOLVED, TicketTrigger.REOPENED, by, age=WEEK + timedelta(seconds=1), window=WEEK)
    assert move_ticket(
        TicketStatus.RESOLVED, TicketTrigger.REOPENED, ActorKind.AGENT, age=2 * WEEK, window=WEEK
    ).reopens


def test_a_merge_is_undone_within_a_day_and_gives_back_what_was() -> None:
    """Later both have gone on as one."""
    day = timedelta(hours=24)
    back = move_ticket(
        TicketStatus.MERGED, TicketTrigger.UNMERGED, ActorKind.AGENT, before=TicketStatus.ON_HOLD, age=day, window=day
    )

    assert back.new is TicketStatus.ON_HOLD
    with pytest.raises(Conflict, match="too late"):
        move_ticket(TicketStatus.MERGED, TicketTrigger.UNMERGED, ActorKind.AGENT, age=2 * day, window=day)


@pytest.mark.parametrize("status", [each for each in TicketStatus if CATEGORY[each].open])
def test_every_open_ticket_can_be_resolved_merged_or_marked_as_spam(status: TicketStatus) -> None:
    """With a reason, by a person."""
    resolved = move_ticket(status, TicketTrigger.RESOLVED, ActorKind.AGENT, reason=CloseReason.AGENT_SOLVED)

    assert resolved.new is TicketStatus.RESOLVED
    assert move_ticket(status, TicketTrigger.MERGED, ActorKind.AGENT).new is TicketStatus.MERGED
    assert move_ticket(status, TicketTrigger.SPAM, ActorKind.AGENT).new is TicketStatus.SPAM
    with pytest.raises(Conflict, match="say why"):
        move_ticket(status, TicketTrigger.RESOLVED, ActorKind.AGENT)


def test_every_status_has_a_category_and_a_name_for_customers() -> None:
    """Figures go by the one, the customer reads the other."""
    assert set(CATEGORY) == set(CUSTOMER_LABELS) == set(TicketStatus)
    assert set(TRANSITIONS) == set(ALLOWED) == set(TicketTrigger)
