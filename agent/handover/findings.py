"""What a rule says, and the sentences for colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agent.handover.words import Found
from core.episodes import PastTurn
from core.handover import Figure, HandoverEvidence
from core.handover_rules import HandoverTopic, Wording
from core.types import HandoverCode, MessageId


class Act(StrEnum):
    """What becomes of the turn."""

    IMMEDIATE = "immediate"
    """A person takes over now."""
    SAY = "say"
    """The customer is told why there is no answer, and asked for what would help."""
    OFFER = "offer"
    """The reply stays as it is, and a person is offered beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that matched."""

    code: HandoverCode
    act: Act
    reason: Wording
    """For the colleague."""
    evidence: HandoverEvidence
    topic: HandoverTopic | None = None
    offers: bool = False
    """With `SAY`: a person is offered as well."""


def saw(
    words: Sequence[Found] = (),
    turns: Sequence[PastTurn] = (),
    figures: Sequence[Figure] = (),
    topic: str | None = None,
) -> HandoverEvidence:
    """Evidence from what a rule has at hand."""
    quoted = tuple(dict.fromkeys(word.text for word in words))
    messages: tuple[MessageId, ...] = tuple(dict.fromkeys(turn.message_id for turn in turns))
    return HandoverEvidence(quoted, messages, tuple(figures), topic)


SAFETY: Final = Wording(
    "客户提到安全、法律、监管或媒体。", "The customer mentions danger, law, a regulator or the media."
)
ASKED: Final = Wording("客户要求人工服务。", "The customer asked for a person.")
FORBIDDEN: Final = Wording("按规定由人工处理：{topic}。", "Reserved for a person: {topic}.")
UNVERIFIED: Final = Wording("需要核实身份：{topic}。", "Identity must be verified: {topic}.")
NOT_SUPPORTED: Final = Wording(
    "现有资料中没有足以回答这个问题的内容。", "No passage supports an answer to the question."
)
DECLINED: Final = Wording(
    "语言模型判断找到的资料不能回答这个问题。",
    "The language model judged that the passages found don't answer the question.",
)
NO_HANDLER: Final = Wording(
    "客户要办理的事情助手不能操作。", "The customer wants something done that the assistant can't do."
)
OFF_TOPIC: Final = Wording("与服务无关的请求。", "A request that isn't about the service.")
COMPLAINT: Final = Wording("客户明确投诉或辱骂。", "An explicit complaint, or abuse.")
UPSET: Final = Wording("客户情绪强烈不满。", "The customer is strongly upset.")
WORSE: Final = Wording("客户情绪连续两轮变差。", "The customer's mood got worse over two turns.")
REPEATS: Final = Wording("客户第 {count} 次问同一件事。", "The customer asks for the same thing for the {count}. time.")
SAME_ANSWER: Final = Wording(
    "助手将第 {count} 次给出同样的回答。", "The assistant would give the same answer for the {count}. time."
)
REJECTED: Final = Wording("客户 {count} 次表示没有帮助。", "The customer said {count} times that it didn't help.")
LONG: Final = Wording("已有 {count} 个回答，客户没有确认解决。", "{count} answers so far, and no confirmation.")
VIP: Final = Wording("重要客户。", "A VIP.")
BREACHED: Final = Wording("客户的工单 {ticket} 已超时未处理。", "The customer's ticket {ticket} is past its deadline.")
UNCLEAR: Final = Wording("{count} 次反问，客户都没能说明。", "The customer couldn't answer {count} questions back.")
USED_UP: Final = Wording("本次对话已有 {count} 条客户消息。", "The customer wrote {count} messages in this episode.")
NOT_THE_CONTACT: Final = Wording("来信人不是这件事的联系人。", "Who wrote isn't the contact for this matter.")
FAILED: Final = Wording("{step}失败：{error}。", "{step} failed: {error}.")


def filled(wording: Wording, **values: object) -> Wording:
    """The sentence with its gaps filled. No templates: a value can't bring in another gap."""
    zh, en = wording.zh, wording.en
    for name, value in values.items():
        zh, en = zh.replace("{" + name + "}", str(value)), en.replace("{" + name + "}", str(value))
    return Wording(zh, en)
