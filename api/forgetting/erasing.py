"""Erases a person from every table, in one transaction, and leaves a tombstone.

A table with a column that names a conversation, message, ticket or customer is erased without being listed here
(`api.forgetting.person.rows_about`); listed is what stays, and why. docs/decisions tells the reasons.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update

from api.accounts.audit import Actor, append
from api.forgetting import learnt, log
from api.forgetting.export import export
from api.forgetting.person import Person, find_person, rows_about
from api.forgetting.tables import NAME_CHARACTERS, tombstones
from api.wire import Json
from core.clock import Clock, utc_now
from core.database import checkpoint, metadata, reading, writing
from core.episodes import EpisodeState
from core.errors import Conflict
from core.text import comparable
from core.tickets import CATEGORY
from core.types import ConversationId
from desk.clock_tables import sla_applied, sla_clocks
from desk.event_tables import desk_events
from desk.tables import conversations, episodes, messages, tickets
from desk.ticket_tables import ticket_collaborators, ticket_links, ticket_merges, ticket_triggers
from kb.gold_tables import gold_questions

WITHOUT_TEXT: Final[frozenset[Table]] = frozenset(
    {sla_applied, sla_clocks, ticket_collaborators, ticket_links, ticket_merges}
)
"""Moments, numbers and the operator's own terms: the figures of service levels are computed from them."""

BLANKED: Final[Mapping[Table, Mapping[str, object]]] = {
    conversations: {"customer_id": None, "language": None},
    episodes: {"summary": ""},
    tickets: {"customer_id": None, "question": "", "reason": "", "contact": None, "subject": None},
    ticket_triggers: {"reason": ""},
}
"""Rows that stay as empty shells, since kept rows refer to them."""

OPEN_EPISODES: Final = (EpisodeState.QUEUED, EpisodeState.AGENT, EpisodeState.SNOOZED)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, or would be."""

    key_hash: str
    erased: dict[str, int]
    """Rows by table; of `desk_events`, `conversations` and the like those that lost their text."""
    at: datetime
    dry_run: bool


class Forgetting:
    """Gives out what is known of a person, and erases it."""

    def __init__(
        self,
        engine: Engine,
        *,
        erase_files: Callable[[ConversationId], int],
        afterwards: Callable[[], None] = lambda: None,
        clock: Clock = utc_now,
    ) -> None:
        """`erase_files` deletes the files of a conversation with their bytes and says how many there were.
        `afterwards` drops what this process holds in memory.
        """
        self._engine = engine
        self._erase_files = erase_files
        self._afterwards = afterwards
        self._clock = clock

    def export(self, key: str, *, by: Actor) -> Json:
        """Everything about a person; a line in the audit log says that it was given out.

        Raises:
            NotFound, InvalidInput: as `find_person`.
        """
        with writing(self._engine) as connection:
            person = find_person(connection, key)
            now = self._clock()
            append(connection, now, by, "person.exported", target=key_hash(person)[:16])
            return export(connection, person, at=now)

    def erase(self, key: str, *, by: Actor, dry_run: bool = False) -> Erasure:
        """Erase a person. With `dry_run` all is done and taken back, so the counts are those of the real thing.

        Raises:
            NotFound, InvalidInput: as `find_person`.
            Conflict: something of theirs is still open.
            StorageError: nothing but files was erased; do it again.
        """
        with reading(self._engine) as connection:
            person = find_person(connection, key)
            _refuse_open(connection, person)
        files = 0 if dry_run else sum(map(self._erase_files, map(ConversationId, person.conversation_ids)))
        now, hashed = self._clock(), key_hash(person)
        try:
            with writing(self._engine) as connection:
                counts = _erase(connection, person)
                if dry_run:
                    raise _TakeBack(counts)
                counts["attachments"] = counts.get("attachments", 0) + files
                counts = {name: count for name, count in sorted(counts.items()) if count}
                report = json.dumps(counts)
                mark = {"key_hash": hashed, "erased_at": now, "erased_by": by.name[:NAME_CHARACTERS], "report": report}
                connection.execute(insert(tombstones).values(**mark))
                append(connection, now, by, "person.erased", target=hashed[:16], detail=report)
        except _TakeBack as taken:
            return Erasure(hashed, {name: n for name, n in sorted(taken.counts.items()) if n}, now, dry_run=True)
        checkpoint(self._engine)  # or the text would linger in SQLite's log
        self._afterwards()
        return Erasure(hashed, counts, now, dry_run=False)

    def tombstones(self, *, offset: int = 0, limit: int = 100) -> list[Erasure]:
        """Who was erased when, by hash, the newest first."""
        query = select(tombstones).order_by(tombstones.c.id.desc()).offset(offset).limit(limit)
        with reading(self._engine) as connection:
            found = connection.execute(query).all()
        return [Erasure(row.key_hash, json.loads(row.report), row.erased_at, dry_run=False) for row in found]


class _TakeBack(Exception):
    """Ends a dry run's transaction without a commit."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts


def key_hash(person: Person) -> str:
    """What a tombstone knows somebody by. Slow on purpose: telephone numbers are few enough to try them all."""
    key = person.key.strip().lower().encode()
    return hashlib.scrypt(key, salt=b"zhida tombstone", n=2**14, r=8, p=1, dklen=32).hex()


def _refuse_open(connection: Connection, person: Person) -> None:
    mine = rows_about(tickets, person)
    assert mine is not None  # tickets are about customers
    rows = connection.execute(select(tickets.c.id, tickets.c.status).where(mine)).all()
    open_ones = [f"ticket {row.id}" for row in rows if CATEGORY[row.status].open]
    waiting = select(episodes.c.conversation_id).where(
        episodes.c.conversation_id.in_(person.conversation_ids), episodes.c.state.in_(OPEN_EPISODES)
    )
    open_ones += [f"conversation {each}" for each in sorted(set(connection.execute(waiting).scalars()))]
    if open_ones:
        named = ", ".join(open_ones[:10])
        raise Conflict(f"Still open: {named}. Resolve or close them first, then erase the person.")


def _erase(connection: Connection, person: Person) -> dict[str, int]:
    from analytics.learning.tables import gap_questions

    gone = _said(connection, person)
    mine = rows_about(gap_questions, person)
    assert mine is not None  # they name the conversation
    touched = sorted(set(connection.execute(select(gap_questions.c.gap_id).where(mine)).scalars()))
    about = rows_about(gold_questions, person)
    assert about is not None  # they name the message
    counts = learnt.forget_gold(
        connection, list(connection.execute(select(gold_questions.c.id).where(about)).scalars())
    )
    events = rows_about(desk_events, person)
    assert events is not None  # they name nearly everything
    counts["desk_events"] = log.scrub(connection, events)
    for table in reversed(metadata.sorted_tables):
        about = rows_about(table, person)
        if about is None or table in {desk_events, gold_questions, *WITHOUT_TEXT}:
            continue
        if table is messages:
            counts[table.name] = _forget_messages(connection, person)
        elif table in BLANKED:
            counts[table.name] = connection.execute(update(table).where(about).values(**BLANKED[table])).rowcount
        else:
            counts[table.name] = connection.execute(delete(table).where(about)).rowcount
    _shut(connection, person)
    return counts | learnt.forget_gaps(connection, touched) | learnt.forget_candidates(connection, gone)


def _said(connection: Connection, person: Person) -> dict[int, set[str]]:
    """What the person's conversations said in each candidate, as compared."""
    from analytics.learning.tables import candidate_findings

    mine = rows_about(candidate_findings, person)
    assert mine is not None  # they name the conversation
    found: dict[int, set[str]] = defaultdict(set)
    columns = (candidate_findings.c.candidate_id, candidate_findings.c.question, candidate_findings.c.answer)
    for row in connection.execute(select(*columns).where(mine)):
        found[row.candidate_id] |= {comparable(row.question), comparable(row.answer)}
    return found


def _forget_messages(connection: Connection, person: Person) -> int:
    """Delete them, but for those that a ticket was opened by: these are emptied, as the ticket's shell refers to them."""
    mine = messages.c.conversation_id.in_(person.conversation_ids)
    held = list(
        connection.execute(
            select(tickets.c.message_id).where(tickets.c.conversation_id.in_(person.conversation_ids))
        ).scalars()
    )
    count = connection.execute(delete(messages).where(mine, messages.c.id.not_in(held))).rowcount
    return count + connection.execute(update(messages).where(mine).values(text="", client_key=None)).rowcount


def _shut(connection: Connection, person: Person) -> None:
    """Nobody writes there any more: the old token opens nothing, and a reply under way meets another version."""
    for each in person.conversation_ids:
        values = {"token_sha256": secrets.token_hex(32), "version": conversations.c.version + 1}
        connection.execute(update(conversations).where(conversations.c.id == each).values(**values))
