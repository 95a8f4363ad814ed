"""Reasons to bring in a person that a message gives."""

from __future__ import annotations

import pytest

from core.analysis import EscalationKind
from models.onnx_encoder import OnnxEncoder
from nlu.escalation import EscalationReader

ENCODER = OnnxEncoder(threads=1)


def kinds(text: str) -> set[EscalationKind]:
    [vector] = ENCODER.encode_questions([text])
    return {signal.kind for signal in EscalationReader.shipped().read(vector, text)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("你们的电饭锅漏电把我电到了", EscalationKind.SAFETY),
        ("the power bank exploded and burned my hand", EscalationKind.SAFETY),
        ("刚才被冒充客服的骗子转走了三万块", EscalationKind.FRAUD),
        ("我会去消协投诉，也会找律师起诉你们", EscalationKind.LEGAL),
        ("I will take you to court", EscalationKind.LEGAL),
        ("我要在微博上曝光你们这家店", EscalationKind.MEDIA),
    ],
)
def test_a_reason_is_found_in_other_words_than_it_was_taught(text: str, kind: EscalationKind) -> None:
    """In both languages."""
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    ["灭火器多少钱一个", "怎么开发票", "where is my order", "谢谢，问题解决了", "好吃到哭", "do you sell smoke alarms"],
)
def test_an_ordinary_message_gives_none(text: str) -> None:
    """Nor does one that only names something dangerous."""
    assert kinds(text) == set()
