"""The client's calls about what a service manager sets for the desk. `api.client.Client` has them all.

Where a call takes `instead_of`, it is the thing as the caller has read it: if somebody else has changed it since then,
`Conflict` says who, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypedDict

import httpx

from api.client_reading import Json, read
from core.accounts import AccountId
from core.macros import Macro, MacroId
from core.settings import Secret
from core.sla import CalendarId, PolicyId, Promise, SlaPolicy
from core.staff import DeskAgent, Team, TeamId

PolicyValue = int | float | bool | None
"""A value of the desk's policy. Names that end in `_s` are seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCalendar:
    """When work is done."""

    calendar_id: CalendarId
    name: str
    time_zone: str
    intervals: tuple[str, ...]
    """`mon 09:00-12:00`; several a weekday if wanted."""
    holidays: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class DeskPolicyState:
    """A version of the desk's policy. Number 0 is the one that Zhida comes with."""

    number: int
    policy: Mapping[str, PolicyValue]
    note: str
    author: str
    created_at: datetime | None


class TeamRead(TypedDict):
    """A team with its members, as the API takes it back."""

    name: str
    topics: list[str]
    fallback: bool
    calendar_id: int | None
    members: list[int]


def team_read(team: Team, members: Sequence[AccountId]) -> TeamRead:
    """A team as it was read, with who is in it."""
    return {
        "name": team.name,
        "topics": list(team.topics),
        "fallback": team.fallback,
        "calendar_id": team.calendar_id,
        "members": [int(member) for member in members],
    }


class SettingsCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def _send(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> httpx.Response:
        raise NotImplementedError

    # People

    def save_team(
        self,
        name: str,
        *,
        topics: Sequence[str],
        fallback: bool,
        calendar_id: CalendarId | None,
        members: Sequence[AccountId],
        team_id: TeamId | None = None,
        instead_of: TeamRead | None = None,
    ) -> Team:
        """Make a team, or change one.

        Raises:
            InvalidInput: the name is empty or another team's.
            Conflict: see the module.
        """
        body: Json = {
            "name": name,
            "topics": list(topics),
            "fallback": fallback,
            "calendar_id": calendar_id,
            "members": list(members),
        }
        return read(Team, self._put("/desk/teams", team_id, body, instead_of))

    def change_agent(
        self,
        account_id: AccountId,
        *,
        cap: int,
        skills: Sequence[str],
        languages: Sequence[str],
        instead_of: DeskAgent | None = None,
    ) -> DeskAgent:
        """Set what somebody at the desk can do; whoever was never there becomes known to it."""
        body: Json = {"cap": cap, "skills": list(skills), "languages": list(languages)}
        was: Json | None = None
        if instead_of is not None:
            was = {
                "cap": instead_of.cap,
                "skills": list(instead_of.skills),
                "languages": list(instead_of.languages),
            }
        return read(DeskAgent, self._put("/desk/agents", account_id, body, was))

    # Macros

    def macros(self, *, disabled: bool = False) -> list[Macro]:
        """Macros, those used most first; with `disabled` those that were switched off as well."""
        return read(list[Macro], self._json("GET", "/desk/macros", key=self._key, params={"disabled": disabled}))

    def save_macro(self, macro: Macro, *, instead_of: Macro | None = None) -> Macro:
        """Make a macro (its number is 0), or change one. `uses` isn't looked at.

        Raises:
            InvalidInput: no name, no text, or one that is too long.
            Conflict: see the module.
        """
        was = None if instead_of is None else _macro(instead_of)
        return read(Macro, self._put("/desk/macros", macro.macro_id or None, _macro(macro), was))

    # Service levels

    def sla_policies(self) -> list[SlaPolicy]:
        """Service levels in the order in which they are tried."""
        return read(list[SlaPolicy], self._json("GET", "/desk/sla-policies", key=self._key))

    def save_sla_policy(self, policy: SlaPolicy, *, instead_of: SlaPolicy | None = None) -> SlaPolicy:
        """Make a service level (its number is 0), or change one for later tickets.

        Raises:
            InvalidInput: nothing is measured, or a time that can't be.
            Conflict: the name is taken; else see the module.
        """
        was = None if instead_of is None else _policy(instead_of)
        return read(SlaPolicy, self._put("/desk/sla-policies", policy.policy_id or None, _policy(policy), was))

    def remove_sla_policy(self, policy_id: PolicyId) -> None:
        """Remove a service level; tickets that have it keep it. Raises `NotFound`."""
        self._send("DELETE", f"/desk/sla-policies/{policy_id}", key=self._key)

    def calendars(self) -> list[DeskCalendar]:
        """All calendars, by name."""
        return read(list[DeskCalendar], self._json("GET", "/desk/calendars", key=self._key))

    def save_calendar(self, calendar: DeskCalendar, *, instead_of: DeskCalendar | None = None) -> DeskCalendar:
        """Make a calendar (its number is 0), or change one for later tickets.

        Raises:
            InvalidInput: an unknown time zone, or an interval that can't be read.
            Conflict: the name is taken; else see the module.
        """
        was = None if instead_of is None else _calendar(instead_of)
        raw = self._put("/desk/calendars", calendar.calendar_id or None, _calendar(calendar), was)
        return read(DeskCalendar, raw)

    def remove_calendar(self, calendar_id: CalendarId) -> None:
        """Remove a calendar. Raises `Conflict` where a service level or a team uses it, and `NotFound`."""
        self._send("DELETE", f"/desk/calendars/{calendar_id}", key=self._key)

    def promises(self, *, channel: str = "", tier: str = "") -> list[Promise]:
        """When a ticket would be due that is opened now, for each priority, the most urgent first."""
        query = {"channel": channel, "tier": tier}
        return read(list[Promise], self._json("GET", "/desk/sla-preview", key=self._key, params=query))

    # The desk's policy

    def desk_policy(self) -> DeskPolicyState:
        """What holds."""
        return read(DeskPolicyState, self._json("GET", "/desk/policy", key=self._key))

    def desk_policy_versions(self, *, limit: int = 50) -> list[DeskPolicyState]:
        """Who changed it when, the newest first, without the one that Zhida comes with."""
        raw = self._json("GET", "/desk/policy/versions", key=self._key, params={"limit": limit})
        return read(list[DeskPolicyState], raw)

    def desk_policy_at(self, number: int) -> DeskPolicyState:
        """One version; 0 is the one that Zhida comes with. Raises `NotFound`."""
        return read(DeskPolicyState, self._json("GET", f"/desk/policy/versions/{number}", key=self._key))

    def save_desk_policy(
        self, values: Mapping[str, PolicyValue], *, instead_of: int, note: str = ""
    ) -> DeskPolicyState:
        """Change what `values` name.

        Raises:
            InvalidInput: a value out of its bounds, or two that contradict each other.
            Conflict: `instead_of`, the version that was edited, doesn't hold any more.
        """
        body = {"policy": dict(values), "note": note, "instead_of": instead_of}
        return read(DeskPolicyState, self._json("PUT", "/desk/policy", key=self._key, json=body))

    def _put(self, path: str, number: int | None, body: Json, instead_of: Any) -> Any:
        if number is None:
            return self._json("POST", path, key=self._key, json=body)
        if instead_of is not None:
            body = {**body, "instead_of": instead_of}
        return self._json("PUT", f"{path}/{number}", key=self._key, json=body)


NEW_MACRO: Final = MacroId(0)
NEW_POLICY: Final = PolicyId(0)
NEW_CALENDAR: Final = CalendarId(0)
"""Numbers of what is to be made."""


def _macro(macro: Macro) -> Json:
    return {
        "name": macro.name,
        "text": macro.text,
        "language": macro.language,
        "team_id": macro.team_id,
        "actions": {
            "priority": macro.actions.priority,
            "tags": list(macro.actions.tags),
            "asks": macro.actions.asks,
        },
        "enabled": macro.enabled,
    }


def _policy(policy: SlaPolicy) -> Json:
    return {
        "name": policy.name,
        "position": policy.position,
        "priority": policy.priority,
        "channel": policy.channel,
        "tier": policy.tier,
        "first_s": policy.first_s,
        "next_s": policy.next_s,
        "resolution_s": policy.resolution_s,
        "runs_on_hold": policy.runs_on_hold,
        "calendar_id": policy.calendar_id,
    }


def _calendar(calendar: DeskCalendar) -> Json:
    return {
        "name": calendar.name,
        "time_zone": calendar.time_zone,
        "intervals": list(calendar.intervals),
        "holidays": [day.isoformat() for day in calendar.holidays],
    }
