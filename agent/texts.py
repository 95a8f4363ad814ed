"""What customers read that doesn't come from a source, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from core.types import Language

Wording = Mapping[Language, str]

GREETING: Final[Wording] = {
    Language.ZH: "您好，请问有什么可以帮您？",
    Language.EN: "Hello! How can I help you?",
}
WELCOME: Final[Wording] = {
    Language.ZH: "不客气。请问还有什么可以帮您？",
    Language.EN: "You're welcome. Is there anything else I can help you with?",
}
FAREWELL: Final[Wording] = {
    Language.ZH: "感谢您的咨询，再见。之后有问题可以随时再来问我，请问现在还有什么可以帮您？",
    Language.EN: "Thank you for getting in touch, goodbye. Is there anything else I can help you with before you go?",
}
DROPPED: Final[Wording] = {
    Language.ZH: "好的。之后有问题可以随时再来问我。",
    Language.EN: "All right. You can come back with a question at any time.",
}
NO_QUESTION: Final[Wording] = {
    Language.ZH: "请问您想咨询什么问题？",
    Language.EN: "What would you like to know?",
}
WHICH_QUESTION: Final[Wording] = {
    Language.ZH: "请问您想了解的是下面哪一个问题？",
    Language.EN: "Which of these would you like to know?",
}
DISAGREE: Final[Wording] = {
    Language.ZH: "关于这个问题，现有资料的说法不一致：",
    Language.EN: "Our documents don't agree on this:",
}
SAYS: Final[Wording] = {
    Language.ZH: "《{name}》（第 {version} 版，{since} 起）：",
    Language.EN: "“{name}” (version {version}, as of {since}): ",
}
SAYS_UNDATED: Final[Wording] = {
    Language.ZH: "《{name}》（第 {version} 版）：",
    Language.EN: "“{name}” (version {version}): ",
}
NEWER: Final[Wording] = {
    Language.ZH: "其中《{name}》的日期较新。如需确认，可以转接人工客服。",
    Language.EN: "“{name}” is the newer one. A colleague can confirm it for you.",
}
SAME_AGE: Final[Wording] = {
    Language.ZH: "从日期上看不出以哪一份为准。如需确认，可以转接人工客服。",
    Language.EN: "Their dates don't tell which one holds. A colleague can confirm it for you.",
}
WHICH_READING: Final[Wording] = {
    Language.ZH: "这个问题的答案因产品而异。请问您问的是哪一个？",
    Language.EN: "The answer depends on the product. Which one do you mean?",
}
SOURCES_DISAGREE: Final[Wording] = {
    Language.ZH: "资料之间有矛盾：{first} / {second}。",
    Language.EN: "The sources contradict each other: {first} / {second}.",
}

_QUOTED_FROM: Final[Wording] = {Language.ZH: "根据《{name}》：", Language.EN: "According to “{name}”:"}
_ORIGINAL_FROM: Final[Wording] = {
    Language.ZH: "《{name}》中的相关内容如下（英文原文）：",
    Language.EN: "This is what “{name}” says (original text in Chinese):",
}

_FILE_ENDING: Final = re.compile(
    r"\.(?:pdf|docx?|pptx?|xlsx?|csv|tsv|html?|md|markdown|txt|eml|jsonl?)$", re.IGNORECASE
)


def lead_in(language: Language, document: str, *, source: Language) -> str:
    """The line above a quotation; it says so when the source is in the other language."""
    wording = _QUOTED_FROM if language is source else _ORIGINAL_FROM
    return wording[language].replace("{name}", shown_name(document))


def shown_name(document: str) -> str:
    """A document's name without folders and file ending."""
    name = re.split(r"[/\\]", document.strip())[-1]
    return _FILE_ENDING.sub("", name) or document
