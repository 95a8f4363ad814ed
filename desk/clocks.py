"""Service levels in SQL: the calendars and policies that the service manager keeps, and tickets' clocks to be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from core.clock import Clock, utc_now
from core.database import reading
from core.errors import Conflict, InvalidInput, NotFound
from core.sla import CalendarId, ClockState, Interval, PolicyId, Promise, SlaPolicy, StoredCalendar
from core.tickets import Priority
from core.types import TicketId
from desk.acts import Act, acting
from desk.clock_tables import sla_calendars, sla_policies
from desk.running import clock_states, fitting_terms, to_calendar
from desk.settling import NOBODY, Editor, outrun, settled
from desk.sla.calendar import after_working
from desk.staff_tables import teams
from desk.tables import tickets
from desk.ticket_rows import to_card

MOST_SECONDS: Final = 366 * 24 * 3600
"""A promise for longer than a year is a slip of the pen."""


class Clocks:
    """Calendars, policies and clocks. Editing a policy or calendar changes tickets that come later, no other."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def of_ticket(self, ticket_id: TicketId) -> tuple[ClockState, ...]:
        """A ticket's clocks as they stand now. Raises `NotFound`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tickets).where(tickets.c.id == ticket_id)).one_or_none()
            if row is None:
                raise NotFound("ticket", ticket_id)
            return clock_states(connection, to_card(row), self._clock())

    def calendars(self) -> list[StoredCalendar]:
        """All calendars, by name."""
        with reading(self._engine) as connection:
            return [_to_stored(row) for row in connection.execute(select(sla_calendars).order_by(sla_calendars.c.name))]

    def save_calendar(
        self,
        name: str,
        *,
        time_zone: str,
        intervals: Sequence[str],
        holidays: Sequence[date] = (),
        calendar_id: CalendarId | None = None,
        by: Editor = NOBODY,
        instead_of: StoredCalendar | None = None,
    ) -> StoredCalendar:
        """Make a calendar, or change one.

        Args:
            name: unique.
            time_zone: of the IANA database, such as `Asia/Shanghai`.
            intervals: like `mon 09:00-12:00`, several a day if wanted.
            holidays: days of that time zone on which no work is done.
            calendar_id: which to change; `None` makes a new one.
            by: who changes it.
            instead_of: the calendar as its editor has read it; `None` doesn't look.

        Raises:
            InvalidInput: an unknown time zone, an interval that can't be read, or no interval at all.
            NotFound: no such calendar.
            Conflict: another one has the name, or somebody else has changed it since `instead_of` was read.
        """
        try:
            ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(f"There is no time zone {time_zone!r}. Name one like 'Asia/Shanghai'.") from None
        parsed = tuple(str(Interval.parse(text)) for text in intervals)
        if not parsed or not name.strip():
            raise InvalidInput("A calendar needs a name and at least one time in which work is done.")
        values = {
            "name": name.strip(),
            "time_zone": time_zone,
            "intervals": parsed,
            "holidays": tuple(sorted(day.isoformat() for day in holidays)),
        }
        edit = _Edit(sla_calendars, "calendar", calendar_id, _to_stored, instead_of)
        key = self._save(edit, values, by)
        with reading(self._engine) as connection:
            return _to_stored(connection.execute(select(sla_calendars).where(sla_calendars.c.id == key)).one())

    def remove_calendar(self, calendar_id: CalendarId, *, by: Editor = NOBODY) -> None:
        """Remove a calendar.

        Raises:
            Conflict: a policy or a team uses it.
            NotFound: no such calendar.
        """
        with acting(self._engine, self._clock, by.actor) as act:
            for table in (sla_policies, teams):
                if act.connection.execute(
                    select(table.c.id).where(table.c.calendar_id == calendar_id).limit(1)
                ).first():
                    raise Conflict("The calendar is used by a policy or a team. Give those another one first.")
            _remove(act, sla_calendars, "calendar", calendar_id, by)

    def policies(self) -> list[SlaPolicy]:
        """All policies, in the order in which they are tried."""
        query = select(sla_policies).order_by(sla_policies.c.position, sla_policies.c.id)
        with reading(self._engine) as connection:
            return [_to_policy(row) for row in connection.execute(query)]

    def save_policy(
        self,
        name: str,
        *,
        first_s: int | None,
        next_s: int | None,
        resolution_s: int | None,
        position: int = 0,
        priority: Priority | None = None,
        channel: str | None = None,
        tier: str | None = None,
        runs_on_hold: bool = False,
        calendar_id: CalendarId | None = None,
        policy_id: PolicyId | None = None,
        by: Editor = NOBODY,
        instead_of: SlaPolicy | None = None,
    ) -> SlaPolicy:
        """Make a policy, or change one. Tickets that have it already keep the terms that they were given.

        `instead_of` is what its editor has read; `None` doesn't look.

        Raises:
            InvalidInput: no name, nothing measured, or a time that can't be.
            NotFound: no such policy or calendar.
            Conflict: another one has the name, or somebody else has changed it since `instead_of` was read.
        """
        given = [seconds for seconds in (first_s, next_s, resolution_s) if seconds is not None]
        if not name.strip() or not given:
            raise InvalidInput("A policy needs a name and a time for at least one clock.")
        if any(not 0 < seconds <= MOST_SECONDS for seconds in given):
            raise InvalidInput(f"Times are from 1 second to a year ({MOST_SECONDS} seconds).")
        if calendar_id is not None and all(known.calendar_id != calendar_id for known in self.calendars()):
            raise NotFound("calendar", calendar_id)
        values = {
            "name": name.strip(), "position": position, "priority": priority, "channel": channel, "tier": tier,
            "first_s": first_s, "next_s": next_s, "resolution_s": resolution_s,
            "runs_on_hold": runs_on_hold, "calendar_id": calendar_id,
        }  # fmt: skip
        key = self._save(_Edit(sla_policies, "policy", policy_id, _to_policy, instead_of), values, by)
        with reading(self._engine) as connection:
            return _to_policy(connection.execute(select(sla_policies).where(sla_policies.c.id == key)).one())

    def remove_policy(self, policy_id: PolicyId, *, by: Editor = NOBODY) -> None:
        """Remove a policy; tickets keep what was applied. Raises `NotFound`."""
        with acting(self._engine, self._clock, by.actor) as act:
            _remove(act, sla_policies, "policy", policy_id, by)

    def promises(self, *, channel: str = "", tier: str = "", at: datetime | None = None) -> list[Promise]:
        """What tickets would be promised that are opened at a moment, for each priority, the most urgent first.

        Args:
            channel: by which the customer writes.
            tier: of the customer.
            at: when; `None` means now.
        """
        opened = at or self._clock()
        with reading(self._engine) as connection:
            return [_promise(connection, each, channel, tier, opened) for each in reversed(Priority)]

    def _save(self, edit: _Edit, values: dict[str, Any], by: Editor) -> int:
        table, key = edit.table, edit.key
        with acting(self._engine, self._clock, by.actor) as act:
            named = select(table.c.id).where(table.c.name == values["name"])
            taken = act.connection.execute(named).scalar_one_or_none()
            if taken is not None and taken != key:
                raise Conflict(f"There is a {edit.kind} named {values['name']!r} already. Choose another name.")
            if key is None:
                added = act.connection.execute(insert(table).values(**values))
                assert added.inserted_primary_key is not None  # every database gives it after a single insert
                key = int(added.inserted_primary_key[0])
            else:
                held = act.connection.execute(select(table).where(table.c.id == key).with_for_update()).one_or_none()
                if held is None:
                    raise NotFound(edit.kind, key)
                if edit.instead_of is not None and edit.to_noun(held) != edit.instead_of:
                    raise outrun(act.connection, edit.kind, key)
                act.connection.execute(update(table).where(table.c.id == key).values(**values))
            settled(act, edit.kind, key, values["name"], by)
            return key


@dataclass(frozen=True, slots=True)
class _Edit:
    """Which row is made or changed, and what its editor has read."""

    table: Any
    kind: str
    key: int | None
    to_noun: Callable[[Row[Any]], object]
    instead_of: object


def _remove(act: Act, table: Any, kind: str, key: int, by: Editor) -> None:
    name = act.connection.execute(select(table.c.name).where(table.c.id == key)).scalar_one_or_none()
    if name is None:
        raise NotFound(kind, key)
    act.connection.execute(delete(table).where(table.c.id == key))
    settled(act, kind, key, name, by, removed=True)


def _promise(connection: Connection, priority: Priority, channel: str, tier: str, at: datetime) -> Promise:
    policy_id, name, terms = fitting_terms(connection, priority, channel, tier)
    first, following, solved = (
        None if seconds is None else after_working(terms.calendar, at, seconds)
        for seconds in (terms.first_s, terms.next_s, terms.resolution_s)
    )
    return Promise(
        priority=priority,
        policy_id=PolicyId(policy_id) if policy_id else None,
        policy=name if policy_id else "",
        opened_at=at,
        first_due=first,
        next_due=following,
        resolution_due=solved,
    )


def _to_stored(row: Row[Any]) -> StoredCalendar:
    return StoredCalendar(calendar_id=CalendarId(row.id), name=row.name, calendar=to_calendar(row))


def _to_policy(row: Row[Any]) -> SlaPolicy:
    return SlaPolicy(
        policy_id=PolicyId(row.id),
        name=row.name,
        position=row.position,
        priority=row.priority,
        channel=row.channel,
        tier=row.tier,
        first_s=row.first_s,
        next_s=row.next_s,
        resolution_s=row.resolution_s,
        runs_on_hold=row.runs_on_hold,
        calendar_id=None if row.calendar_id is None else CalendarId(row.calendar_id),
    )
