"""What managers set for the desk, through the client: two of them at once, and what tickets would be promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Client
from api.client_settings import NEW_CALENDAR, NEW_MACRO, NEW_POLICY, DeskCalendar, team_read
from api.composition import Services
from core.accounts import Role
from core.desk_events import EventKind
from core.errors import Conflict
from core.macros import Macro, MacroActions, filled, unknown_placeholders
from core.sla import SlaPolicy
from core.tickets import Priority
from tests.api.inside import client_inside
from tests.api.people import PASSWORD, signed_in
from tests.api.shop import KEY

CALENDAR = DeskCalendar(
    calendar_id=NEW_CALENDAR, name="工作日", time_zone="Asia/Shanghai", intervals=("mon 09:00-18:00",), holidays=()
)
POLICY = SlaPolicy(
    policy_id=NEW_POLICY,
    name="VIP",
    position=1,
    priority=None,
    channel=None,
    tier="VIP",
    first_s=1800,
    next_s=None,
    resolution_s=None,
    runs_on_hold=False,
    calendar_id=None,
)
MACRO = Macro(
    macro_id=NEW_MACRO,
    name="问候",
    language=None,
    team_id=None,
    text="{name}您好。",
    actions=MacroActions(Priority.HIGH, ("退款",), asks=True),
    uses=0,
    enabled=True,
)


@dataclass
class Managers:
    """Two who edit at once."""

    mei: Client
    wang: Client


@pytest.fixture
def managers(shop: Services) -> Managers:
    http = TestClient(create_app(shop))
    sessions = [signed_in(shop.accounts, Role.SERVICE_MANAGER, name) for name in ("mei", "wang")]
    return Managers(*(client_inside(http, session.token) for session in sessions))


Edit = Callable[[Client, str], object]


def of_a_team(first: Client) -> Edit:
    team = first.save_team("售后", topics=["refund"], fallback=True, calendar_id=None, members=[])
    was = team_read(team, [])

    def edit(client: Client, word: str) -> object:
        return client.save_team(
            "售后", topics=[word], fallback=True, calendar_id=None, members=[], team_id=team.team_id, instead_of=was
        )

    return edit


def of_an_agent(first: Client) -> Edit:
    account_id = first.accounts()[0].account_id
    was = first.change_agent(account_id, cap=4, skills=[], languages=[])
    return lambda client, word: client.change_agent(account_id, cap=4, skills=[word], languages=[], instead_of=was)


def of_a_macro(first: Client) -> Edit:
    was = first.save_macro(MACRO)
    return lambda client, word: client.save_macro(replace(was, text=word), instead_of=was)


def of_a_policy(first: Client) -> Edit:
    was = first.save_sla_policy(POLICY)
    return lambda client, word: client.save_sla_policy(replace(was, tier=word), instead_of=was)


def of_a_calendar(first: Client) -> Edit:
    was = first.save_calendar(CALENDAR)
    return lambda client, word: client.save_calendar(replace(was, name=word), instead_of=was)


class TestTwoAtOnce:
    @pytest.mark.parametrize("make", [of_a_team, of_an_agent, of_a_macro, of_a_policy, of_a_calendar])
    def test_the_second_is_told_who_was_faster(
        self, managers: Managers, shop: Services, make: Callable[[Client], Edit]
    ) -> None:
        """And what the first has saved stays."""
        edit = make(managers.mei)
        saved = edit(managers.wang, "wang's")

        with pytest.raises(Conflict, match=r"^wang was faster: the \w+ was changed at \d\d:\d\d UTC"):
            edit(managers.mei, "mei's")

        changes = list(shop.desk.events.every(kinds=[EventKind.SETTING_CHANGED]))
        assert [change.detail["author"] for change in changes] == ["mei", "wang"]
        assert len({change.rule for change in changes}) == 1
        assert saved is not None

    def test_of_an_account_too(self, shop: Services) -> None:
        """The audit log knows who."""
        http = TestClient(create_app(shop))
        admin = client_inside(http, signed_in(shop.accounts, Role.ADMIN, "boss").token)
        key = client_inside(http, KEY)
        was = admin.add_account("lin", Role.AGENT, PASSWORD)
        admin.change_account(was.account_id, role=Role.LEAD, instead_of=was)

        with pytest.raises(Conflict, match=r"^boss was faster: the account was changed"):
            key.change_account(was.account_id, disabled=True, instead_of=was)

        assert not key.accounts()[1].disabled
        assert key.audit().broken_at is None
        assert [entry.action for entry in key.audit(limit=1).entries] == ["account.changed"]

    def test_unchanged_what_was_read_is_what_there_is(self, managers: Managers) -> None:
        """Everything goes to the client and back without a difference."""
        for made in (managers.mei.save_macro(MACRO),):
            assert managers.mei.save_macro(made, instead_of=made) == made
        policy = managers.mei.save_sla_policy(POLICY)
        calendar = managers.mei.save_calendar(replace(CALENDAR, holidays=(datetime(2026, 10, 1, tzinfo=UTC).date(),)))

        assert managers.mei.save_sla_policy(policy, instead_of=policy) == policy
        assert managers.mei.save_calendar(calendar, instead_of=calendar) == calendar


class TestMacros:
    def test_that_are_off_are_listed_when_asked_for(self, managers: Managers) -> None:
        """They can be switched on again."""
        was = managers.mei.save_macro(MACRO)
        off = managers.mei.save_macro(replace(was, enabled=False), instead_of=was)

        assert managers.mei.macros() == []
        assert managers.mei.macros(disabled=True) == [off]

    def test_fill_in_what_is_known_and_nothing_else(self) -> None:
        """Not even what a customer put into their name."""
        assert (
            filled("{name}，工单 {ticket}，{nmae}", {"name": "{ticket}", "ticket": "#5"}) == "{ticket}，工单 #5，{nmae}"
        )
        assert unknown_placeholders("{name} {nmae} {nmae} {}") == ("nmae",)


class TestPromises:
    def test_without_a_service_level_are_those_that_zhida_comes_with(self, managers: Managers) -> None:
        """Around the clock, the most urgent first."""
        found = managers.mei.promises()

        assert [each.priority for each in found] == [*reversed(Priority)]
        assert found[0].first_due == found[0].opened_at + timedelta(minutes=30)
        assert found[0].policy_id is None

    def test_follow_the_calendar_of_the_first_level_that_fits(self, managers: Managers, shop: Services) -> None:
        """What isn't measured isn't promised."""
        calendar = managers.mei.save_calendar(CALENDAR)
        managers.mei.save_sla_policy(replace(POLICY, calendar_id=calendar.calendar_id))
        sunday = datetime(2026, 3, 1, 12, tzinfo=UTC)

        found = shop.desk.clocks.promises(tier="VIP", at=sunday)

        assert {each.policy for each in found} == {"VIP"}
        assert found[0].first_due == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # 9:30 on Monday in Shanghai
        assert found[0].resolution_due is None

    def test_need_a_time_zone(self, shop: Services) -> None:
        """A time without one is refused with a sentence."""
        http = TestClient(create_app(shop))
        headers = {"Authorization": f"Bearer {KEY.reveal()}"}

        refused = http.get("/v1/desk/sla-preview", params={"at": "2026-03-01T12:00:00"}, headers=headers)

        assert refused.status_code == 422
        assert "time zone" in refused.json()["detail"]
