"""A company's own site says who its visitor is, in a real browser: from its link to the desk, and nothing left behind."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

from tests.e2e.browsing import DESKTOP, IN_A_BROWSER, KEY, ROOT, VISITOR_SECRET, ask, playwright, visit

pytestmark = IN_A_BROWSER


def link(server: str, visitor_id: str) -> str:
    """As the example of docs/visitors.md makes it."""
    page = (ROOT / "docs" / "visitors.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {"SECRET": VISITOR_SECRET, "time": time}
    exec(page.split("```python\n", 1)[1].split("```", 1)[0], names)
    made: str = names["chat_link"](SimpleNamespace(id=visitor_id, name="林小姐", email="lin@customer.example"))
    return made.replace("https://chat.example.com", server)


def test_is_known_at_the_desk_and_forgotten_by_the_browser(
    server: str, browser: playwright.Browser, tmp_path: Path
) -> None:
    """The address is cleared at once; a contact is asked for with consent; who comes next in this browser begins afresh."""
    seen = visit(browser, server, locale="zh-CN", size=DESKTOP)
    page, expect = seen.page, playwright.expect

    page.goto(link(server, "4711"))
    expect(page).to_have_url(f"{server}/")
    ask(seen, "我要找人工客服")
    expect(page.locator("form[data-act=contact]")).to_have_count(1)
    page.reload()
    expect(page.locator(".zd-bubble")).to_have_count(1)
    page.fill(".zd-ticket input[name=contact]", "lin@customer.example")
    page.check(".zd-ticket input[name=consent_contact]")
    page.click(".zd-ticket button")
    expect(page.locator(".zd-ticket-done")).to_contain_text("lin@customer.example")
    expect(page.locator("form[data-act=contact]")).to_have_count(0)
    seen.shoot(tmp_path, "left")

    with httpx.Client(base_url=server, headers={"Authorization": f"Bearer {KEY}"}, trust_env=False, timeout=60) as http:
        (waiting,) = http.get("/v1/desk/queue").json()
        customer = http.get(f"/v1/desk/conversations/{waiting['conversation_id']}").json()["customer"]
    assert (customer["name"], customer["identity_level"]) == ("林小姐", 2)
    assert {each["purpose"]: each["granted"] for each in customer["consents"]} == {"contact": True, "surveys": False}

    page.goto(f"{server}/#visitor=")
    expect(page.locator(".zd-hello")).to_be_visible()
    expect(page.locator(".zd-bubble")).to_have_count(0)
    assert not any("visitor=" in url.split("#")[0] for url in seen.requests)
    seen.assert_stayed_here()
    page.context.close()
