"""What the tab of stale answers says. Key -> (Chinese, English)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STALE_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "kb.tab.stale": ("过时回答", "Stale answers"),
    "stale.title": ("因资料变更而不再正确的回答", "Answers that a changed document made wrong"),
    "stale.intro": (
        "回答当时是对的，后来资料改了、删了或问答被撤下。逐条列出当时说了什么、现在怎么说，以及涉及的对话、工单和客户。",
        "They were right when they were given; then a document was changed or deleted, or a pair withdrawn. Each with what "
        "was said, what is said now, and the conversation, tickets and customer concerned.",
    ),
    "stale.none": ("没有这样的回答。", "There are none."),
    "stale.said": ("当时说", "Said"),
    "stale.now": ("现在说", "Says now"),
    "stale.nothing": ("资料里已经没有这一说法", "Nothing says it any more"),
    "stale.version": ("《{name}》第 {old} 版 → 第 {new} 版", "“{name}”, version {old} → {new}"),
    "stale.gone": ("《{name}》第 {old} 版 → 已删除或失效", "“{name}”, version {old} → deleted or not in force"),
    "stale.reason.deleted": ("资料已删除或失效", "Document gone"),
    "stale.reason.removed": ("说法已删去", "Taken out"),
    "stale.reason.numbers": ("数字、日期或单位变了", "Other numbers"),
    "stale.reason.negated": ("说法相反了", "The opposite now"),
    "stale.conversation": ("对话 {name}", "Conversation {name}"),
    "stale.tickets": ("工单 {numbers}", "Tickets {numbers}"),
    "stale.customer": ("客户 {name}", "Customer {name}"),
    "stale.handle": ("已处理", "Seen to"),
    "stale.handled": ("已标记为处理过。", "Noted as seen to."),
}
