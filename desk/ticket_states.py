"""The life of a ticket as a table: which status a trigger leads to, who may pull it, what it needs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from core.actors import ActorKind
from core.errors import Conflict
from core.tickets import CATEGORY, CloseReason, TicketCategory
from core.types import TicketStatus


class TicketTrigger(StrEnum):
    """What moves a ticket."""

    WORKED = "worked"
    """An agent did something on it for the first time, or got it."""
    ASKED = "asked"
    """An agent asked the customer something."""
    ANSWERED = "answered"
    """The customer wrote."""
    HELD = "held"
    """Waits for somebody else than the customer."""
    RESUMED = "resumed"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    ADMIN_REOPENED = "admin_reopened"
    """A closed ticket, by a person who says why."""
    MERGED = "merged"
    UNMERGED = "unmerged"
    SPAM = "spam"
    NOT_SPAM = "not_spam"


_S = TicketStatus
_T = TicketTrigger
_BY = ActorKind
_PEOPLE: Final = frozenset({_BY.AGENT, _BY.SYSTEM})

_OPEN: Final = tuple(status for status, category in CATEGORY.items() if category.open)

TRANSITIONS: Final[Mapping[TicketTrigger, Mapping[TicketStatus, TicketStatus | None]]] = {
    _T.WORKED: {_S.NEW: _S.OPEN},
    _T.ASKED: {_S.NEW: _S.PENDING_CUSTOMER, _S.OPEN: _S.PENDING_CUSTOMER},
    _T.ANSWERED: {_S.PENDING_CUSTOMER: _S.OPEN, _S.SNOOZED: _S.OPEN},
    _T.HELD: {_S.NEW: _S.ON_HOLD, _S.OPEN: _S.ON_HOLD, _S.PENDING_CUSTOMER: _S.ON_HOLD},
    _T.RESUMED: {_S.ON_HOLD: _S.OPEN, _S.PENDING_CUSTOMER: _S.OPEN},
    _T.SNOOZED: {_S.NEW: _S.SNOOZED, _S.OPEN: _S.SNOOZED, _S.PENDING_CUSTOMER: _S.SNOOZED, _S.ON_HOLD: _S.SNOOZED},
    _T.WOKEN: {_S.SNOOZED: _S.OPEN},
    _T.RESOLVED: dict.fromkeys(_OPEN, _S.RESOLVED),
    _T.REOPENED: {_S.RESOLVED: _S.OPEN},
    _T.CLOSED: {_S.RESOLVED: _S.CLOSED},
    _T.ADMIN_REOPENED: {_S.CLOSED: _S.OPEN},
    _T.MERGED: dict.fromkeys(_OPEN, _S.MERGED),
    _T.UNMERGED: {_S.MERGED: None},
    _T.SPAM: dict.fromkeys((*_OPEN, _S.RESOLVED, _S.CLOSED), _S.SPAM),
    _T.NOT_SPAM: {_S.SPAM: None},
}
"""`None` leads back to what the ticket was before."""

ALLOWED: Final[Mapping[TicketTrigger, frozenset[ActorKind]]] = {
    _T.WORKED: _PEOPLE,
    _T.ASKED: frozenset({_BY.AGENT}),
    _T.ANSWERED: frozenset({_BY.CUSTOMER}),
    _T.HELD: frozenset({_BY.AGENT}),
    _T.RESUMED: _PEOPLE,
    _T.SNOOZED: frozenset({_BY.AGENT}),
    _T.WOKEN: frozenset({_BY.AGENT, _BY.SYSTEM}),
    _T.RESOLVED: frozenset({_BY.AGENT, _BY.CUSTOMER, _BY.SYSTEM}),
    _T.REOPENED: frozenset({_BY.AGENT, _BY.CUSTOMER, _BY.SYSTEM}),
    _T.CLOSED: frozenset({_BY.SYSTEM}),
    _T.ADMIN_REOPENED: frozenset({_BY.AGENT}),
    _T.MERGED: frozenset({_BY.AGENT}),
    _T.UNMERGED: frozenset({_BY.AGENT}),
    _T.SPAM: _PEOPLE,
    _T.NOT_SPAM: frozenset({_BY.AGENT}),
}


@dataclass(frozen=True, slots=True)
class TicketMove:
    """A step that is allowed."""

    old: TicketStatus
    new: TicketStatus
    trigger: TicketTrigger
    reason: CloseReason | None = None
    """Present where the ticket becomes done, and nowhere else."""

    @property
    def reopens(self) -> bool:
        """It was done and is active again."""
        return CATEGORY[self.old] is TicketCategory.DONE and CATEGORY[self.new].open


def move_ticket(
    status: TicketStatus,
    trigger: TicketTrigger,
    by: ActorKind,
    *,
    reason: CloseReason | None = None,
    note: str = "",
    before: TicketStatus | None = None,
    age: timedelta = timedelta(0),
    window: timedelta | None = None,
) -> TicketMove:
    """The step that `trigger` means for a ticket of this status.

    Args:
        status: what it is.
        trigger: what happens.
        by: who does it.
        reason: why it becomes done; kept from the resolution when it is closed.
        note: why a closed one is opened again.
        before: what a merged or spam ticket was.
        age: how long ago it was resolved or merged.
        window: how long that can be taken back; `None` means for ever.

    Raises:
        Conflict: there is no such step, this actor may not take it, it is too late, or a reason is missing.
    """
    if status not in TRANSITIONS[trigger]:
        raise Conflict(f"A ticket that is {status.value!r} can't be {trigger.value!r}. Look at it again.")
    if by not in ALLOWED[trigger]:
        raise Conflict(f"{by.value!r} can't make a ticket {trigger.value!r}.")
    late = window is not None and age > window
    if late and (trigger is _T.UNMERGED or (trigger is _T.REOPENED and by is not _BY.AGENT)):
        raise Conflict("It is too late for that; open a new ticket and link the two.")
    if trigger is _T.ADMIN_REOPENED and not note.strip():
        raise Conflict("A closed ticket is opened again only with a note that says why.")
    new = TRANSITIONS[trigger][status] or before or _S.OPEN
    done = CATEGORY[new] is TicketCategory.DONE
    if done and reason is None:
        raise Conflict("To resolve, say why: one of " + ", ".join(each.value for each in CloseReason) + ".")
    return TicketMove(status, new, trigger, reason if done else None)
