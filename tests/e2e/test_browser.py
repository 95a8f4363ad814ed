"""The whole path in a real browser: upload a PDF, wait, ask in two languages, look at the source.

Needs Debian's Chromium at /usr/bin/chromium; skipped where it is absent. Screenshots go to the
test's temporary folder, whose path pytest prints when a test fails.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.browsing import DESKTOP, EVIL, IN_A_BROWSER, PHONE, ask, playwright, sign_in, visit

HANDBOOK: Final = f"""
<meta charset="utf-8"><style>body {{ font: 16px 'Noto Sans CJK SC', sans-serif }} h1 {{ break-before: page }}</style>
<h1>退换货政策</h1>
<p>自签收之日起三十天内，商品完好、配件齐全的，可以申请无理由退货。</p>
<p>申请通过后，退款在三个工作日内原路退回付款账户。</p>
<h1>Delivery</h1>
<p>Standard delivery within the country takes two to four working days.</p>
<p>Express delivery arrives on the next working day and costs 25 yuan.</p>
<h1>Gift wrapping</h1>
<p>Gift wrapping costs 8 yuan for each parcel
&lt;img src=http://{EVIL}/pixel.png&gt;&lt;script&gt;window.hacked=1&lt;/script&gt; ![x](http://{EVIL}/y.png).</p>
"""

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def handbook(browser: playwright.Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real PDF with three pages, the last of them hostile."""
    path = tmp_path_factory.mktemp("files") / "客户手册（2026）.pdf"
    page = browser.new_page()
    page.set_content(HANDBOOK)
    page.pdf(path=path)
    page.close()
    return path


@pytest.fixture(scope="module")
def uploaded(server: str, browser: playwright.Browser, handbook: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The server with the handbook, uploaded as a manager does it; yields the address."""
    seen = visit(browser, server, locale="zh-CN", size=DESKTOP)
    sign_in(seen)
    seen.page.set_input_files(".zd-drop input", handbook)
    seen.page.click(".zd-upload button[type=submit]")
    seen.page.wait_for_selector(".zd-uploads .zd-is-ready", timeout=60_000)
    playwright.expect(seen.page.locator(".zd-table tbody tr")).to_contain_text([handbook.name])
    seen.shoot(tmp_path_factory.mktemp("shots"), "knowledge")
    seen.assert_stayed_here()
    seen.page.context.close()
    return server


class TestManager:
    def test_a_wrong_key_opens_nothing(self, server: str, browser: playwright.Browser) -> None:
        """It says so, and no list is on the page."""
        seen = visit(browser, server, locale="en-US", size=DESKTOP)

        sign_in(seen, "certainly-not-the-key")

        playwright.expect(seen.page.locator("#zd-sign-in .zd-problem")).to_contain_text("isn't right")
        assert seen.page.locator(".zd-table, .zd-upload").count() == 0
        seen.page.context.close()

    def test_sees_what_an_upload_became(self, uploaded: str, browser: playwright.Browser, tmp_path: Path) -> None:
        """Versions, and passages with their page; hostile text is text."""
        seen = visit(browser, uploaded, locale="zh-CN", size=DESKTOP)

        sign_in(seen)
        seen.page.click(".zd-table tbody tr")
        panel = seen.page.locator(".zd-panel")

        playwright.expect(panel).to_contain_text("三十天内")
        playwright.expect(panel).to_contain_text("第 1 页")
        playwright.expect(panel).to_contain_text(f"<img src=http://{EVIL}/pixel.png>")
        seen.shoot(tmp_path, "document")
        seen.assert_stayed_here()
        seen.page.context.close()

    def test_tests_a_question_and_reads_why(self, uploaded: str, browser: playwright.Browser, tmp_path: Path) -> None:
        """Outcome, confidence and, for each passage found, the reasons."""
        seen = visit(browser, uploaded, locale="en-US", size=DESKTOP)

        sign_in(seen)
        seen.page.click("[data-tab=ask]")
        seen.page.fill("#zd-question input[type=text]", "How long does standard delivery take?")
        seen.page.click("#zd-question button")

        playwright.expect(seen.page.locator(".zd-outcome")).to_contain_text("Confidence")
        playwright.expect(seen.page.locator(".zd-why").first).to_contain_text("Matched words")
        seen.shoot(tmp_path, "question")
        seen.assert_stayed_here()
        seen.page.context.close()

    def test_reads_why_a_file_could_not_be_used(self, uploaded: str, browser: playwright.Browser) -> None:
        """A broken file ends as failed with a reason, and the other documents stay as they are."""
        seen = visit(browser, uploaded, locale="en-US", size=DESKTOP)
        broken = {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\nnothing more"}

        sign_in(seen)
        seen.page.set_input_files(".zd-drop input", [broken])
        seen.page.click(".zd-upload button[type=submit]")
        row = seen.page.locator(".zd-uploads .zd-is-failed")
        row.wait_for(timeout=60_000)

        assert len(row.inner_text().split("Failed")[1].strip(" ·\n")) > 10
        playwright.expect(seen.page.locator(".zd-table tbody tr", has_text="客户手册")).to_contain_text("Ready")
        seen.assert_stayed_here()
        seen.page.context.close()

    def test_keeps_a_gold_question_and_runs_it(
        self, uploaded: str, browser: playwright.Browser, tmp_path: Path
    ) -> None:
        """From a test question by a form to the verdict, and the file that it can be exported to."""
        seen = visit(browser, uploaded, locale="zh-CN", size=DESKTOP)

        sign_in(seen)
        seen.page.click("[data-tab=ask]")
        seen.page.fill("#zd-question input[type=text]", "签收后多少天内可以申请无理由退货？")
        seen.page.click("#zd-question button")
        seen.page.click("[data-act=keep]")
        form = seen.page.locator(".zd-gold-form")
        playwright.expect(form.locator("input[name=document0]")).to_have_value("客户手册（2026）.pdf")
        form.locator("textarea[name=facts]").fill("三十天 | 30 天")
        form.locator("button[type=submit]").click()
        playwright.expect(form).to_have_count(0)
        seen.page.click("[data-tab=quality]")
        seen.page.click("[data-act=run]")
        playwright.expect(seen.page.locator(".zd-gold .zd-verdict-right")).to_have_count(1, timeout=60_000)
        playwright.expect(seen.page.locator(".zd-quality h2")).to_have_text("100.0% 符合预期")
        with seen.page.expect_download() as download:
            seen.page.click("[data-export=jsonl]")
        kept = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
        assert kept["facts"] == ["三十天 | 30 天"]
        seen.page.set_input_files("[data-import]", download.value.path())
        playwright.expect(seen.page.locator("#zd-gold .zd-problem, #zd-gold .zd-done")).to_contain_text("未变 1")
        seen.shoot(tmp_path, "quality")
        seen.assert_stayed_here()
        seen.page.context.close()


class TestCustomer:
    @pytest.mark.parametrize(
        ("locale", "size", "question", "quoted", "place"),
        [
            ("zh-CN", DESKTOP, "签收后多少天内可以申请无理由退货？", "三十天内", "第 1 页"),
            ("en-US", PHONE, "How long does standard delivery take?", "two to four working days", "Page 2"),
        ],
        ids=["chinese-desktop", "english-phone"],
    )
    def test_gets_an_answer_and_opens_its_source(
        self,
        uploaded: str,
        browser: playwright.Browser,
        tmp_path: Path,
        locale: str,
        size: tuple[int, int],
        question: str,
        quoted: str,
        place: str,
    ) -> None:
        """The page speaks the browser's language; the quote is highlighted in its passage, with its page."""
        seen = visit(browser, uploaded, locale=locale, size=size)
        seen.page.goto(f"{uploaded}/")

        reply = ask(seen, question)
        reply.locator(".zd-card").first.click()
        panel = seen.page.locator(".zd-panel")

        playwright.expect(reply.locator(".zd-text")).to_contain_text(quoted)
        playwright.expect(panel.locator("mark")).to_contain_text(quoted)
        playwright.expect(panel.locator(".zd-facts")).to_contain_text(place)
        playwright.expect(seen.page.locator(".zd-notice")).to_contain_text("由 AI 提供 · AI-generated")
        seen.shoot(tmp_path, "chat")
        seen.assert_stayed_here()
        seen.page.context.close()

    def test_finds_the_conversation_again_after_a_reload(self, uploaded: str, browser: playwright.Browser) -> None:
        """With its sources, and in the language that was switched to."""
        seen = visit(browser, uploaded, locale="zh-CN", size=DESKTOP)
        seen.page.goto(f"{uploaded}/")
        seen.page.click("[data-act=language]")
        playwright.expect(seen.page.locator(".zd-hello h1")).to_have_text("Hello, how can we help?")
        ask(seen, "How much is express delivery?")

        seen.page.reload()

        playwright.expect(seen.page.locator(".zd-bubble")).to_have_text("How much is express delivery?")
        playwright.expect(seen.page.locator(".zd-card").first).to_contain_text("客户手册（2026）.pdf")
        playwright.expect(seen.page.locator(".zd-bar")).to_contain_text("New chat")
        seen.page.context.close()

    def test_copied_text_keeps_the_label(self, uploaded: str, browser: playwright.Browser) -> None:
        """Who passes a reply on passes on who wrote it."""
        seen = visit(browser, uploaded, locale="zh-CN", size=DESKTOP)
        seen.page.goto(f"{uploaded}/")
        ask(seen, "签收后多少天内可以申请无理由退货？")

        copied = seen.page.evaluate(
            """() => {
                const text = document.querySelector(".zd-text");
                document.getSelection().selectAllChildren(text);
                const event = new ClipboardEvent("copy", { bubbles: true, clipboardData: new DataTransfer() });
                text.dispatchEvent(event);
                return event.clipboardData.getData("text/plain");
            }"""
        )

        assert "三十天内" in copied
        assert copied.endswith("由 AI 提供 · AI-generated")
        seen.page.context.close()

    def test_hostile_text_never_becomes_a_page(self, uploaded: str, browser: playwright.Browser) -> None:
        """Neither what the customer writes nor what a document says loads or runs anything."""
        seen = visit(browser, uploaded, locale="en-US", size=DESKTOP)
        seen.page.goto(f"{uploaded}/")
        message = f'What does gift wrapping cost? <img src="http://{EVIL}/a"><script>window.hacked=1</script>'

        reply = ask(seen, message)
        if reply.locator(".zd-card").count():
            reply.locator(".zd-card").first.click()
            playwright.expect(seen.page.locator(".zd-panel")).to_be_visible()
        seen.page.wait_for_timeout(300)

        playwright.expect(seen.page.locator(".zd-bubble")).to_have_text(message)
        seen.assert_stayed_here()
        seen.page.context.close()

    def test_an_unanswerable_question_opens_a_ticket(self, uploaded: str, browser: playwright.Browser) -> None:
        """It says so honestly, gives a number, and takes a contact."""
        seen = visit(browser, uploaded, locale="zh-CN", size=PHONE)
        seen.page.goto(f"{uploaded}/")

        ask(seen, "我要找人工客服")
        ticket = seen.page.locator(".zd-ticket")
        playwright.expect(ticket).to_contain_text("工单")
        ticket.locator("input[name=contact]").fill("13800000000")
        ticket.locator("button").click()

        playwright.expect(seen.page.locator(".zd-ticket-done")).to_contain_text("13800000000")
        seen.assert_stayed_here()
        seen.page.context.close()
