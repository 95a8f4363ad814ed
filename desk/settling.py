"""Settings that several colleagues keep: who changed what is written down, and nobody overwrites another unseen."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from core.accounts import AccountId
from core.actors import Actor, agent
from core.desk_events import EventKind, Subject
from core.errors import Conflict
from desk.acts import Act
from desk.event_tables import desk_events


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes a setting."""

    account_id: AccountId | None = None
    """`None` for the admin key and the command line."""
    name: str = ""
    """As the audit log has it."""

    @property
    def actor(self) -> Actor:
        """For the log of the desk."""
        return agent(self.account_id)


NOBODY = Editor()
"""Where it isn't known who."""


def settled(act: Act, kind: str, key: int, name: str, by: Editor, *, removed: bool = False) -> None:
    """Write down that a setting was made, changed or removed. `kind` is `team`, `macro` and so on."""
    act.log(
        EventKind.SETTING_CHANGED,
        Subject(),
        new="" if removed else name,
        old=name if removed else "",
        rule=_rule(kind, key),
        detail={"author": by.name},
    )


def outrun(connection: Connection, kind: str, key: int) -> Conflict:
    """The error for a setting that isn't any more what its editor has read; names who was faster, where known."""
    query = (
        select(desk_events.c.at, desk_events.c.detail)
        .where(desk_events.c.kind == EventKind.SETTING_CHANGED.value, desk_events.c.rule == _rule(kind, key))
        .order_by(desk_events.c.sequence.desc())
        .limit(1)
    )
    last = connection.execute(query).one_or_none()
    author = json.loads(last.detail).get("author", "") if last is not None else ""
    who = f"{author} was faster: the" if author else "The"
    when = f" at {last.at:%H:%M} UTC" if last is not None else ""
    return Conflict(f"{who} {kind} was changed{when}, after you had read it. Read it again and repeat your change.")


def _rule(kind: str, key: int) -> str:
    return f"{kind} {key}"
