"""From a model's words to a typed call, or to the reason why they are none."""

from __future__ import annotations

import json
import re
from typing import Final

from agent.reply_text import strip_thinking
from core.tools import ToolCall, ToolName

ARGUMENTS: Final = {
    ToolName.SEARCH: "query",
    ToolName.ORDERS: "number",
    ToolName.TICKETS: None,
    ToolName.OPEN_TICKET: None,
}
"""The one argument that each tool knows. A ticket is about what the customer wrote, not about what a model writes."""

REQUIRED: Final = frozenset({ToolName.SEARCH})
LONGEST_ARGUMENT: Final = 200

UNDECIDED_CHARACTERS: Final = 80
"""Characters after which a beginning that could still become a call isn't waited for any more."""

_CALL: Final = re.compile(r"(?:```(?:json)?\s*)?\{\s*[\"'“”]?tool\b", re.IGNORECASE)
_MAY_BECOME_CALL: Final = re.compile(
    r"(?:`{0,3}|```j(?:s(?:on?)?)?|```(?:json)?\s+|```(?:json)?\s*\{\s*[\"'“”]?(?:t(?:oo?)?)?|\{\s*[\"'“”]?(?:t(?:oo?)?)?)",
    re.IGNORECASE,
)
_THINKING: Final = "<think"


class NotACall(ValueError):
    """The words are no call of a tool that exists. The message says why; it is logged, nobody reads it."""


class CallGate:
    """Lets an answer through as it streams, and keeps a call back.

    A reply is a call if it begins with `{"tool"`. That is known within its first few characters, and of nearly every
    answer with the first one.
    """

    def __init__(self) -> None:
        self._held = ""
        self._answers = False

    def take(self, text: str) -> str:
        """What of the reply may be read as an answer now."""
        if self._answers:
            return text
        self._held += text
        if _may_be_call(self._held):
            return ""
        self._answers = True
        return self._held

    def finish(self) -> tuple[str, str]:
        """The reply is complete: the call that it is, and what was held back of an answer after all."""
        if self._answers:
            return "", ""
        written = strip_thinking(self._held).strip()
        return (written, "") if _CALL.match(written) else ("", self._held)


def _may_be_call(text: str) -> bool:
    """Whether a reply, as far as it has come, is a call or may still become one."""
    if _THINKING in text and strip_thinking(text) == text:
        return True  # what a model thinks isn't shown anyway
    plain = strip_thinking(text).lstrip()
    if _CALL.match(plain):
        return True
    begun = _MAY_BECOME_CALL.fullmatch(plain) is not None or (plain != "" and _THINKING.startswith(plain))
    return begun and len(plain) <= UNDECIDED_CHARACTERS


def read_call(text: str) -> ToolCall:
    """Read `{"tool": …, argument: …}`: exactly these keys, exactly these types, nothing around them.

    Raises:
        NotACall: it is anything else.
    """
    plain = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        raw = json.loads(plain)
    except (ValueError, RecursionError):
        raise NotACall("It isn't one JSON object.") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("tool"), str):
        raise NotACall("It names no tool.")
    try:
        name = ToolName(raw.pop("tool"))
    except ValueError:
        raise NotACall("There is no such tool.") from None
    argument = ARGUMENTS[name]
    given = raw.pop(argument, "") if argument is not None else ""
    if raw:
        raise NotACall("It has arguments that the tool doesn't know.")
    if not isinstance(given, str) or len(given) > LONGEST_ARGUMENT or (name in REQUIRED and not given.strip()):
        raise NotACall("Its argument isn't a short text.")
    return ToolCall(name, given.strip())
