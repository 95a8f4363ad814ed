"""A real browser for tests: a server of its own, pages that note every request, the steps that tests share.

Needs Debian's Chromium at /usr/bin/chromium; tests are skipped where it is absent.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed")

CHROMIUM: Final = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
ROOT: Final = Path(__file__).parents[2]
KEY: Final = "key-of-the-browser-test"
VISITOR_SECRET: Final = "secret-of-the-site-in-browser-tests"
DESKTOP: Final = (1280, 800)
PHONE: Final = (390, 844)
EVIL: Final = "evil.example"

IN_A_BROWSER: Final = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no Chromium at {CHROMIUM}"),
]
"""The marks of a module of such tests."""


@dataclass
class Visit:
    """A browser page that notes every request it makes."""

    page: playwright.Page
    base: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def assert_stayed_here(self) -> None:
        """No request went to another host, nothing injected ran, and no script failed."""
        foreign = [url for url in self.requests if not url.startswith((self.base, "data:", "blob:"))]
        assert foreign == []
        assert self.errors == []
        assert self.page.evaluate("window.hacked") is None
        assert self.page.locator(f"img[src*='{EVIL}'], iframe").count() == 0

    def shoot(self, folder: Path, name: str) -> None:
        """Save what is seen."""
        self.page.screenshot(path=folder / f"{name}.png")


def visit(browser: playwright.Browser, base: str, *, locale: str, size: tuple[int, int]) -> Visit:
    context = browser.new_context(locale=locale, viewport={"width": size[0], "height": size[1]})
    context.set_default_timeout(20_000)
    seen = Visit(context.new_page(), base)
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    return seen


def sign_in(seen: Visit, key: str = KEY) -> None:
    seen.page.goto(f"{seen.base}/knowledge")
    seen.page.fill("#zd-sign-in [name=key]", key)
    seen.page.click("#zd-sign-in button")


def ask(seen: Visit, question: str) -> playwright.Locator:
    """Ask in the chat and return the reply when it is complete."""
    box = seen.page.locator("#zd-box textarea")
    box.fill(question)
    box.press("Enter")
    reply = seen.page.locator(".zd-assistant.zd-reply-done").last
    playwright.expect(seen.page.locator(".zd-bubble").last).to_have_text(question)
    playwright.expect(seen.page.locator(".zd-assistant").last).to_have_class(re.compile("zd-reply-done"))
    return reply
