"""Files in a real browser: a customer sends a photo, an agent opens it and answers with a PDF, the customer saves that.

Screenshots go to the test's temporary folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import httpx

from tests.desk.attachments.samples import PDF, SVG, png
from tests.e2e.browsing import EVIL, IN_A_BROWSER, KEY, playwright, visit

pytestmark = IN_A_BROWSER

PASSWORD: Final = "correct horse battery"
PHOTO: Final = f"漏水<img src=http:@@{EVIL}@x onerror=window.hacked=1>.png"


def picked(name: str, content: bytes) -> playwright.FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_a_photo_goes_there_and_a_manual_comes_back(server: str, browser: playwright.Browser, tmp_path: Path) -> None:
    """The photo opens in a tab, the PDF is saved, what was uploaded for a note stays at the desk."""
    account = {"name": "wangmin", "display_name": "王敏", "role": "agent", "password": PASSWORD}
    made = httpx.post(
        f"{server}/v1/accounts", json=account, headers={"Authorization": f"Bearer {KEY}"}, trust_env=False
    )
    assert made.status_code == 201
    customer = visit(browser, server, locale="zh-CN", size=(1000, 860))
    agent = visit(browser, server, locale="en-GB", size=(1440, 900))

    page = customer.page
    page.goto(server)
    page.set_input_files("#zd-attach input", [picked(PHOTO, png(400, 300)), picked("x.svg", SVG)])
    page.wait_for_selector("#zd-attach .zd-is-waiting:has-text('漏水')")
    page.wait_for_selector("#zd-attach .zd-is-failed:has-text('不支持这种文件')")
    customer.shoot(tmp_path, "1-waiting")
    page.focus("#zd-box textarea")
    page.keyboard.press("Enter")
    page.wait_for_selector(".zd-customer .zd-file:has-text('漏水')")
    page.wait_for_selector(".zd-log[aria-busy=false] .zd-assistant:has-text('我看不了文件里的内容')")
    assert page.locator("#zd-attach .zd-is-waiting").count() == 0
    page.click(".zd-assistant .zd-chip:has-text('转人工')")
    page.wait_for_selector(".zd-log[aria-busy=false] .zd-ticket")
    customer.shoot(tmp_path, "2-sent")

    desk = agent.page
    desk.goto(f"{server}/desk/")
    desk.fill("[name=name]", "wangmin")
    desk.fill("[name=key]", PASSWORD)
    desk.click("form.zd-sign-in button")
    desk.click("#zd-queue .zd-item")
    desk.wait_for_selector("#zd-thread-box .zd-file")
    desk.click("#zd-thread-box .zd-file")
    desk.wait_for_selector("#zd-thread-box .zd-problem:has-text('Take the conversation over')")
    desk.click("[data-act=claim]")
    desk.wait_for_selector("#zd-attach .zd-attach-pick")
    with desk.expect_popup() as opened:
        desk.click("#zd-package .zd-file")
    opened.value.wait_for_url("**/v1/files/**")
    opened.value.screenshot(path=tmp_path / "3-photo.png")
    opened.value.close()

    desk.set_input_files("#zd-attach-note input", picked("进价.txt", "进价 12 元".encode()))
    desk.wait_for_selector("#zd-attach-note .zd-is-waiting")
    desk.set_input_files("#zd-attach input", picked("说明书.pdf", PDF))
    desk.wait_for_selector("#zd-attach .zd-is-waiting")
    agent.shoot(tmp_path, "4-desk")
    desk.fill("#zd-box textarea", "请看第 1 页")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".zd-by-agent .zd-file:has-text('说明书')")
    desk.click("#zd-note button")
    desk.wait_for_selector(".zd-by-note .zd-file:has-text('进价')")
    agent.shoot(tmp_path, "5-answered")

    page.wait_for_selector(".zd-person .zd-file:has-text('说明书')")
    with page.expect_download() as saved:
        page.click(".zd-person .zd-file")
    assert saved.value.suggested_filename == "说明书.pdf"
    assert saved.value.path().read_bytes() == PDF
    page.reload()
    page.wait_for_selector(".zd-person .zd-file:has-text('说明书')")
    page.wait_for_selector(".zd-customer .zd-file:has-text('漏水')")
    assert page.locator("text=进价").count() == 0
    customer.shoot(tmp_path, "6-reloaded")
    for each in (customer, agent):
        each.assert_stayed_here()
