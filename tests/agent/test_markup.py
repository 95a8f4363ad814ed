"""Specification of taking markup out of a model's text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.markup import addresses, harmless, strip_markup

LIVE = re.compile(r"!\[|\]\(|\]\[|^\s*\[[^\]]+\]:|<[a-zA-Z/!?]", re.MULTILINE)


class TestMarkup:
    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("好 ![x](https://evil.example/?q=1) 的", "好  的"),
            ("[点我](https://evil.example)", "点我"),
            ("<img src=x onerror=alert(1)>你好<b>！</b>", "你好！"),
            ("<script>alert(1)</script>好", "好"),
            ("<think>先想想</think>可以退货。", "可以退货。"),
            ("![x][ref]\n[ref]: https://evil.example", "\n"),
            ("价格 < 100 元，a<b", "价格 < 100 元，a＜b"),
        ],
    )
    def test_is_taken_out_and_words_stay(self, text: str, plain: str) -> None:
        """Images, HTML and link definitions go; of a link its words stay."""
        assert strip_markup(text) == plain

    @given(st.text(alphabet="![]()<>/:ab1 \nhtps.", max_size=60))
    def test_never_survives_in_any_form(self, text: str) -> None:
        """Whatever goes in, nothing that comes out is an image, link, definition or tag."""
        assert LIVE.search(strip_markup(text)) is None

    @given(st.text(alphabet="![]()<>/:ab1 \nhtps.", max_size=60))
    def test_is_gone_after_one_pass(self, text: str) -> None:
        """Applying `harmless` again changes nothing."""
        assert harmless(harmless(text)) == harmless(text)

    def test_takes_no_time_on_hostile_text(self) -> None:
        """Every pattern is linear enough for 20,000 characters."""
        started = time.thread_time()
        for text in ("![" * 10_000, "[a](" * 5_000, "<" * 20_000, "<script>" * 2_500, "[a]:" * 5_000):
            strip_markup(text)
        assert time.thread_time() - started < 2.0


class TestAddresses:
    def test_of_web_and_mail_are_found(self) -> None:
        """Scheme or `www.`, in Chinese text without spaces as well."""
        assert addresses("请访问https://a.example/x，或写信给help@a.example。见 www.b.example.") == {
            "https://a.example/x",
            "help@a.example",
            "www.b.example",
        }
