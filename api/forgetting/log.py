"""The desk's log without what people wrote: figures go on counting, and no line says a word of the person."""

from __future__ import annotations

import json
import re
from typing import Final

from sqlalchemy import ColumnElement, Connection, select, update

from core.desk_events import EventKind
from desk.event_tables import desk_events

_K = EventKind
COUNTED: Final = frozenset(
    {
        _K.CONVERSATION_OPENED, _K.EPISODE_OPENED, _K.EPISODE_MOVED, _K.EPISODE_ASSIGNED, _K.HANDED_OVER,
        _K.HANDOVER_OFFERED, _K.MESSAGE_ADDED, _K.REPLY_RATED, _K.TICKET_CREATED, _K.TICKET_MOVED, _K.TICKET_REOPENED,
        _K.TICKET_TRIGGERED, _K.TICKET_PRIORITY, _K.TICKET_ASSIGNED, _K.TICKET_MERGED, _K.TICKET_UNMERGED, _K.TICKET_SPLIT,
        _K.TICKET_LINKED, _K.TICKET_UNLINKED, _K.SLA_APPLIED, _K.SLA_WARNED, _K.SLA_BREACHED, _K.SURVEY_SENT,
        _K.SURVEY_NOT_SENT, _K.SURVEY_RATED, _K.CUSTOMER_MERGED, _K.CUSTOMER_UNMERGED,
    }
)  # fmt: skip
"""Kinds whose `old` and `new` are codes and numbers that figures read. Of all others both are blanked."""

REASONED: Final = frozenset({_K.EPISODE_MOVED, _K.TICKET_MOVED})
"""Kinds whose `reason` is a `CloseReason`."""

TOLD: Final = frozenset(
    {"number", "substantive", "outcome", "tier", "confidence", "rule", "cited", "family", "priority", "cycle"}
)
"""Details that are codes and numbers."""

_CODE: Final = re.compile(r"[a-z0-9_.:+-]{0,64}")
"""What a code or a number looks like. Anything else in its place is a text, and goes."""


def scrub(connection: Connection, mine: ColumnElement[bool]) -> int:
    """Take every text out of these lines; returns how many lines had one."""
    columns = ("sequence", "kind", "old", "new", "reason", "detail")
    query = select(*(desk_events.c[name] for name in columns)).where(mine)
    changed = 0
    for row in connection.execute(query).all():
        values = _without_text(row.kind, row.old, row.new, row.reason, row.detail)
        if values != {"old": row.old, "new": row.new, "reason": row.reason, "detail": row.detail}:
            one = desk_events.c.sequence == row.sequence
            connection.execute(update(desk_events).where(one).values(**values))
            changed += 1
    return changed


def _without_text(kind: str, old: str, new: str, reason: str, detail: str) -> dict[str, str]:
    counted = kind in COUNTED
    told = {key: _code(value) for key, value in json.loads(detail or "{}").items() if key in TOLD}
    return {
        "old": _code(old) if counted else "",
        "new": _code(new) if counted else "",
        "reason": _code(reason) if kind in REASONED else "",
        "detail": json.dumps(told, ensure_ascii=False),
    }


def _code(value: str) -> str:
    return value if _CODE.fullmatch(value) else ""
