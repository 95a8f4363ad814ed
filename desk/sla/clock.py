"""The clocks of a ticket as a function of what happened to it. Pure: no clock is ever stored as a running number.

- First: runs until a person's first public message.
- Next: from a customer's message after that until a person's next one, one cycle a turn; also ends with the ticket.
- Resolution: runs until the ticket is done; opening it again begins another cycle.
- All pause while we wait for the customer or the ticket is asleep, merged or spam; while it is on hold
  the next clock pauses, and the other two by the policy.
- The deadline moves only with a pause, its end, or new terms. A breach is a fact that nothing undoes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.sla import ClockKind, ClockState, Terms
from core.tickets import CATEGORY, TicketCategory
from core.types import TicketStatus
from desk.sla.calendar import after_working, working_seconds

WARN_SHARE: Final = 0.8
WARN_BEFORE_S: Final = 15 * 60
"""A warning comes at 80 % of the time or a quarter of an hour before its end, whichever is earlier."""


class ClockEventKind(StrEnum):
    """What the clocks listen to. Words of the assistant, of the desk, thanks and notes aren't among it."""

    APPLIED = "applied"
    """Terms were agreed, or others."""
    STATUS = "status"
    CUSTOMER = "customer"
    """The customer wrote something that wants an answer."""
    AGENT = "agent"
    """A person wrote publicly."""


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """Something that happened to the ticket."""

    at: datetime
    kind: ClockEventKind
    status: TicketStatus | None = None
    terms: Terms | None = None


def run_clocks(events: Sequence[ClockEvent], now: datetime) -> tuple[ClockState, ...]:
    """All cycles of all clocks as they stand at `now`, by clock and cycle.

    Args:
        events: in order. The first `STATUS` is the ticket's beginning; what comes after `now` is left out.
        now: the moment to look at.
    """
    bench = _Bench()
    for event in events:
        if event.at <= now:
            bench.take(event)
    return bench.read(now)


class _Bench:
    """The clocks while the events are gone through."""

    def __init__(self) -> None:
        self._terms: Terms | None = None
        self._status: TicketStatus | None = None
        self._waiting_since: datetime | None = None
        self._cycles: list[_Cycle] = []

    def take(self, event: ClockEvent) -> None:
        for cycle in self._cycles:
            cycle.advance(event.at)
        match event.kind:
            case ClockEventKind.APPLIED:
                self._terms = event.terms
            case ClockEventKind.STATUS:
                self._change(event)
            case ClockEventKind.CUSTOMER:
                self._waiting_since = self._waiting_since or event.at
            case ClockEventKind.AGENT:
                self._end(event.at, ClockKind.FIRST, ClockKind.NEXT)
                self._waiting_since = None
        self._begin(event.at)
        for cycle in self._cycles:
            cycle.set(event.at, self._terms, running=self._runs(cycle.kind))

    def read(self, now: datetime) -> tuple[ClockState, ...]:
        for cycle in self._cycles:
            cycle.advance(now)
        ordered = sorted(self._cycles, key=lambda cycle: (list(ClockKind).index(cycle.kind), cycle.number))
        return tuple(cycle.state() for cycle in ordered)

    def _change(self, event: ClockEvent) -> None:
        self._status = event.status
        if event.status is not None and CATEGORY[event.status] is TicketCategory.DONE:
            self._end(event.at, ClockKind.RESOLUTION)
            for cycle in self._cycles:
                cycle.drop()
            self._waiting_since = None

    def _begin(self, at: datetime) -> None:
        """Start what ought to run and doesn't exist yet."""
        if self._status is None or not CATEGORY[self._status].open or self._terms is None:
            return
        if not self._all(ClockKind.FIRST):
            self._add(ClockKind.FIRST, at)
        if not any(not cycle.ended for cycle in self._all(ClockKind.RESOLUTION)):
            self._add(ClockKind.RESOLUTION, at)
        first_ended = all(cycle.ended for cycle in self._all(ClockKind.FIRST))
        open_next = any(not cycle.ended for cycle in self._all(ClockKind.NEXT))
        if first_ended and self._waiting_since is not None and not open_next:
            self._add(ClockKind.NEXT, at)

    def _add(self, kind: ClockKind, at: datetime) -> None:
        self._cycles.append(_Cycle(kind, len(self._all(kind)) + 1, at))

    def _all(self, kind: ClockKind) -> list[_Cycle]:
        return [cycle for cycle in self._cycles if cycle.kind is kind]

    def _end(self, at: datetime, *kinds: ClockKind) -> None:
        for cycle in self._cycles:
            if cycle.kind in kinds:
                cycle.meet(at)

    def _runs(self, kind: ClockKind) -> bool:
        status, terms = self._status, self._terms
        if status is None or terms is None:
            return False
        if status is TicketStatus.ON_HOLD:
            return terms.runs_on_hold and kind is not ClockKind.NEXT
        return CATEGORY[status] is TicketCategory.ACTIVE


class _Cycle:
    """One cycle of one clock while the events are gone through."""

    def __init__(self, kind: ClockKind, number: int, at: datetime) -> None:
        self.kind = kind
        self.number = number
        self.ended = False
        self._started_at = at
        self._at = at
        self._terms: Terms | None = None
        self._elapsed = 0.0
        self._running = False
        self._due_at: datetime | None = None
        self._warn_at: datetime | None = None
        self._met_at: datetime | None = None
        self._breached_at: datetime | None = None

    def advance(self, at: datetime) -> None:
        """Let time pass."""
        if self._running and self._terms is not None:
            if self._due_at is not None and at > self._due_at and self._breached_at is None:
                self._breached_at = self._due_at
            self._elapsed += working_seconds(self._terms.calendar, self._at, at)
        self._at = max(self._at, at)

    def set(self, at: datetime, terms: Terms | None, *, running: bool) -> None:
        """Run, pause, or go on under other terms. The deadline moves only if one of these changes."""
        running = running and not self.ended
        if running == self._running and terms is self._terms:
            return
        self._running, self._terms = running, terms
        seconds = terms.seconds(self.kind) if terms is not None else None
        self._due_at = self._warn_at = None
        if running and terms is not None and seconds is not None:
            self._due_at = after_working(terms.calendar, at, max(0.0, seconds - self._elapsed))
            self._warn_at = self._warning(terms, seconds, at)

    def meet(self, at: datetime) -> None:
        """What was waited for has happened."""
        if not self.ended:
            self._met_at = at
            self.drop()

    def drop(self) -> None:
        """Nothing is waited for any more."""
        self.ended, self._running, self._due_at, self._warn_at = True, False, None, None

    def state(self) -> ClockState:
        return ClockState(
            kind=self.kind,
            cycle=self.number,
            started_at=self._started_at,
            due_at=self._due_at,
            warn_at=self._warn_at,
            elapsed_s=self._elapsed,
            met_at=self._met_at,
            breached_at=self._breached_at,
            ended=self.ended,
        )

    def _warning(self, terms: Terms, seconds: int, at: datetime) -> datetime | None:
        if self._due_at is None:
            return None
        before = self._due_at - timedelta(seconds=WARN_BEFORE_S)
        at_share = after_working(terms.calendar, at, max(0.0, WARN_SHARE * seconds - self._elapsed))
        return max(self._started_at, before if at_share is None else min(before, at_share))
