"""The chat page's HTML: what it shows, and that nothing from outside becomes HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.client import Source
from core.types import DocumentId, Language, TicketId, Tier
from ui.render import chat_log, chat_notice, element, marked, source_gone, source_panel, with_marks
from ui.view import ChatView, Exchange, Progress, SourceCard, TicketNote

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src="http://evil.example/a.png" onerror=alert(1)>',
    "![x](http://evil.example/a.png)",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</div></article><iframe src=//evil.example>",
    "[x]: http://evil.example/a.png",
    "javascript:alert(1)",
    "${alert(1)} {{constructor}}",
    "\u202egnp.exe\u0000<b>",
]

KNOWN_TAGS = {
    *("article", "aside", "blockquote", "button", "div", "form", "h1", "h3", "input", "label", "li", "mark", "p"),
    *("path", "rect", "section", "span", "strong", "svg", "ul", "header"),
}
KNOWN_ATTRIBUTES = {
    *("class", "type", "role", "title", "d", "viewbox", "width", "height", "rx", "name", "maxlength", "autocomplete"),
    *("placeholder",),
}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs if not name.startswith(("data-", "aria-"))}


def _assert_only_ours(html: str) -> None:
    parser = _Tags()
    parser.feed(html)
    assert parser.tags <= KNOWN_TAGS
    assert parser.attributes <= KNOWN_ATTRIBUTES


def _view(text: str) -> ChatView:
    card = SourceCard(1, text, 1, 2, (text, text))
    exchange = Exchange(
        text,
        Progress.DONE,
        text=f"{text} [1] {text}",
        sources=(card,),
        tier=Tier.QUOTED,
        options=(text,),
        offer=f"{text} {text}",
        ticket=TicketNote(TicketId(1), problem=text),
    )
    return ChatView(Language.EN, exchanges=(exchange,), notice=text)


class TestHostileText:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_never_becomes_an_element_or_an_attribute(self, text: str) -> None:
        """Wherever it comes in (question, answer, document name, heading, option), it comes out as text."""
        _assert_only_ours(chat_log(_view(text)))

    @given(st.text())
    def test_no_text_at_all_does(self, text: str) -> None:
        """The same for any text."""
        _assert_only_ours(chat_log(_view(text)))

    @given(passage=st.text(), name=st.text(), start=st.integers(-5, 50), end=st.integers(-5, 50))
    def test_nor_in_an_opened_source(self, passage: str, name: str, start: int, end: int) -> None:
        """Passages and document names are as foreign as messages."""
        source = Source(1, DocumentId("d"), name, 1, True, 1, name, passage, start, end)

        _assert_only_ours(source_panel(source, Language.ZH))


class TestMarked:
    def test_highlights_the_span(self) -> None:
        """Offsets are code points of the text, not of its HTML."""
        assert marked("a<b & c", 2, 5) == "a&lt;<mark>b &amp;</mark> c"

    @given(st.text(), st.integers(-9, 99), st.integers(-9, 99))
    def test_changes_no_character(self, text: str, start: int, end: int) -> None:
        """Whatever the span, the text reads as before."""
        shown: list[str] = []
        parser = HTMLParser(convert_charrefs=True)
        parser.handle_data = shown.append  # type: ignore[method-assign]  # collects what a reader sees
        parser.feed(marked(text.replace("\r", " "), start, end))
        parser.close()

        assert "".join(shown) == text.replace("\r", " ")


class TestWithMarks:
    def test_a_known_number_becomes_a_button(self) -> None:
        """`[1]` opens source 1; the space before it goes."""
        html = with_marks("Thirty days [1].", {1}, exchange=4, language=Language.EN)

        assert html.startswith("Thirty days<button")
        assert 'data-act="source" data-exchange="4" data-number="1"' in html

    def test_an_unknown_number_stays_text(self) -> None:
        """A source that wasn't given can't be clicked."""
        assert with_marks("Thirty days [9].", {1}, exchange=0, language=Language.EN) == "Thirty days [9]."


class TestChatLog:
    def test_greets_with_examples_before_the_first_question(self) -> None:
        """An empty page says what it can do."""
        html = chat_log(ChatView(Language.ZH))

        assert "您好，有什么可以帮您？" in html
        assert html.count('data-act="ask"') == 4

    def test_every_reply_says_that_an_ai_wrote_it(self) -> None:
        """The label stands at the reply as well as below the conversation."""
        view = ChatView(
            Language.ZH, exchanges=(Exchange("问", Progress.DONE, "答"), Exchange("问", Progress.DONE, "答"))
        )

        assert chat_log(view).count('title="由 AI 提供 · AI-generated"') == 2
        assert "由 AI 提供 · AI-generated" in chat_notice(Language.EN)

    def test_a_ticket_asks_for_a_contact_until_there_is_one(self) -> None:
        """The number always stands there; the field goes when a contact was left."""
        asking = Exchange("问", Progress.DONE, "答", ticket=TicketNote(TicketId(7)))
        done = Exchange("问", Progress.DONE, "答", ticket=TicketNote(TicketId(7), contact="a@b.cn"))

        before = chat_log(ChatView(Language.ZH, exchanges=(asking,)))
        after = chat_log(ChatView(Language.ZH, exchanges=(done,)))

        assert "工单 7" in before
        assert "<form" in before
        assert "工单 7" in after
        assert "a@b.cn" in after
        assert "<form" not in after

    def test_a_failed_reply_can_be_asked_again(self) -> None:
        """The button names the exchange."""
        html = chat_log(ChatView(Language.EN, exchanges=(Exchange("q", Progress.FAILED, "Try again later."),)))

        assert 'data-act="retry" data-exchange="0"' in html


class TestSourcePanel:
    def test_shows_the_place_and_the_quote(self) -> None:
        """Document, page, headings, version, and the quote highlighted in its passage."""
        source = Source(2, DocumentId("d"), "政策.pdf", 3, True, 5, "退换货 > 时限", "前文。三十天内。后文。", 3, 8)

        html = source_panel(source, Language.ZH)

        assert "<strong>政策.pdf</strong>" in html
        assert "第 5 页" in html
        assert "退换货 › 时限" in html
        assert "第 3 版" in html
        assert "前文。<mark>三十天内。</mark>后文。" in html

    def test_says_when_the_document_was_updated_since(self) -> None:
        """A reader must not take an old version for the current one."""
        source = Source(1, DocumentId("d"), "政策.pdf", 1, False, None, "", "文", 0, 1)

        assert "This is the version the answer cited." in source_panel(source, Language.EN)

    def test_says_when_the_document_is_gone(self) -> None:
        """Nothing of a withdrawn document is shown but its name."""
        html = source_gone(SourceCard(1, "政策.pdf", 1, None, ()), Language.EN)

        assert "no longer shown" in html


def test_element_leaves_out_what_is_not_set() -> None:
    """`None` and `False` are no attributes; `True` stands alone; underscores become hyphens."""
    html = element("input", "", data_act="x", disabled=True, title=None, hidden=False, value='"')

    assert html == '<input data-act="x" disabled value="&quot;"></input>'


class TestAnOfferedPerson:
    def test_is_a_button_that_asks_for_one(self) -> None:
        """In the customer's language, with what stands beside it."""
        exchange = Exchange("太差劲了", Progress.DONE, text="抱歉。", offer="需要的话，可以转人工。")
        html = chat_log(ChatView(Language.ZH, exchanges=(exchange,)))

        assert "需要的话，可以转人工。" in html
        assert 'data-text="转人工客服"' in html

    def test_isn_t_said_twice_where_the_reply_says_it(self) -> None:
        """Then the button stands alone."""
        exchange = Exchange("x", Progress.DONE, text="可以转人工。", offer="可以转人工。")

        assert chat_log(ChatView(Language.ZH, exchanges=(exchange,))).count("可以转人工。") == 1
