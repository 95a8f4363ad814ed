"""Files on the pages: what stands in their HTML, and what a customer sees of them."""

from __future__ import annotations

import json
from html import unescape

from api.client import Conversation
from core.settings import Secret
from core.types import ConversationId, Language, Message, MessageId, Role
from tests.ui.fakes import NOW, FakeClient, file_card
from ui import chatting
from ui.render_files import Place, attach_strip, facts_of, file_chips, size_of, words_and_files
from ui.render_person import whole_log
from ui.view import ChatView

OPEN = Conversation(ConversationId("c1"), Secret("token"))


def test_names_are_text() -> None:
    """Whatever a file is called, it is no HTML."""
    html = file_chips([file_card()], Language.ZH, erasable=True) + attach_strip(Place("x"), [file_card()], Language.EN)

    assert "<b>" not in html
    assert html.count("漏水&lt;b&gt;.png") >= 3


def test_a_file_says_its_type_and_size() -> None:
    """In words."""
    assert facts_of(file_card(), Language.ZH) == "图片 · 471 KB"
    assert facts_of(file_card(inline=False), Language.EN) == "PDF · 471 KB"
    assert [size_of(size) for size in (1, 2_000, 3_500_000)] == ["1 KB", "2 KB", "3.3 MB"]


def test_a_message_whose_file_was_erased_says_so() -> None:
    """It had no words, so nothing else would stand there."""
    assert "文件已删除" in words_and_files("", (), Language.ZH, classes="x")


def test_the_place_for_a_note_is_neither_pasted_nor_dropped_into() -> None:
    """Nothing meant for colleagues goes to the customer by accident; refusals are told in the page's language."""
    note = attach_strip(Place("x", "../"), (), Language.EN, internal=True)
    reply = unescape(attach_strip(Place("x"), (), Language.ZH))

    assert 'data-whole="no"' in note
    assert 'data-internal="yes"' in note
    words = json.loads(reply.partition('data-words="')[2].partition('">')[0])
    assert words["too_large"].startswith("文件太大。单个文件最多 10 MB")


def test_waiting_files_go_with_the_question_and_stand_beside_it() -> None:
    """Also without words."""
    client = FakeClient(waiting_files=(file_card(),))
    *_, shown = chatting.asked(ChatView(Language.ZH, OPEN), " ", client, files=client.waiting_files)  # type: ignore[arg-type]

    assert client.waiting_files == ()
    assert "zd-file" in whole_log(shown, None)
    assert list(chatting.asked(ChatView(Language.ZH, OPEN), " ", client)) == []  # type: ignore[arg-type]


def test_a_reloaded_page_finds_them_again() -> None:
    """By the message that they came with."""
    said = Message(MessageId("m1"), Role.CUSTOMER, "", NOW)
    client = FakeClient(log=[said], sent_files=(file_card(message_id="m1"),))
    saved = chatting.saved_form(ChatView(Language.ZH, OPEN))

    view = chatting.restored(saved, client, fallback=Language.ZH)  # type: ignore[arg-type]

    assert [each.name for each in view.exchanges[0].files] == ["漏水<b>.png"]
