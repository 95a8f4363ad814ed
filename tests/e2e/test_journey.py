"""One problem from the question to better knowledge, in a real browser: three people at three pages.

A customer asks, is answered with a source, asks what the assistant can't answer, and is handed over.
An agent sees why, takes it, sends a suggestion and resolves. The customer rates. A knowledge manager
approves what was learnt. The next customer is answered word for word.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import httpx
import pytest

from core.types import Audience
from tests.e2e.browsing import DESKTOP, IN_A_BROWSER, KEY, Visit, ask, playwright, visit

pytestmark = IN_A_BROWSER

PASSWORD: Final = "a sentence that nobody guesses"
KNOWN: Final = ("订单怎么开发票？", "在订单详情页点击申请发票，电子发票在一个工作日内发到您的邮箱。")
UNKNOWN: Final = "洗碗机DW-3什么时候上市？"
INTERNAL: Final = "洗碗机DW-3上市计划\n\n洗碗机DW-3什么时候上市：12月8日在官网上市，首批只有白色。\n"
SENT: Final = "洗碗机DW-3将于12月8日在官网上市，首批只有白色。"


@pytest.fixture(scope="module")
def staffed(server: str) -> str:
    """The server with one approved answer, one internal document, an agent and a knowledge manager."""
    with httpx.Client(base_url=server, headers={"Authorization": f"Bearer {KEY}"}, trust_env=False, timeout=60) as http:
        for name, role in (("lin", "agent"), ("wen", "knowledge_manager")):
            account = {"name": name, "display_name": name.title(), "role": role, "password": PASSWORD}
            http.post("/v1/accounts", json=account).raise_for_status()
        question, answer = KNOWN
        http.post(
            "/v1/qa", json={"name": "常见问题", "pairs": [{"question": question, "answer": answer}]}
        ).raise_for_status()
        files = {"file": ("上市计划.txt", INTERNAL.encode())}
        http.post("/v1/documents", files=files, data={"audience": Audience.INTERNAL.value}).raise_for_status()
        for _ in range(120):
            listed = http.get("/v1/documents").raise_for_status().json()
            if len(listed) == 2 and all(each["status"] == "ready" for each in listed):
                return server
            time.sleep(0.25)
    raise AssertionError(listed)


def enter(seen: Visit, path: str, name: str) -> None:
    """Sign in with a name and a password."""
    seen.page.goto(f"{seen.base}{path}")
    seen.page.fill("#zd-sign-in input[name=name]", name)
    seen.page.fill("#zd-sign-in input[name=key]", PASSWORD)
    seen.page.click("#zd-sign-in button")


def test_from_a_question_to_an_answer_that_the_next_customer_gets(
    staffed: str, browser: playwright.Browser, tmp_path: Path
) -> None:
    """Everybody does their part at their own page, and sees what the others did without a reload."""
    customer = visit(browser, staffed, locale="zh-CN", size=DESKTOP)
    agent = visit(browser, staffed, locale="zh-CN", size=DESKTOP)
    expect = playwright.expect
    enter(agent, "/desk", "lin")
    expect(agent.page.locator("#zd-queue")).to_contain_text("没有", timeout=20_000)

    # The customer asks, is answered with a source, and says that it helped.
    customer.page.goto(f"{staffed}/")
    reply = ask(customer, KNOWN[0])
    expect(reply.locator(".zd-text")).to_contain_text("一个工作日内")
    expect(reply.locator(".zd-card")).to_have_count(1)
    customer.page.click("[data-solved=yes]")
    customer.shoot(tmp_path, "1-answered")

    # What the assistant can't answer is said; the second time a person is asked for.
    ask(customer, UNKNOWN)
    expect(customer.page.locator(".zd-assistant").last).not_to_contain_text("12月8日")
    ask(customer, "我问的是" + UNKNOWN)
    customer.shoot(tmp_path, "2-handed-over")

    # The agent sees it come, takes it, and finds a suggestion with its source.
    item = agent.page.locator("#zd-queue [data-conversation]")
    expect(item).to_have_count(1, timeout=20_000)
    item.click()
    agent.page.click("[data-act=claim]")
    suggestion = agent.page.locator(".zd-suggestion", has_text="12月8日").first
    expect(suggestion).to_be_visible(timeout=20_000)
    agent.shoot(tmp_path, "3-desk")
    suggestion.locator("[data-act=insert]").click()
    box = agent.page.locator("#zd-box textarea")
    expect(box).not_to_have_value("")
    box.fill(SENT)
    box.press("Enter")

    # It reaches the customer's page by itself.
    expect(customer.page.locator(".zd-person .zd-text")).to_have_text(SENT, timeout=20_000)
    customer.shoot(tmp_path, "4-a-person")

    agent.page.locator("form[data-act=resolve] button").click()
    customer.page.locator(".zd-survey input[value='5']").check(timeout=20_000)
    customer.page.locator(".zd-survey button").click()
    expect(customer.page.locator(".zd-survey")).to_have_count(0)
    customer.shoot(tmp_path, "5-rated")

    # What was learnt waits for a manager, who approves it.
    manager = visit(browser, staffed, locale="zh-CN", size=DESKTOP)
    enter(manager, "/knowledge", "wen")
    manager.page.click("[data-tab=review]")
    candidate = manager.page.locator(".zd-candidate", has_text="DW-3")
    expect(candidate).to_have_count(1, timeout=30_000)
    manager.shoot(tmp_path, "6-review")
    candidate.locator("button[type=submit]").click()
    expect(manager.page.locator(".zd-candidate", has_text="DW-3")).to_have_count(0, timeout=30_000)
    manager.shoot(tmp_path, "7-approved")

    # The next customer gets that answer word for word.
    following = visit(browser, staffed, locale="zh-CN", size=DESKTOP)
    following.page.goto(f"{staffed}/")
    reply = ask(following, UNKNOWN)
    expect(reply.locator(".zd-text")).to_contain_text("12月8日在官网上市")
    expect(reply.locator(".zd-card")).to_have_count(1)
    following.shoot(tmp_path, "8-next-customer")
    for each in (customer, agent, manager, following):
        each.assert_stayed_here()
        each.page.context.close()
