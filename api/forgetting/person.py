"""Who is meant by a key, and which rows of the database are about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, or_, select

import analytics.learning.tables
import api.accounts.tables
import api.forgetting.tables
import desk.handover.tables
import desk.verification.tables
import kb.calibration_tables
import kb.gold_tables
import kb.tables
import kb.vocabulary_tables
from core.errors import InvalidInput, NotFound
from desk.customer_tables import customer_identities, customer_merges, customers
from desk.tables import conversations, messages, tickets
from desk.ticket_tables import ticket_links, ticket_merges
from desk.verification.tables import suggestion_citations, suggestions

MODULES: Final = (
    analytics.learning.tables,
    api.accounts.tables,
    api.forgetting.tables,
    desk.handover.tables,
    desk.verification.tables,
    kb.calibration_tables,
    kb.gold_tables,
    kb.tables,
    kb.vocabulary_tables,
)
"""Importing them fills the metadata: a table that nobody imported couldn't be searched."""

HOW: Final = (
    "Write `email:anna@example.org` (a channel and its key), `customer:12` or `conversation:6f1c…`; "
    "`zhida customers find TEXT` names customers."
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person, after all merges."""

    key: str
    """As it was asked for."""
    customer_ids: tuple[int, ...]
    """Merged ones among them; none for a visitor whom nobody knows."""
    conversation_ids: tuple[str, ...]


def find_person(connection: Connection, key: str) -> Person:
    """Who is meant.

    Raises:
        NotFound: nobody is known by that.
        InvalidInput: several are, or the key can't be read.
    """
    kind, _, value = (part.strip() for part in key.strip().partition(":"))
    if kind == "conversation":
        row = connection.execute(select(conversations.c.customer_id).where(conversations.c.id == value)).one_or_none()
        if row is None:
            raise NotFound("conversation", value)
        if row.customer_id is None:
            return Person(key, (), (value,))
        return _of_customer(connection, key, row.customer_id)
    if kind == "customer" and value.isdigit():
        known = connection.execute(select(customers.c.id).where(customers.c.id == int(value))).one_or_none()
        if known is None:
            raise NotFound("customer", value)
        return _of_customer(connection, key, int(value))
    return _of_customer(connection, key, _by_identity(connection, key.strip().lower()))


def _by_identity(connection: Connection, key: str) -> int:
    channel, colon, rest = key.partition(":")
    mine = customer_identities.c.key == key
    if colon:
        mine = or_(mine, (customer_identities.c.channel == channel) & (customer_identities.c.key == rest.strip()))
    query = select(customer_identities.c.customer_id, customer_identities.c.channel).where(mine)
    found = connection.execute(query).all()
    roots = {_root(connection, row.customer_id) for row in found}
    if not roots:
        raise NotFound("customer", key)
    if len(roots) > 1:
        channels = ", ".join(sorted({f"{row.channel}:…" for row in found}))
        raise InvalidInput(f"Several customers are known by that, by {channels}. Name the channel. {HOW}")
    return roots.pop()


def _of_customer(connection: Connection, key: str, customer_id: int) -> Person:
    root = _root(connection, customer_id)
    merged = connection.execute(select(customers.c.id).where(customers.c.merged_into.is_not(None))).scalars().all()
    own = tuple(sorted({root, *(each for each in merged if _root(connection, each) == root)}))
    query = select(conversations.c.id).where(conversations.c.customer_id.in_(own)).order_by(conversations.c.id)
    return Person(key, own, tuple(connection.execute(query).scalars()))


def _root(connection: Connection, customer_id: int) -> int:
    seen: set[int] = set()
    while customer_id not in seen:
        seen.add(customer_id)
        query = select(customers.c.merged_into).where(customers.c.id == customer_id)
        into = connection.execute(query).scalar_one_or_none()
        if into is None:
            break
        customer_id = int(into)
    return customer_id


def rows_about(table: Table, person: Person) -> ColumnElement[bool] | None:
    """Which rows of a table are about a person; `None` if the table says nothing of customers.

    By the names of its columns, so that a table that is added later is found without anybody thinking of it.
    """
    columns = {column.name: column for column in table.columns}
    tests: list[ColumnElement[bool]] = []
    for names, values in _keys(table, person):
        tests += [columns[name].in_(values) for name in names if name in columns]
    return or_(*tests) if tests else None


def _keys(table: Table, person: Person) -> list[tuple[tuple[str, ...], Any]]:
    spoken, worked = _messages(person), _tickets(person)
    if table in _OWN_KEYS:
        kind = _OWN_KEYS[table]
        return [(kind[1], {"customers": person.customer_ids, "tickets": worked}[kind[0]])]
    if table is suggestion_citations:
        own = select(suggestions.c.id).where(suggestions.c.conversation_id.in_(person.conversation_ids))
        return [(("suggestion_id",), own)]
    if table is conversations:
        return [(("id",), person.conversation_ids)]
    if table is messages:
        return [(("conversation_id",), person.conversation_ids)]
    if table is tickets:
        return [(("conversation_id",), person.conversation_ids), (("customer_id",), person.customer_ids)]
    return [
        (("conversation_id",), person.conversation_ids),
        (("customer_id",), person.customer_ids),
        (("message_id",), spoken),
        (("ticket_id",), worked),
    ]


_OWN_KEYS: Final[Mapping[Table, tuple[str, tuple[str, ...]]]] = {
    customers: ("customers", ("id",)),
    customer_merges: ("customers", ("kept_id", "merged_id")),
    ticket_links: ("tickets", ("ticket_id", "other_id")),
    ticket_merges: ("tickets", ("kept_id", "merged_id")),
}


def _messages(person: Person) -> Select[Any]:
    return select(messages.c.id).where(messages.c.conversation_id.in_(person.conversation_ids))


def _tickets(person: Person) -> Select[Any]:
    mine = tickets.c.conversation_id.in_(person.conversation_ids)
    return select(tickets.c.id).where(or_(mine, tickets.c.customer_id.in_(person.customer_ids)))
