"""Service levels in SQL: the calendars and policies that the service manager keeps, and tickets' clocks to be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Engine, Row, delete, insert, select, update

from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import Conflict, InvalidInput, NotFound
from core.sla import CalendarId, ClockState, Interval, PolicyId, SlaPolicy, StoredCalendar
from core.tickets import Priority
from core.types import TicketId
from desk.clock_tables import sla_calendars, sla_policies
from desk.running import clock_states, to_calendar
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
    ) -> StoredCalendar:
        """Make a calendar, or change one.

        Args:
            name: unique.
            time_zone: of the IANA database, such as `Asia/Shanghai`.
            intervals: like `mon 09:00-12:00`, several a day if wanted.
            holidays: days of that time zone on which no work is done.
            calendar_id: which to change; `None` makes a new one.

        Raises:
            InvalidInput: an unknown time zone, an interval that can't be read, or no interval at all.
            NotFound: no such calendar.
            Conflict: another one has the name.
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
        key = self._save(sla_calendars, "calendar", calendar_id, values)
        with reading(self._engine) as connection:
            return _to_stored(connection.execute(select(sla_calendars).where(sla_calendars.c.id == key)).one())

    def remove_calendar(self, calendar_id: CalendarId) -> None:
        """Remove a calendar.

        Raises:
            Conflict: a policy or a team uses it.
            NotFound: no such calendar.
        """
        with writing(self._engine) as connection:
            for table in (sla_policies, teams):
                if connection.execute(select(table.c.id).where(table.c.calendar_id == calendar_id).limit(1)).first():
                    raise Conflict("The calendar is used by a policy or a team. Give those another one first.")
            if connection.execute(delete(sla_calendars).where(sla_calendars.c.id == calendar_id)).rowcount == 0:
                raise NotFound("calendar", calendar_id)

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
    ) -> SlaPolicy:
        """Make a policy, or change one. Tickets that have it already keep the terms that they were given.

        Raises:
            InvalidInput: no name, nothing measured, or a time that can't be.
            NotFound: no such policy or calendar.
            Conflict: another one has the name.
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
        key = self._save(sla_policies, "policy", policy_id, values)
        with reading(self._engine) as connection:
            return _to_policy(connection.execute(select(sla_policies).where(sla_policies.c.id == key)).one())

    def remove_policy(self, policy_id: PolicyId) -> None:
        """Remove a policy; tickets keep what was applied. Raises `NotFound`."""
        with writing(self._engine) as connection:
            if connection.execute(delete(sla_policies).where(sla_policies.c.id == policy_id)).rowcount == 0:
                raise NotFound("policy", policy_id)

    def _save(self, table: Any, what: str, key: int | None, values: dict[str, Any]) -> int:
        with writing(self._engine) as connection:
            taken = connection.execute(select(table.c.id).where(table.c.name == values["name"])).scalar_one_or_none()
            if taken is not None and taken != key:
                raise Conflict(f"There is a {what} named {values['name']!r} already. Choose another name.")
            if key is None:
                added = connection.execute(insert(table).values(**values))
                assert added.inserted_primary_key is not None  # every database gives it after a single insert
                return int(added.inserted_primary_key[0])
            if connection.execute(update(table).where(table.c.id == key).values(**values)).rowcount == 0:
                raise NotFound(what, key)
            return key


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
