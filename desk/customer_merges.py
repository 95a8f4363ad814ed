"""Two customers who turn out to be one, and apart again if that was a mistake. A person decides, field by field."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from core.accounts import AccountId
from core.actors import CustomerId, agent
from core.clock import Clock, utc_now
from core.customers import Customer, CustomerMerge, MergeId
from core.database import reading
from core.desk_events import EventKind, Subject
from core.errors import Conflict, InvalidInput, NotFound
from core.types import Language
from desk.acts import acting
from desk.customer_rows import one_customer
from desk.customer_tables import customer_identities, customer_merges, customer_tags, customers
from desk.customers import FIELDS
from desk.service_tables import surveys
from desk.tables import conversations, tickets

_MOVED: Final = {
    "identities": customer_identities,
    "conversations": conversations,
    "tickets": tickets,
    "surveys": surveys,
}
"""What goes over to the customer who is kept."""


class CustomerMerges:
    """Merges of customers. Nothing is destroyed, so each can be undone."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def alike(self, customer_id: CustomerId) -> list[Customer]:
        """Others who may be the same person: the same address or number. Only a suggestion. Raises `NotFound`."""
        with reading(self._engine) as connection:
            mine = one_customer(connection, customer_id)
            same = [customers.c.email == mine.email] if mine.email else []
            same += [customers.c.phone == mine.phone] if mine.phone else []
            if not same:
                return []
            query = select(customers.c.id).where(
                customers.c.id != customer_id, customers.c.merged_into.is_(None), or_(*same)
            )
            found = connection.execute(query.order_by(customers.c.id)).scalars().all()
            return [one_customer(connection, CustomerId(key)) for key in found]

    def merge(
        self, kept: CustomerId, merged: CustomerId, by: AccountId | None, *, take: Collection[str] = ()
    ) -> CustomerMerge:
        """Make one customer of two.

        Args:
            kept: who stays.
            merged: whose identities, conversations, tickets and tags go over.
            by: who says that they are the same.
            take: fields of `merged` that are right; of the others, those that `kept` lacks are filled in.

        Raises:
            NotFound: no such customer.
            Conflict: the two are one already.
            InvalidInput: there is no such field.
        """
        if unknown := set(take) - set(FIELDS):
            raise InvalidInput(f"There is no field {sorted(unknown)[0]!r} to take. There are: {', '.join(FIELDS)}.")
        with acting(self._engine, self._clock, agent(by)) as act:
            stays, goes = one_customer(act.connection, kept), one_customer(act.connection, merged)
            if kept == merged or stays.merged_into is not None or goes.merged_into is not None:
                raise Conflict("These two are one already, or one of them is somebody else by now.")
            undo = _move(act.connection, stays, goes)
            fields = {name: getattr(goes, name) for name in FIELDS if name in take or not getattr(stays, name)}
            undo["fields"] = {name: getattr(stays, name) for name in fields}
            if fields:
                act.connection.execute(update(customers).where(customers.c.id == kept).values(**fields))
            act.connection.execute(update(customers).where(customers.c.id == merged).values(merged_into=kept))
            added = act.connection.execute(
                insert(customer_merges).values(
                    kept_id=kept, merged_id=merged, undo=json.dumps(undo, ensure_ascii=False), by_id=by, at=act.now
                )
            )
            assert added.inserted_primary_key is not None  # every database gives it after a single insert
            act.log(EventKind.CUSTOMER_MERGED, Subject(customer_id=merged), new=kept)
            return _one_merge(act.connection, MergeId(added.inserted_primary_key[0]))

    def undo(self, merge_id: MergeId, by: AccountId | None) -> CustomerMerge:
        """Take a merge back. What came to the customer since then stays with whom was kept.

        Raises:
            NotFound: no such merge.
            Conflict: it was taken back already, or a later merge builds on it.
        """
        with acting(self._engine, self._clock, agent(by)) as act:
            row = act.connection.execute(select(customer_merges).where(customer_merges.c.id == merge_id)).one_or_none()
            if row is None:
                raise NotFound("merge", merge_id)
            later = select(customer_merges.c.id).where(
                customer_merges.c.id > merge_id,
                customer_merges.c.undone_at.is_(None),
                or_(customer_merges.c.kept_id == row.kept_id, customer_merges.c.merged_id == row.kept_id),
            )
            if row.undone_at is not None or act.connection.execute(later).first() is not None:
                raise Conflict("This merge was taken back already, or a later one must be taken back first.")
            _move_back(act.connection, row.kept_id, row.merged_id, json.loads(row.undo))
            mine = customer_merges.c.id == merge_id
            act.connection.execute(update(customer_merges).where(mine).values(undone_at=act.now))
            act.log(EventKind.CUSTOMER_UNMERGED, Subject(customer_id=CustomerId(row.merged_id)), old=row.kept_id)
            return _one_merge(act.connection, merge_id)

    def of(self, customer_id: CustomerId) -> list[CustomerMerge]:
        """Every merge that a customer took part in, oldest first."""
        mine = or_(customer_merges.c.kept_id == customer_id, customer_merges.c.merged_id == customer_id)
        query = select(customer_merges.c.id).where(mine).order_by(customer_merges.c.id)
        with reading(self._engine) as connection:
            return [_one_merge(connection, MergeId(key)) for key in connection.execute(query).scalars().all()]


def _move(connection: Connection, stays: Customer, goes: Customer) -> dict[str, Any]:
    undo: dict[str, Any] = {}
    for name, table in _MOVED.items():
        query = select(table.c.id).where(table.c.customer_id == goes.customer_id).order_by(table.c.id)
        undo[name] = list(connection.execute(query).scalars())
        own = table.c.customer_id == goes.customer_id
        connection.execute(update(table).where(own).values(customer_id=stays.customer_id))
    undo["tags"] = [tag for tag in goes.tags if tag not in stays.tags]
    for tag in undo["tags"]:
        connection.execute(insert(customer_tags).values(customer_id=stays.customer_id, tag=tag))
    return undo


def _move_back(connection: Connection, kept: int, merged: int, undo: dict[str, Any]) -> None:
    for name, table in _MOVED.items():
        for key in undo[name]:
            connection.execute(update(table).where(table.c.id == key).values(customer_id=merged))
    for tag in undo["tags"]:
        connection.execute(delete(customer_tags).where(customer_tags.c.customer_id == kept, customer_tags.c.tag == tag))
    fields = dict(undo["fields"])
    if fields.get("language") is not None:
        fields["language"] = Language(fields["language"])
    if fields:
        connection.execute(update(customers).where(customers.c.id == kept).values(**fields))
    connection.execute(update(customers).where(customers.c.id == merged).values(merged_into=None))


def _one_merge(connection: Connection, merge_id: MergeId) -> CustomerMerge:
    row = connection.execute(select(customer_merges).where(customer_merges.c.id == merge_id)).one()
    return CustomerMerge(merge_id, CustomerId(row.kept_id), CustomerId(row.merged_id), row.at, row.undone_at)
