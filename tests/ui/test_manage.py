"""The page for managers, without the page: what each tab shows and saves, over the real API in this process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Client
from api.composition import Replacements, Services, open_services
from core.accounts import Role
from core.desk_policy_bounds import BOUNDS
from core.settings import Secret, read_settings
from core.types import Language
from models.fake_encoder import FakeEncoder
from tests.api.inside import client_inside
from tests.api.people import FAST, PASSWORD, signed_in
from ui import manage_accounts, manage_levels, manage_macros, manage_own, manage_people, manage_policy
from ui.manage import ACTED, SHOWN
from ui.manage_calendars import parsed_hours
from ui.manage_view import Part, SettingsView
from ui.texts import TEXTS

KEY = Secret("the-key-of-these-tests")
EVIL = "<img src=x onerror=alert(1)>"


@dataclass
class Somebody:
    """Who has signed in: what the page knows of them, and their client."""

    view: SettingsView
    client: Client


@pytest.fixture
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = read_settings({"ZHIDA_ADMIN_KEY": KEY.reveal()}, home=tmp_path_factory.mktemp("home"))
    opened = open_services(settings, Replacements(encoder=FakeEncoder(), passwords=FAST))
    yield opened
    opened.close()


@pytest.fixture
def http(services: Services) -> TestClient:
    return TestClient(create_app(services))


def somebody(services: Services, http: TestClient, role: Role, name: str | None = None) -> Somebody:
    session = signed_in(services.accounts, role, name)
    client = client_inside(http, session.token)
    me = client.me()
    view = SettingsView(
        Language.EN,
        key=session.token,
        account=session.account.display_name,
        account_id=session.account.account_id,
        rights=frozenset(me.rights),
    )
    return Somebody(view, client)


@pytest.fixture
def mei(services: Services, http: TestClient) -> Somebody:
    """A service manager."""
    return somebody(services, http, Role.SERVICE_MANAGER, "mei")


@pytest.fixture
def boss(services: Services, http: TestClient) -> Somebody:
    """An administrator."""
    return somebody(services, http, Role.ADMIN, "boss")


def sent(html: str, **changes: str | None) -> dict[str, str]:
    """What a browser sends of the form on a tab, read out of its HTML; `None` unticks a box."""
    form = re.search(r'<form class="zd-gold-form zd-settings-form"(.*?)</form>', html, re.DOTALL)
    assert form is not None, html[:500]
    fields = dict(re.findall(r'data-(what|number)="([^"]*)"', form[1]))
    fields |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', form[1]))
    fields |= dict(re.findall(r'<input type="(?:text|password)" name="([^"]+)" value="([^"]*)"', form[1]))
    fields |= dict(re.findall(r'<input type="checkbox" name="([^"]+)" value="([^"]*)" checked', form[1]))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form[1]):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        fields[name] = chosen[0] if chosen else ""
    given = {name: unescape(value) for name, value in fields.items()}
    given |= {name.replace("__", "."): value for name, value in changes.items()}  # type: ignore[misc]
    return {name: value for name, value in given.items() if value is not None}


def problem(html: str) -> str:
    """What stands beside the field that is wrong."""
    found = re.search(r'<span class="zd-wrong"[^>]*>([^<]*)<', html)
    return unescape(found[1]) if found else ""


def done(html: str) -> str:
    found = re.search(r'class="zd-done"[^>]*>(?:<strong>)?([^<]*)<', html)
    return unescape(found[1]) if found else ""


class TestTheTabs:
    @pytest.mark.parametrize(
        ("role", "parts"),
        [
            (Role.ADMIN, list(Part)),
            (Role.SERVICE_MANAGER, list(Part)),
            (Role.AUDITOR, list(Part)),
            (Role.LEAD, [Part.PEOPLE, Part.MACROS, Part.LEVELS, Part.POLICY, Part.OWN]),
            (Role.AGENT, [Part.PEOPLE, Part.MACROS, Part.LEVELS, Part.POLICY, Part.OWN]),
            (Role.KNOWLEDGE_MANAGER, [Part.MACROS, Part.LEVELS, Part.POLICY, Part.OWN]),
        ],
    )
    def test_are_those_that_somebody_may_read(
        self, services: Services, http: TestClient, role: Role, parts: list[Part]
    ) -> None:
        """Each can be drawn, in both languages, with nothing to click that would be refused."""
        who = somebody(services, http, role)

        assert who.view.parts == parts
        for part in parts:
            for language in Language:
                html = SHOWN[part](replace(who.view, language=language), who.client)
                assert "zd-problem" not in html
                if role not in (Role.ADMIN, Role.SERVICE_MANAGER) and part is not Part.OWN:
                    assert 'data-act="open"' not in html

    @pytest.mark.parametrize("part", [Part.PEOPLE, Part.MACROS, Part.LEVELS, Part.POLICY, Part.ACCOUNTS])
    def test_do_nothing_for_who_may_only_read(self, services: Services, http: TestClient, part: Part) -> None:
        """A browser can send anything."""
        auditor = somebody(services, http, Role.AUDITOR)
        for name in ("open", "save", "switch", "remove", "really", "restore"):
            _, html = ACTED[part](auditor.view, name, {"what": "team", "number": "1", "name": "x"}, auditor.client)
            assert "zd-settings-form" not in html
            assert "zd-done" not in html.replace("The log is intact", "") or part is Part.ACCOUNTS

    def test_name_every_value_of_the_policy(self) -> None:
        """With what it means, in both languages."""
        named = {name for group in manage_policy.GROUPS.values() for name in group}

        assert named == {*BOUNDS, manage_policy.SWITCH}
        assert {f"policy.{name}{end}" for name in named for end in ("", ".hint")} <= set(TEXTS)
        assert {f"policy.group.{group}" for group in manage_policy.GROUPS} <= set(TEXTS)
        assert {f"manage.tab.{part}" for part in Part} | {f"accounts.role.{role}" for role in Role} <= set(TEXTS)


class TestMacros:
    def test_are_written_and_edited(self, mei: Somebody) -> None:
        """What was saved is said; what is refused stays as it was typed, with the reason beside it."""
        view, html = manage_macros.act(mei.view, "open", {"what": "macro", "number": "0"}, mei.client)
        view, html = manage_macros.act(view, "save", sent(html, name="  ", text=EVIL), mei.client)
        assert problem(html) == "Please fill in “Name”."
        assert "&lt;img" in html
        assert EVIL not in html

        view, html = manage_macros.act(view, "save", sent(html, name="Hello", tags="vip，vip, 退款"), mei.client)
        assert done(html) == "The macro “Hello” was saved."
        (macro,) = mei.client.macros()
        assert (macro.name, macro.text, macro.actions.tags) == ("Hello", EVIL, ("vip", "退款"))

        view, html = manage_macros.act(view, "open", {"number": str(macro.macro_id)}, mei.client)
        manage_macros.act(view, "save", sent(html, language="en", asks="yes"), mei.client)
        (changed,) = mei.client.macros()
        assert (changed.language, changed.actions.asks, changed.actions.tags) == (Language.EN, True, ("vip", "退款"))

    def test_are_shown_with_an_example(self, mei: Somebody) -> None:
        """And what nothing fills in is said."""
        typed = {"what": "macro", "number": "0", "name": "a", "text": "Dear {name}, {nmae}"}
        _, html = manage_macros.act(mei.view, "preview", typed, mei.client)

        assert "Dear Ms Lin, {nmae}" in html
        assert "{nmae}: nothing fills this in" in html
        assert sent(html)["text"] == typed["text"]

    def test_are_removed_and_brought_back(self, mei: Somebody) -> None:
        """None is lost, since the log names them."""
        view, html = manage_macros.act(mei.view, "open", {"number": "0"}, mei.client)
        view, _ = manage_macros.act(view, "save", sent(html, name="Hello", text="Hi"), mei.client)
        number = str(mei.client.macros()[0].macro_id)

        view, html = manage_macros.act(view, "switch", {"number": number}, mei.client)
        assert "was removed" in done(html)
        assert mei.client.macros() == []

        manage_macros.act(view, "switch", {"number": number}, mei.client)
        assert len(mei.client.macros()) == 1

    def test_of_two_who_edit_one_the_second_decides_knowingly(
        self, services: Services, http: TestClient, mei: Somebody
    ) -> None:
        """Who was faster is said, and what they saved; nothing typed is lost; saved again it goes over theirs."""
        wang = somebody(services, http, Role.SERVICE_MANAGER, "wang")
        view, html = manage_macros.act(mei.view, "open", {"number": "0"}, mei.client)
        view, _ = manage_macros.act(view, "save", sent(html, name="Hello", text="Hi"), mei.client)
        number = {"number": str(mei.client.macros()[0].macro_id)}
        view, mine = manage_macros.act(view, "open", number, mei.client)
        other, theirs = manage_macros.act(wang.view, "open", number, wang.client)
        manage_macros.act(other, "save", sent(theirs, text="Wang's text"), wang.client)

        view, html = manage_macros.act(view, "save", sent(mine, text="Mei's text"), mei.client)

        assert "wang was faster" in html
        assert "<dt>Text</dt><dd>Wang&#x27;s text</dd>" in html
        assert sent(html)["text"] == "Mei's text"
        assert mei.client.macros()[0].text == "Wang's text"

        _, html = manage_macros.act(view, "save", sent(html), mei.client)
        assert mei.client.macros()[0].text == "Mei's text"


class TestTeamsAndPeople:
    def test_without_a_team_it_is_said_what_that_means(self, mei: Somebody) -> None:
        """And where to begin."""
        assert "everybody at the desk sees every conversation" in manage_people.shown(mei.view, mei.client)

    def test_a_team_has_topics_members_and_a_part(self, services: Services, http: TestClient, mei: Somebody) -> None:
        """Somebody who was never at the desk can be put into it."""
        lin = somebody(services, http, Role.AGENT, "lin").view.account_id
        view, html = manage_people.act(mei.view, "open", {"what": "team", "number": "0"}, mei.client)
        changes = {f"member.{lin}": "yes", "code.loop": "yes", "intent.refund_status": "yes"}
        filled = sent(html, name="After sales", topics="own_label", fallback="yes") | changes
        _, html = manage_people.act(view, "save", filled, mei.client)

        assert done(html) == "The team “After sales” was saved; members: 1."
        (team,) = mei.client.teams()
        assert (team.fallback, set(team.topics)) == (True, {"loop", "refund_status", "own_label"})
        assert [each.account_id for each in mei.client.agents() if team.team_id in each.teams] == [lin]

        view, html = manage_people.act(mei.view, "open", {"what": "team", "number": str(team.team_id)}, mei.client)
        manage_people.act(view, "save", sent(html), mei.client)
        assert mei.client.teams() == [team]

    def test_a_taken_name_is_refused_beside_the_name(self, mei: Somebody) -> None:
        """In the page's language."""
        for _ in range(2):
            view, html = manage_people.act(mei.view, "open", {"what": "team", "number": "0"}, mei.client)
            view, html = manage_people.act(view, "save", sent(html, name="A"), mei.client)

        assert problem(html) == "“A” can't be a team's name: it is empty or taken. Choose another one."

    def test_what_somebody_can_do_is_set(self, services: Services, http: TestClient, mei: Somebody) -> None:
        """Also of somebody who was never there."""
        number = str(somebody(services, http, Role.AGENT, "lin").view.account_id)
        view, html = manage_people.act(mei.view, "open", {"what": "agent", "number": number}, mei.client)
        view, html = manage_people.act(view, "save", sent(html, cap="many", skills="安装、refunds"), mei.client)
        assert problem(html) == "Give a whole number from 0 to 1000."

        manage_people.act(view, "save", sent(html, cap="6", language__zh="yes"), mei.client)
        (agent,) = mei.client.agents()
        assert (agent.cap, agent.skills, agent.languages) == (6, ("安装", "refunds"), ("zh",))


class TestServiceLevels:
    def test_are_given_in_words_and_hold_by_their_calendar(self, mei: Somebody) -> None:
        """The preview follows."""
        view, html = manage_levels.act(mei.view, "open", {"what": "calendar", "number": "0"}, mei.client)
        view, html = manage_levels.act(view, "save", sent(html, name="Hours", sat="9-12, late"), mei.client)
        assert problem(html).startswith("“late” can't be read")
        view, html = manage_levels.act(view, "save", sent(html, sat="9-12", holidays="2026/10/1"), mei.client)
        (calendar,) = mei.client.calendars()
        assert calendar.intervals[-1] == "sat 09:00-12:00"
        assert [day.isoformat() for day in calendar.holidays] == ["2026-10-01"]

        view, html = manage_levels.act(view, "open", {"what": "level", "number": "0"}, mei.client)
        filled = sent(html, name="VIP", tier="VIP", first_s="30", calendar_id=str(calendar.calendar_id))
        view, html = manage_levels.act(view, "save", filled, mei.client)
        assert problem(html).startswith("“30” can't be read")
        view, html = manage_levels.act(
            view, "save", sent(html, first_s="30 分钟", resolution_s="1 day 4 h"), mei.client
        )
        (level,) = mei.client.sla_policies()
        assert (level.first_s, level.next_s, level.resolution_s) == (1_800, None, 100_800)

        _, html = manage_levels.act(view, "save", {"what": "promises", "channel": "", "tier": "VIP"}, mei.client)
        assert html.count("<td>VIP</td>") == 4
        assert "Not measured" in html

    def test_a_calendar_in_use_stays(self, mei: Somebody) -> None:
        """What to do first is said."""
        view, html = manage_levels.act(mei.view, "open", {"what": "calendar", "number": "0"}, mei.client)
        view, _ = manage_levels.act(view, "save", sent(html, name="Hours"), mei.client)
        number = str(mei.client.calendars()[0].calendar_id)
        view, html = manage_levels.act(view, "open", {"what": "level", "number": "0"}, mei.client)
        manage_levels.act(view, "save", sent(html, name="All", first_s="1 h", calendar_id=number), mei.client)

        _, asked = manage_levels.act(view, "remove", {"what": "calendar", "number": number, "name": EVIL}, mei.client)
        _, html = manage_levels.act(view, "really", {"what": "calendar", "number": number}, mei.client)

        assert EVIL not in asked
        assert "still uses this calendar" in html
        assert len(mei.client.calendars()) == 1

    @pytest.mark.parametrize(
        ("text", "hours"),
        [
            ("", []),
            ("９：00－12：00，13:00到18:00", ["mon 09:00-12:00", "mon 13:00-18:00"]),
            ("0-24", ["mon 00:00-24:00"]),
            ("18-9", "18-9"),
            ("25:00-26:00", "25:00-26:00"),
        ],
    )
    def test_hours_are_read_as_people_write_them(self, text: str, hours: list[str] | str) -> None:
        """What can't be read comes back."""
        assert parsed_hours("mon", text) == hours


class TestThePolicy:
    def test_is_changed_field_by_field_and_back(self, mei: Somebody) -> None:
        """Bounds are said in words; each version with author, note and what it changed."""
        view, html = manage_policy.act(mei.view, "open", {}, mei.client)
        view, html = manage_policy.act(view, "save", sent(html), mei.client)
        assert "Nothing was changed" in html
        view, html = manage_policy.act(view, "save", sent(html, queue_wait_s="2 days"), mei.client)
        assert "10 seconds to 1 day" in problem(html)

        view, html = manage_policy.act(view, "save", sent(html, queue_wait_s="5 min", note="lunch"), mei.client)
        assert done(html) == "Saved as version 1; it holds within seconds."
        assert "Wait in the queue: 10 minutes → 5 minutes" in html
        assert "lunch" in html
        assert mei.client.desk_policy().policy["queue_wait_s"] == 300

        _, html = manage_policy.act(view, "restore", {"number": "0"}, mei.client)
        assert done(html) == "Version 0 is back, saved as version 2."
        assert mei.client.desk_policy().policy["queue_wait_s"] == 600

    def test_values_that_contradict_each_other_are_refused(self, mei: Somebody) -> None:
        """The server looks at that."""
        view, html = manage_policy.act(mei.view, "open", {}, mei.client)
        _, html = manage_policy.act(view, "save", sent(html, reopening_rating="4"), mei.client)

        assert problem(html).startswith("The rating that opens a ticket again must be below")

    def test_a_colleague_who_was_faster_is_named(self, services: Services, http: TestClient, mei: Somebody) -> None:
        """With what they have set."""
        wang = somebody(services, http, Role.SERVICE_MANAGER, "wang")
        view, html = manage_policy.act(mei.view, "open", {}, mei.client)
        wang.client.save_desk_policy({"queue_wait_s": 120}, instead_of=0)

        _, html = manage_policy.act(view, "save", sent(html, left_after_s="1 h"), mei.client)

        assert "wang was faster" in html
        assert "<dt>Wait in the queue</dt><dd>2 minutes</dd>" in html


class TestAccounts:
    def test_are_added_with_a_password_that_is_shown_once(self, boss: Somebody, http: TestClient) -> None:
        """It lets them in."""
        view, html = manage_accounts.act(boss.view, "open", {"number": "0"}, boss.client)
        view, html = manage_accounts.act(view, "save", sent(html, name="a b"), boss.client)
        assert problem(html).startswith("“a b” can't be an account's name")

        view, html = manage_accounts.act(view, "save", sent(html, name="lin", display_name="林"), boss.client)
        password = re.search(r'<code class="zd-secret"[^>]*>([^<]+)<', html)
        assert password is not None
        assert client_inside(http, KEY).sign_in("lin", Secret(unescape(password[1]))).account.role is Role.AGENT
        assert password[1] not in manage_accounts.shown(view, boss.client)

    def test_are_changed_renewed_and_disabled(self, boss: Somebody) -> None:
        """A new password asks first; one's own account can't be shut out."""
        account = boss.client.add_account("lin", Role.AGENT, PASSWORD)
        number = {"number": str(account.account_id), "name": "lin"}
        view, html = manage_accounts.act(boss.view, "open", number, boss.client)
        view, html = manage_accounts.act(view, "save", sent(html, role="lead"), boss.client)
        assert "sign in again" in done(html)
        _, html = manage_accounts.act(view, "remove", number, boss.client)
        assert "Make a new password for lin?" in html
        _, html = manage_accounts.act(view, "really", number, boss.client)
        assert "zd-secret" in html
        _, html = manage_accounts.act(view, "switch", number, boss.client)
        assert "disabled" in done(html)
        assert html.count('data-act="switch"') == 1

    def test_the_log_says_whether_it_was_tampered_with(self, boss: Somebody, services: Services) -> None:
        """And from which line on."""
        assert "The log is intact" in manage_accounts.shown(boss.view, boss.client)

        with services.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE audit_log SET actor = 'nobody' WHERE number = 1")

        assert "from line 1 on" in manage_accounts.shown(boss.view, boss.client)

    def test_a_service_manager_reads_accounts_and_not_the_log(self, mei: Somebody) -> None:
        """As the rights say."""
        html = manage_accounts.shown(mei.view, mei.client)

        assert "an administrator changes them" in html
        assert "Audit log" not in html

    def test_one_s_own_password_is_changed_by_whoever_knows_it(self, mei: Somebody) -> None:
        """No password is put back into the page."""
        given = {"what": "own", "present": "wrong wrong", "password": "a much better one", "again": "a much better one"}
        view, html = manage_own.act(mei.view, "save", given | {"again": "another"}, mei.client)
        assert problem(html) == "The two aren't the same."
        view, html = manage_own.act(view, "save", given, mei.client)
        assert problem(html) == "The present password is wrong. Nothing was changed."
        assert "a much better one" not in html
        view, html = manage_own.act(view, "save", given | {"present": PASSWORD.reveal()}, mei.client)
        assert done(html).startswith("Your password was changed.")
        assert view.key is None
