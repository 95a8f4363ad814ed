"""From a model's words to a typed call, or to the reason why they are none."""

from __future__ import annotations

import json
from typing import Final

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


class NotACall(ValueError):
    """The words are no call of a tool that exists. The message says why; it is logged, nobody reads it."""


def begins_call(text: str) -> bool:
    """Whether a reply, as far as it has come, is going to be a call and not an answer."""
    return text.lstrip().startswith(("{", "```"))


def read_call(text: str) -> ToolCall:
    """Read `{"tool": …, argument: …}`: exactly these keys, exactly these types, nothing around them.

    Raises:
        NotACall: it is anything else.
    """
    plain = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        raw = json.loads(plain)
    except ValueError:
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
