"""A service manager sets the desk up in a real browser, and a colleague who was faster is named.

Needs Debian's Chromium, as `test_browser` does. Screenshots go to the test's temporary folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from api.client import Client
from core.accounts import Role
from core.settings import Secret
from tests.e2e.browsing import DESKTOP, IN_A_BROWSER, KEY, Visit, playwright, visit

pytestmark = IN_A_BROWSER

PASSWORD = Secret("correct horse battery")
PAGE = "#zd-manage "
FORM = PAGE + "form.zd-settings-form "
EVIL = "<img src=x onerror=window.hacked=1>"


@pytest.fixture(scope="module")
def people(server: str) -> str:
    """The server's address, with two service managers and an agent on it."""
    with Client(server, Secret(KEY)) as client:
        for name, role in (("mei", Role.SERVICE_MANAGER), ("wang", Role.SERVICE_MANAGER), ("lin", Role.AGENT)):
            client.add_account(name, role, PASSWORD, display_name=f"{name} {EVIL}")
    return server


@pytest.fixture
def come_in(people: str, browser: playwright.Browser) -> Callable[[str, str], Visit]:
    """Signs somebody in to the page."""

    def enter(name: str, locale: str) -> Visit:
        seen = visit(browser, people, locale=locale, size=DESKTOP)
        seen.page.set_default_timeout(60_000)
        seen.page.goto(f"{people}/manage")
        seen.page.fill("#zd-sign-in [name=name]", name)
        seen.page.fill("#zd-sign-in [name=key]", PASSWORD.reveal())
        seen.page.click("#zd-sign-in button")
        seen.page.wait_for_selector("#zd-nav .zd-tab")
        return seen

    return enter


def go(seen: Visit, tab: str) -> None:
    seen.page.click(f"#zd-nav [data-tab={tab}]")
    seen.page.wait_for_selector(f"#zd-nav [data-tab={tab}][aria-current]")


def test_a_service_manager_sets_the_desk_up(come_in: Callable[[str, str], Visit], tmp_path: Path) -> None:
    """By keyboard: a team, a macro; what is wrong is said beside its field, in Chinese, and the cursor goes there."""
    mei = come_in("mei", "zh-CN")
    page = mei.page
    page.wait_for_selector(PAGE + ".zd-nothing")
    page.focus(PAGE + "[data-act=open][data-what=team]")
    page.keyboard.press("Enter")
    page.wait_for_selector(FORM + "[name=name]")
    page.keyboard.press("Enter")
    page.wait_for_selector(FORM + ".zd-wrong")
    playwright.expect(page.locator(FORM + "[name=name]")).to_be_focused()
    page.keyboard.type("售后")
    page.check(FORM + "[name^='member.'] >> nth=0")
    mei.shoot(tmp_path, "team")
    page.click(FORM + "button[type=submit]")
    playwright.expect(page.locator(PAGE + ".zd-done")).to_have_text("已保存团队“售后”，1 名成员。")

    go(mei, "levels")
    page.click(PAGE + "[data-act=open][data-what=level]")
    page.fill(FORM + "[name=name]", "紧急")
    page.fill(FORM + "[name=first_s]", "半小时")
    page.click(FORM + "button[type=submit]")
    playwright.expect(page.locator(PAGE + ".zd-done")).to_contain_text("已保存服务时限“紧急”")
    playwright.expect(page.locator(PAGE + "td", has_text="紧急").nth(1)).to_be_visible()
    mei.shoot(tmp_path, "levels")
    mei.assert_stayed_here()


def test_who_was_faster_is_named_and_nothing_typed_is_lost(
    come_in: Callable[[str, str], Visit], tmp_path: Path
) -> None:
    """Two service managers, each in their own language."""
    mei, wang = come_in("mei", "zh-CN"), come_in("wang", "en-US")
    for seen in (mei, wang):
        go(seen, "policy")
        seen.page.click(PAGE + "[data-act=open][data-what=policy]")
        seen.page.wait_for_selector(FORM + "[name=queue_wait_s]")
    wang.page.fill(FORM + "[name=queue_wait_s]", "5 min")
    wang.page.click(FORM + "button[type=submit]")
    playwright.expect(wang.page.locator(PAGE + ".zd-done")).to_have_text("Saved as version 1; it holds within seconds.")

    mei.page.fill(FORM + "[name=left_after_s]", "45 分钟")
    mei.page.click(FORM + "button[type=submit]")

    playwright.expect(mei.page.locator(PAGE + ".zd-warning")).to_contain_text(re.compile("wang 比您先保存.*5 分钟"))
    playwright.expect(mei.page.locator(FORM + "[name=left_after_s]")).to_have_value("45 分钟")
    mei.shoot(tmp_path, "faster")
    mei.assert_stayed_here()


def test_an_agent_reads_and_changes_nothing(come_in: Callable[[str, str], Visit]) -> None:
    """No accounts, no buttons."""
    lin = come_in("lin", "en-US")
    tabs = lin.page.locator("#zd-nav .zd-tab")

    assert tabs.all_inner_texts() == ["Teams and people", "Macros", "Service levels", "Desk policy", "My password"]
    go(lin, "macros")
    lin.page.wait_for_selector(PAGE + ".zd-nothing")
    assert lin.page.locator(PAGE + "[data-act=open]").count() == 0
    lin.assert_stayed_here()
