"""Tools in the log: every call on the way to a reply, also to one that was thrown away."""

from __future__ import annotations

from dataclasses import replace

from core.desk_events import EventKind, Subject
from core.masking import Mask
from core.types import Reply
from desk.acts import Act


def masked_calls(reply: Reply, mask: Mask) -> Reply:
    """The reply without personal data in what a model asked tools for: the log can't forget."""
    if not any(record.asked for record in reply.tools):
        return reply
    return replace(reply, tools=tuple(replace(record, asked=mask(record.asked)) for record in reply.tools))


def log_tools(act: Act, subject: Subject, reply: Reply) -> None:
    """Add a line for each call."""
    for record in reply.tools:
        act.log(
            EventKind.TOOL_CALLED,
            subject,
            new=record.name.value if record.name is not None else "",
            reason=record.reason,
            rule="allowed" if record.allowed else "refused",
            detail={"by": "model" if record.by_model else "code", **({"asked": record.asked} if record.asked else {})},
        )
