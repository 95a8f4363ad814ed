"""The table of hand-over rules that a service manager edits: words, limits, texts, topics.

The order of the rules is that of `HandoverCode` and can't be changed: danger comes before everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.handover import HandoverAction
from core.handover_codes import HandoverCode
from core.language import Language
from core.tickets import Priority


@dataclass(frozen=True, slots=True)
class Wording:
    """A text for customers in both languages."""

    zh: str = ""
    en: str = ""

    def __getitem__(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


CODE_NAMES: Final[Mapping[HandoverCode, Wording]] = {
    HandoverCode.SAFETY_LEGAL: Wording("安全或法律风险", "Safety or law"),
    HandoverCode.CUSTOMER_REQUEST: Wording("客户要求人工", "The customer asked for a person"),
    HandoverCode.POLICY_RESTRICTION: Wording("业务规定限制", "Restricted by policy"),
    HandoverCode.IDENTITY_REQUIRED: Wording("需要验证身份", "Identity needed"),
    HandoverCode.MISSING_KNOWLEDGE: Wording("知识库中没有答案", "Not in the knowledge base"),
    HandoverCode.UNSUPPORTED_REQUEST: Wording("不支持的请求", "Not something we do"),
    HandoverCode.NEGATIVE_SENTIMENT: Wording("客户情绪激动", "Strong negative mood"),
    HandoverCode.LOOP: Wording("重复兜圈", "Going round in circles"),
    HandoverCode.USER_REJECTED: Wording("客户多次表示没帮助", "The customer rejected the answers"),
    HandoverCode.TURN_BUDGET: Wording("对话轮次过多", "Too many turns"),
    HandoverCode.TOOL_FAILURE: Wording("系统故障", "A tool failed"),
    HandoverCode.VIP_OR_OPEN_TICKET: Wording("重要客户或已有超时工单", "VIP, or an overdue ticket"),
    HandoverCode.PENDING_CLARIFICATION: Wording("客户无法澄清", "The customer couldn't clarify"),
    HandoverCode.USAGE_LIMIT: Wording("用量达到上限", "Usage limit"),
    HandoverCode.OTHER_PARTICIPANT: Wording("其他参与者发言", "Somebody else wrote"),
}
"""How the rules are called."""


@dataclass(frozen=True, slots=True)
class LimitSpec:
    """A number that a manager may set."""

    default: float
    least: float
    most: float
    meaning: str


LIMITS: Final[Mapping[HandoverCode, Mapping[str, LimitSpec]]] = {
    HandoverCode.SAFETY_LEGAL: {
        "signal": LimitSpec(0.7, 0.4, 1.01, "from which probability the classifier counts beside the words; above 1 words alone"),
    },
    HandoverCode.CUSTOMER_REQUEST: {
        "intent_probability": LimitSpec(0.8, 0.5, 1.01, "from which probability of the intent on; above 1 words alone count"),
    },
    HandoverCode.IDENTITY_REQUIRED: {
        "attempts": LimitSpec(0, 0, 10, "how often the customer is asked to verify first; 0 hands over at once"),
    },
    HandoverCode.MISSING_KNOWLEDGE: {
        "misses": LimitSpec(2, 1, 5, "questions in a row without an answer, with which a person takes over"),
    },
    HandoverCode.UNSUPPORTED_REQUEST: {
        "intent_probability": LimitSpec(0.7, 0.5, 1.01, "from which probability of the intent on; above 1 words alone count"),
    },
    HandoverCode.NEGATIVE_SENTIMENT: {
        "anger": LimitSpec(0.7, 0.3, 1.0, "probability of anger from which a message is strongly negative"),
        "calm": LimitSpec(0.4, 0.05, 0.95, "probability of anger below which a customer has calmed down again"),
        "strong_messages": LimitSpec(2, 1, 10, "strongly negative messages with which a person takes over"),
    },
    HandoverCode.LOOP: {
        "similarity": LimitSpec(0.96, 0.5, 1.0, "how alike two messages are that ask for the same, as a cosine"),
        "answer_similarity": LimitSpec(0.9, 0.5, 1.0, "how alike two answers are that say the same, as a share of words"),
        "offer_at": LimitSpec(2, 2, 20, "times the same is asked, with which a person is offered"),
        "immediate_at": LimitSpec(3, 2, 20, "times the same is asked, with which a person takes over"),
    },
    HandoverCode.USER_REJECTED: {
        "rejections": LimitSpec(2, 1, 10, "replies that didn't help, with which a person takes over"),
    },
    HandoverCode.TURN_BUDGET: {
        "answers": LimitSpec(6, 1, 100, "answers without a confirmation; the next one comes with an offer"),
        "grace": LimitSpec(2, 1, 100, "so many answers later a person takes over"),
    },
    HandoverCode.PENDING_CLARIFICATION: {
        "failed": LimitSpec(2, 1, 10, "questions back in a row that the customer couldn't answer"),
    },
    HandoverCode.USAGE_LIMIT: {
        "messages": LimitSpec(60, 5, 10_000, "messages of a customer in one episode"),
    },
}  # fmt: skip
"""The numbers of each rule. A rule that isn't named has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRule:
    """One row: when a person is needed, and what the customer and the person are told."""

    code: HandoverCode
    enabled: bool = True
    words: tuple[str, ...] = ()
    """Any of them fires. «…» stands for up to a dozen characters within a sentence."""
    strong_words: tuple[str, ...] = ()
    """The same, but a person takes over at once."""
    exceptions: tuple[str, ...] = ()
    """Phrases that hold such a word and mean something else."""
    intents: tuple[str, ...] = ()
    """Labels of the taxonomy of intents that fire as well."""
    limits: Mapping[str, float] = field(default_factory=dict)
    """By name, see `LIMITS`; what isn't given has its default."""
    text: Wording
    """What the customer reads when a person takes over."""
    offer: Wording = Wording()
    """What the customer reads beside the button, or before a person takes over."""
    again: Wording = Wording()
    """What is said instead of `text` where earlier messages led to it as well; empty where it makes no difference."""
    priority: Priority
    team: str
    tags: tuple[str, ...] = ()

    def limit(self, name: str) -> float:
        """A number of this rule."""
        return self.limits.get(name, LIMITS[self.code][name].default)


TOPIC_CODES: Final = (
    HandoverCode.POLICY_RESTRICTION,
    HandoverCode.IDENTITY_REQUIRED,
    HandoverCode.UNSUPPORTED_REQUEST,
)
"""Rules that are made of topics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverTopic:
    """What the business keeps to people, or doesn't do: one action or subject."""

    name: str
    code: HandoverCode
    enabled: bool = True
    words: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    requests_only: bool = True
    """A question about it, such as «how do I …», is answered from the documents; only a request to do it counts."""
    above: float | None = None
    """Only with an amount of money above this one in the message."""
    identity_level: int = 2
    """For `identity_required`: how well the customer must be known."""
    action: HandoverAction = HandoverAction.IMMEDIATE
    text: Wording = Wording()
    """What the customer reads; the rule's own text where it is empty."""
    team: str = ""
    """The rule's own team where it is empty."""


@dataclass(frozen=True, slots=True)
class HandoverRules:
    """The whole table: one rule for each code, in their order, and the topics."""

    rules: tuple[HandoverRule, ...]
    topics: tuple[HandoverTopic, ...] = ()

    def rule(self, code: HandoverCode) -> HandoverRule:
        """The row of a code."""
        return next(rule for rule in self.rules if rule.code is code)

    def topics_of(self, code: HandoverCode) -> tuple[HandoverTopic, ...]:
        """The enabled topics of a code, in the manager's order."""
        return tuple(topic for topic in self.topics if topic.code is code and topic.enabled)


@dataclass(frozen=True, slots=True)
class HandoverRuleVersion:
    """A state of the table. Number 0 is the one that Zhida comes with."""

    number: int
    rules: HandoverRules
    note: str
    """Why it was changed."""
    author: str
    created_at: datetime | None
