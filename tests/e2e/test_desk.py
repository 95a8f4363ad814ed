"""A customer is helped by a person, in a real browser: handed over, taken, answered live, resolved, rated.

Needs Debian's Chromium, as `test_browser` does. Screenshots go to the test's temporary folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed")

CHROMIUM: Final = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
ROOT: Final = Path(__file__).parents[2]
PASSWORD: Final = "correct horse battery"
PATIENCE_MS: Final = 60_000
EVIL: Final = "<img src=http://evil.example/pixel.png onerror=window.hacked=1>"

RETURNS: Final = """# 退换货政策

## 退货期限

自签收之日起三十天内，商品完好、配件齐全的，可以申请无理由退货。
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no Chromium at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with one document and one agent; yields its address."""
    home = tmp_path_factory.mktemp("home")
    returns = home / "退换货政策.md"
    returns.write_text(RETURNS, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ZHIDA_")}
    environment |= {"ZHIDA_ADMIN_KEY": "key-of-the-browser-test", "ZHIDA_HOME": str(home / "zhida")}

    def zhida(*words: str, say: str = "") -> None:
        command = [sys.executable, "-m", "api.cli", *words]
        subprocess.run(command, cwd=ROOT, env=environment, input=say, text=True, check=True, capture_output=True)

    zhida("ingest", str(returns))
    add = ("accounts", "add", "wangmin", "--role", "agent", "--display-name", "王敏", "--password-stdin")
    zhida(*add, say=PASSWORD + "\n")
    command = [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--json"]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, (home / "server.log").read_text()[-2000:]
            yield json.loads(line)["url"]
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def pages(server: str) -> Iterator[tuple[Any, Any]]:
    """The browsers of an agent and of a customer; afterwards nothing has gone wrong in either."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        found: list[Any] = []
        problems: list[str] = []
        for width in (1400, 1000):
            page = browser.new_context(viewport={"width": width, "height": 860}, locale="zh-CN").new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on(
                "request",
                lambda request: (
                    problems.append(request.url) if not request.url.startswith((server, "data:", "blob:")) else None
                ),
            )
            found.append(page)
        yield found[0], found[1]
        assert problems == []
        assert [page.evaluate("window.hacked") for page in found] == [None, None]
        browser.close()


def ask(page: Any, text: str) -> None:
    """Send a message and wait until it and its reply are there."""
    page.fill("#zd-box textarea", text)
    page.keyboard.press("Enter")
    page.locator(".zd-customer .zd-bubble", has_text=text[:20]).last.wait_for()
    page.wait_for_selector(".zd-log[aria-busy=false]")


def sign_in(page: Any, name: str, password: str) -> None:
    page.fill("[name=name]", name)
    page.fill("[name=key]", password)
    page.click("form.zd-sign-in button")


def test_a_customer_is_helped_by_a_person(server: str, pages: tuple[Any, Any], tmp_path: Path) -> None:
    """From a question with a source to a rating, and both sides see each other's words as they are written."""
    agent, customer = pages
    agent.goto(f"{server}/desk/")
    agent.wait_for_selector("form.zd-sign-in")
    sign_in(agent, "wangmin", "wrong password")
    agent.wait_for_selector(".zd-problem")
    sign_in(agent, "wangmin", PASSWORD)
    agent.wait_for_selector("#zd-queue .zd-filters")

    customer.goto(f"{server}/")
    customer.wait_for_selector("#zd-box textarea")
    ask(customer, "退货期限是多久？")
    customer.wait_for_selector(".zd-assistant .zd-card")
    ask(customer, f"转人工 {EVIL}")
    customer.screenshot(path=tmp_path / "1-handed-over.png")

    agent.click("#zd-queue .zd-item")
    agent.wait_for_selector("#zd-package")
    agent.click("[data-act=claim]")
    agent.wait_for_selector("[data-act=handback]")
    customer.wait_for_selector(".zd-from-desk:has-text('王敏')")
    agent.screenshot(path=tmp_path / "2-claimed.png")

    agent.wait_for_selector("#zd-box textarea:enabled")
    if agent.locator("[data-act=insert]").count():
        agent.locator("[data-act=insert]").first.click()
        agent.wait_for_function("document.querySelector('#zd-box textarea').value !== ''")
    agent.fill("#zd-box textarea", f"您好，三十天内都可以退货。{EVIL}")
    agent.keyboard.press("Enter")
    customer.wait_for_selector(".zd-person:has-text('三十天内都可以退货')")
    ask(customer, "好的，谢谢你帮忙查询")
    agent.wait_for_selector(".zd-by-customer:has-text('帮忙查询')")
    agent.fill("#zd-note input", "已核对政策")
    agent.click("#zd-note button")
    agent.wait_for_selector(".zd-by-note:has-text('已核对政策')")
    agent.screenshot(path=tmp_path / "3-replied.png")

    agent.select_option("form[data-act=resolve] select", "agent_solved")
    agent.click("form[data-act=resolve] button")
    agent.wait_for_selector("#zd-desk-title:has-text('已解决')")
    customer.wait_for_selector(".zd-survey")
    customer.check(".zd-survey input[value='5']")
    customer.fill(".zd-survey input[name=comment]", "很快")
    customer.click(".zd-survey button")
    customer.wait_for_selector(".zd-survey", state="detached")
    customer.screenshot(path=tmp_path / "4-rated.png")

    customer.reload()
    customer.wait_for_selector(".zd-person:has-text('三十天内都可以退货')")
    assert customer.locator("text=已核对政策").count() == 0
