"""Thanks open nothing again; a question is never taken for thanks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.courtesy import confirmation, only_thanks

THANKS = [
    "谢谢", "好的谢谢", "谢谢！", "非常感谢您的耐心解答", "十分感谢", "辛苦了", "多谢啦～", "ok thanks bye 👍", "Thanks a lot!", "thank you",
    "好的，收到，谢谢", "感謝", "3q", "Great, thank you so much",
]  # fmt: skip
NOT_ONLY = [
    "谢谢，那发票呢？", "谢谢不用了", "谢谢，但是还没到", "thanks, but it still doesn't work", "thank you 12345", "谢谢 订单", "多谢，运费",
    "thanks for the refund", "谢谢，什么时候发货", "怎么感谢你们的客服", "嗯", "好的", "ok", "", "？", "谢谢你们把我的水壶弄坏",
    "no thanks", "谢谢，两个", "thanks in advance for sending a new one",
]  # fmt: skip


@pytest.mark.parametrize("text", THANKS)
def test_thanks_are_recognised(text: str) -> None:
    """With politeness around them, in both languages and both scripts."""
    assert only_thanks(text)


@pytest.mark.parametrize("text", NOT_ONLY)
def test_whatever_else_is_said_counts(text: str) -> None:
    """A question mark, a negation, a number or another word makes a real message of it."""
    assert not only_thanks(text)


@given(
    st.sampled_from(THANKS),
    st.sampled_from(["?", "？", "吗", " 不行", " 没有收到", " 7", " refund", " 退款", " not yet"]),
)
def test_thanks_with_more_are_a_message(thanks: str, more: str) -> None:
    """Whatever the thanks."""
    assert not only_thanks(thanks + more)


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    """Without an error, and never both a no and thanks."""
    assert not (only_thanks(text) and confirmation(text) is False)


@pytest.mark.parametrize(
    "text", ["解决了", "解决了，谢谢！", "是的", "Yes, it did.", "yes thanks", "没问题了", "问题解决了"]
)
def test_a_plain_yes_is_a_yes(text: str) -> None:
    """To «did this help?»."""
    assert confirmation(text) is True


@pytest.mark.parametrize("text", ["没解决", "没有", "No", "It didn't help", "还是不行", "答非所问", "not helpful!"])
def test_a_plain_no_is_a_no(text: str) -> None:
    """However short."""
    assert confirmation(text) is False


@pytest.mark.parametrize(
    "text", ["谢谢", "好的", "解决了吗", "不是，我问的是运费", "是的，但是运费呢", "yes and what about shipping"]
)
def test_everything_else_is_neither(text: str) -> None:
    """Thanks are politeness, and a yes with more to it is a message."""
    assert confirmation(text) is None
