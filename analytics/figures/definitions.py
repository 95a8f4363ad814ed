"""What each figure means, in Chinese and English. Stands beside every figure, wherever it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.types import HandoverCode, Language


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure's name and what it is, both as (Chinese, English)."""

    title: tuple[str, str]
    text: tuple[str, str]

    def said(self, language: Language) -> tuple[str, str]:
        """Title and text in one language."""
        at = 0 if language is Language.ZH else 1
        return self.title[at], self.text[at]


def _d(zh: str, en: str, text_zh: str, text_en: str) -> Definition:
    return Definition((zh, en), (text_zh, text_en))


DEFINITIONS: Final[Mapping[str, Definition]] = {
    "durable_resolution": _d(
        "持久解决率",
        "Durable resolution",
        "助手独立解决、且该客户 7 天内（任何渠道）没有就同一问题再来的事件 ÷ 助手独立解决且已满 7 天的事件。",
        "Episodes the assistant resolved alone and whose customer didn't return with the topic, on any channel, within "
        "7 days ÷ episodes the assistant resolved alone at least 7 days ago.",
    ),
    "containment": _d(
        "未转人工率",
        "Containment",
        "没有任何人工公开消息的事件 ÷ 助手参与的事件。未转人工不等于解决：放弃的客户也算在内。",
        "Episodes without a public message of a person ÷ episodes with the assistant. It isn't resolution: customers "
        "who gave up are contained too.",
    ),
    "autonomous_resolution": _d(
        "助手独立解决率",
        "Autonomous resolution",
        "已解决、助手答过、没有转人工也没有人工消息的事件 ÷ 助手参与的事件。等于下面三项加上其他解决原因。",
        "Resolved episodes with an answer of the assistant, no hand-over and no message of a person ÷ episodes with the "
        "assistant.",
    ),
    "confirmed_resolution": _d(
        "已确认解决率",
        "Confirmed resolution",
        "助手独立解决，且客户亲口（或按钮）确认 ÷ 助手参与的事件。",
        "Autonomous, and the customer said that it helped ÷ episodes with the assistant.",
    ),
    "verified_resolution": _d(
        "已核验解决率",
        "Verified resolution",
        "助手独立解决，且事后检查认定回答切题、有据、完整 ÷ 助手参与的事件。没有核验时为 0。",
        "Autonomous, and a check afterwards found the answers relevant, grounded and complete ÷ episodes with the "
        "assistant. 0 where nobody checks.",
    ),
    "assumed_resolution": _d(
        "推定解决率",
        "Assumed resolution",
        "助手独立解决，仅因客户 24 小时未再说话且没有差评 ÷ 助手参与的事件。沉默不是确认，单独列出。",
        "Autonomous, only since the customer fell silent for 24 hours without a bad word ÷ episodes with the assistant. "
        "Silence isn't confirmation, so it stands apart.",
    ),
    "assistant_involved": _d(
        "助手参与率",
        "Assistant involved",
        "助手回复过（问候不算）或因用量限制以外的原因转人工的事件 ÷ 全部事件。",
        "Episodes in which the assistant replied, greetings aside, or handed over for a reason other than a usage limit "
        "÷ all episodes.",
    ),
    "handover": _d(
        "转人工率",
        "Hand-over",
        "转过人工的事件（用量限制除外）÷ 助手参与的事件。",
        "Episodes with a hand-over, usage limits aside ÷ episodes with the assistant.",
    ),
    "abandonment": _d(
        "放弃率",
        "Abandonment",
        "客户没得到解决就离开的事件 ÷ 助手参与的事件。从不计为解决。",
        "Episodes whose customer left unserved ÷ episodes with the assistant. Never counted as resolved.",
    ),
    "queue_abandonment": _d(
        "排队放弃率",
        "Queue abandonment",
        "排队等人工时离开的事件 ÷ 排过队的事件。",
        "Episodes whose customer left while waiting for a person ÷ episodes that waited for one.",
    ),
    "deflection": _d(
        "已确认自助率",
        "Deflection, confirmed",
        "客户说有帮助、且 1 天内没有工单或人工 ÷ 助手参与的事件。",
        "The customer said that it helped and reached no person and got no ticket within 1 day ÷ episodes with the "
        "assistant.",
    ),
    "potential_deflection": _d(
        "可能自助率",
        "Deflection, potential",
        "看到了答案、且 1 天内没有工单或人工 ÷ 助手参与的事件。",
        "An answer was seen and no person or ticket was needed within 1 day ÷ episodes with the assistant.",
    ),
    "no_answer": _d(
        "无答案率",
        "No-answer rate",
        "助手因资料里没有而答不上的问题 ÷ 客户的问题。",
        "Questions the assistant had no answer to ÷ questions of customers.",
    ),
    "knowledge_hit": _d(
        "知识命中率",
        "Knowledge-hit rate",
        "回答里至少引用一段已发布内容的问题 ÷ 客户的问题。",
        "Questions answered with at least one cited passage ÷ questions of customers.",
    ),
    "first_response_agent": _d(
        "人工首次响应",
        "First response, agent",
        "从转人工（或建工单）到第一条人工公开消息。仍在等的算到现在，没等到的算到结束。",
        "From hand-over, or the ticket's creation, to the first public message of a person. Who still waits counts with "
        "the time so far.",
    ),
    "first_response_any": _d(
        "首次响应（含助手）",
        "First response, any",
        "从客户第一条消息到助手或人工的第一条非自动回复。与人工分开，以免掩盖人工的慢。",
        "From the customer's first message to the first that isn't automatic, by assistant or person.",
    ),
    "next_response": _d(
        "后续响应",
        "Next response",
        "人工回复之后，从客户第一条未回复的消息到下一条人工消息；每轮一次；“谢谢”不计。",
        "After a person has replied: from the customer's first unanswered message to the person's next. One case a turn; "
        "thanks don't count.",
    ),
    "first_resolution": _d(
        "首次解决时长",
        "First resolution",
        "从建工单到第一次解决。",
        "From the ticket's creation to its first solution.",
    ),
    "full_resolution": _d(
        "最终解决时长",
        "Full resolution",
        "从建工单到最后一次解决；重开未解的仍算进行中。",
        "From the ticket's creation to its last solution; one that was reopened is still open.",
    ),
    "agent_resolution": _d(
        "最终解决时长（扣除等客户）",
        "Full resolution, our time",
        "最终解决时长减去等待客户的时间。",
        "Full resolution without the time in which we waited for the customer.",
    ),
    "requester_wait": _d(
        "客户等待",
        "Requester wait",
        "工单处于新建、处理中、搁置的时间之和。",
        "Time that a ticket was new, open or on hold, added up.",
    ),
    "agent_wait": _d(
        "等待客户",
        "Agent wait",
        "工单处于等待客户的时间之和。",
        "Time that a ticket waited for the customer, added up.",
    ),
    "handle_time": _d(
        "处理时长",
        "Handle time",
        "一个事件里人工第一条到最后一条消息，至少 1 分钟、至多 1 小时。",
        "First to last message of a person in an episode, at least a minute and at most an hour.",
    ),
    "sla_attainment": _d(
        "SLA 达成率",
        "SLA attainment",
        "按时完成 ÷（按时 + 超时）。超时按截止日、按时按完成日归期；过期未完成算超时；未到期或暂停的不算。",
        "Met ÷ (met + missed), by date of the deadline, or of what met it in time. Open past its deadline is missed; ahead "
        "of it, or paused, isn't counted yet.",
    ),
    "backlog": _d(
        "积压",
        "Backlog",
        "期末等待我们处理的工单数，以及它们已存在的时间。",
        "Tickets that wait for us at the period's end, and how old they are.",
    ),
    "reopened": _d(
        "重开率",
        "Reopened",
        "解决后 7 天内被客户重开的工单 ÷ 解决已满 7 天的工单。",
        "Tickets their customers took up again within 7 days ÷ tickets solved at least 7 days ago.",
    ),
    "first_contact": _d(
        "一次解决率",
        "First-contact resolution",
        "至多一次转人工、且 7 天内没有就同一问题再来 ÷ 解决已满 7 天的事件。",
        "At most one contact with a person and no return with the topic within 7 days ÷ episodes resolved at least 7 "
        "days ago.",
    ),
    "one_touch": _d(
        "一次回复解决率",
        "One-touch",
        "恰好一条人工回复就解决的工单 ÷ 解决的工单。",
        "Tickets solved with exactly one reply of a person ÷ tickets solved.",
    ),
    "transfers": _d(
        "转派次数",
        "Transfers",
        "负责人变更次数 ÷ 有过负责人的工单。",
        "Changes of the person responsible ÷ tickets that had one.",
    ),
    "repeat_contact": _d(
        "重复来访率",
        "Repeat contact",
        "30 天内就同一问题再来的客户 ÷ 来过的客户。",
        "Customers who came again with the topic within 30 days ÷ customers who came.",
    ),
    "csat": _d("满意度", "CSAT", "4–5 分 ÷ 全部有效评分，按评分日期。", "Ratings of 4 and 5 ÷ valid ratings, by date."),
    "csat_assistant": _d(
        "满意度（仅助手）", "CSAT, assistant only", "只有助手回复过的事件。", "Where only the assistant replied."
    ),
    "csat_assisted": _d(
        "满意度（助手 + 人工）", "CSAT, both", "助手与人工都回复过的事件。", "Where assistant and person replied."
    ),
    "csat_agent": _d("满意度（仅人工）", "CSAT, person only", "只有人工回复过的事件。", "Where only a person replied."),
    "csat_mean": _d(
        "平均评分", "Mean rating", "1–5 分的平均，带 95 % 区间。", "Mean of 1 to 5, with its 95 % interval."
    ),
    "csat_response": _d(
        "评价参与率",
        "Survey response",
        "已评 ÷ 已送达的评价邀请；没送达的不算。",
        "Rated ÷ surveys that reached the customer.",
    ),
    "nps": _d(
        "净推荐值",
        "NPS",
        "9–10 分的百分比减去 0–6 分的百分比。",
        "Percentage of 9 and 10 less percentage of 0 to 6.",
    ),
    "suggestion_acceptance": _d(
        "建议采用率", "Suggestions used", "原样或修改后采用 ÷ 展示的建议。", "Used as they were or edited ÷ shown."
    ),
    "suggestion_as_is": _d("原样采用率", "Used as they were", "原样采用 ÷ 展示的建议。", "Used unchanged ÷ shown."),
    "suggestion_dismissed": _d("弃用率", "Suggestions dismissed", "弃用 ÷ 展示的建议。", "Dismissed ÷ shown."),
    "suggestion_time": _d("采用用时", "Time to use", "从展示到采用。", "From the showing of a suggestion to its use."),
}

CODES: Final[Mapping[HandoverCode, tuple[str, str]]] = {
    HandoverCode.SAFETY_LEGAL: ("安全或法律", "Safety or legal"),
    HandoverCode.CUSTOMER_REQUEST: ("客户要求人工", "Customer asked for a person"),
    HandoverCode.POLICY_RESTRICTION: ("业务规定", "Policy"),
    HandoverCode.IDENTITY_REQUIRED: ("需核实身份", "Identity needed"),
    HandoverCode.MISSING_KNOWLEDGE: ("资料里没有", "Missing knowledge"),
    HandoverCode.UNSUPPORTED_REQUEST: ("不支持的请求", "Unsupported request"),
    HandoverCode.NEGATIVE_SENTIMENT: ("情绪不满", "Negative sentiment"),
    HandoverCode.LOOP: ("反复循环", "Going round in circles"),
    HandoverCode.USER_REJECTED: ("回答被否定", "Answers rejected"),
    HandoverCode.TURN_BUDGET: ("轮次过多", "Too many turns"),
    HandoverCode.TOOL_FAILURE: ("系统故障", "Something failed"),
    HandoverCode.VIP_OR_OPEN_TICKET: ("重要客户或有超时工单", "VIP or open ticket"),
    HandoverCode.PENDING_CLARIFICATION: ("无法澄清", "Clarification failed"),
    HandoverCode.USAGE_LIMIT: ("用量限制", "Usage limit"),
    HandoverCode.OTHER_PARTICIPANT: ("他人来信", "Another participant"),
}


def definition_of(name: str) -> Definition:
    """The words of a figure; a share of hand-overs by code is named after its code."""
    if name.startswith("handover."):
        zh, en = CODES[HandoverCode(name.removeprefix("handover."))]
        return _d(
            zh, en, "因此转人工的事件 ÷ 助手参与的事件。", "Episodes handed over by this rule ÷ episodes with it."
        )
    return DEFINITIONS[name]
