"""Macros in SQL: what agents write often, once."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from core.accounts import AccountId
from core.actors import agent
from core.clock import Clock, utc_now
from core.database import reading
from core.desk_events import EventKind, Subject
from core.errors import InvalidInput, NotFound
from core.macros import Macro, MacroActions, MacroId, filled
from core.staff import TeamId
from core.tickets import Priority
from core.types import ConversationId, Language
from desk.acts import acting
from desk.customer_rows import one_customer
from desk.episodes import hold
from desk.service_tables import macros
from desk.settling import NOBODY, Editor, outrun, settled
from desk.staff import find_agent
from desk.ticket_rows import open_tickets

TEXT_CHARACTERS: Final = 10_000


class Macros:
    """Texts for situations that come up often. A macro is switched off, never removed: events name it."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def every(
        self,
        *,
        language: Language | None = None,
        teams: Collection[TeamId] | None = None,
        disabled: bool = False,
    ) -> list[Macro]:
        """Macros that are on, those used most first.

        Args:
            language: only those that fit it; all if `None`.
            teams: only those of these teams, and everybody's; all if `None`.
            disabled: those that were switched off as well, after the others.
        """
        query = select(macros)
        if not disabled:
            query = query.where(macros.c.enabled.is_(True))
        if language is not None:
            query = query.where(macros.c.language.is_(None) | (macros.c.language == language))
        if teams is not None:
            query = query.where(macros.c.team_id.is_(None) | macros.c.team_id.in_(list(teams)))
        with reading(self._engine) as connection:
            found = connection.execute(
                query.order_by(macros.c.enabled.desc(), macros.c.uses.desc(), macros.c.name, macros.c.id)
            )
            return [_to_macro(row) for row in found]

    def save(
        self,
        name: str,
        text: str,
        *,
        language: Language | None = None,
        team_id: TeamId | None = None,
        actions: MacroActions | None = None,
        enabled: bool = True,
        macro_id: MacroId | None = None,
        by: Editor = NOBODY,
        instead_of: Macro | None = None,
    ) -> Macro:
        """Make a macro, or change one. `instead_of` is what its editor has read; `None` doesn't look.

        Raises:
            InvalidInput: no name, no text, or a text that is too long.
            NotFound: no such macro.
            Conflict: somebody else has changed it since `instead_of` was read.
        """
        if not name.strip() or not 0 < len(text.strip()) <= TEXT_CHARACTERS:
            raise InvalidInput(f"A macro needs a name and a text of at most {TEXT_CHARACTERS} characters.")
        values = {
            "name": name.strip(),
            "text": text.strip(),
            "language": language,
            "team_id": team_id,
            "actions": _written(actions or MacroActions()),
            "enabled": enabled,
            "updated_at": self._clock(),
        }
        with acting(self._engine, self._clock, by.actor) as act:
            if macro_id is None:
                added = act.connection.execute(insert(macros).values(uses=0, **values))
                assert added.inserted_primary_key is not None  # every database gives it after a single insert
                macro_id = MacroId(added.inserted_primary_key[0])
            else:
                held = _one(act.connection, macro_id, lock=True)
                if instead_of is not None and replace(held, uses=0) != replace(instead_of, uses=0):
                    raise outrun(act.connection, "macro", macro_id)
                act.connection.execute(update(macros).where(macros.c.id == macro_id).values(**values))
            settled(act, "macro", macro_id, name.strip(), by)
            return _one(act.connection, macro_id)

    def fill(self, macro_id: MacroId, conversation_id: ConversationId, by: AccountId | None) -> str:
        """The macro's text for this conversation, ready to be looked over; counts as a use.

        Raises:
            NotFound: no such macro or conversation.
        """
        with acting(self._engine, self._clock, agent(by)) as act:
            macro = _one(act.connection, macro_id)
            held = hold(act.connection, conversation_id)
            writer = find_agent(act.connection, by) if by is not None else None
            cards = open_tickets(act.connection, conversation_id)
            known = {
                "name": one_customer(act.connection, held.customer_id).name if held.customer_id is not None else "",
                "ticket": f"#{cards[-1].ticket_id}" if cards else "",
                "agent": writer.name if writer is not None else "",
            }
            uses = update(macros).where(macros.c.id == macro_id).values(uses=macros.c.uses + 1)
            act.connection.execute(uses)
            act.log(EventKind.MACRO_USED, Subject(conversation_id=conversation_id), new=macro_id, reason=macro.name)
        return filled(macro.text, known)


def _one(connection: Connection, macro_id: MacroId, *, lock: bool = False) -> Macro:
    query = select(macros).where(macros.c.id == macro_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("macro", macro_id)
    return _to_macro(row)


def _written(actions: MacroActions) -> str:
    priority = actions.priority.value if actions.priority is not None else None
    return json.dumps({"priority": priority, "tags": list(actions.tags), "asks": actions.asks}, ensure_ascii=False)


def _to_macro(row: Row[Any]) -> Macro:
    read = json.loads(row.actions)
    return Macro(
        macro_id=MacroId(row.id),
        name=row.name,
        language=row.language,
        team_id=None if row.team_id is None else TeamId(row.team_id),
        text=row.text,
        actions=MacroActions(
            Priority(read["priority"]) if read["priority"] else None, tuple(read["tags"]), read["asks"]
        ),
        uses=row.uses,
        enabled=row.enabled,
    )
