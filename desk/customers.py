"""Customers in SQL: found by what a channel knows of them, described by colleagues."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine, delete, func, insert, or_, select, update

from core.accounts import AccountId
from core.actors import CustomerId, agent, customer
from core.clock import Clock, utc_now
from core.customers import KNOWN, Customer, Identity
from core.database import reading
from core.desk_events import EventKind, Subject
from core.errors import Conflict, InvalidInput
from core.types import ConversationId, Language
from desk.acts import acting
from desk.customer_rows import add_identity, by_identity, channel_key, create_customer, one_customer, survivor
from desk.customer_tables import customer_identities, customer_tags, customers
from desk.episodes import changed, hold
from desk.recognising import belong, know

FIELDS: Final = ("name", "email", "phone", "language", "tier", "vip")
"""What a colleague may edit, and choose between when two customers are merged."""


class Customers:
    """Who writes to us. One person may be known by several channels."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def find_or_create(self, channel: str, key: str, *, name: str = "", level: int = 1) -> Customer:
        """The customer whom a channel knows by this key; a new one if nobody does.

        Keys are compared as `desk.customer_rows.channel_key` says. A higher level of certainty is kept; a lower one
        changes nothing.

        Raises:
            InvalidInput: no channel, or a key that is empty or too long.
        """
        key = channel_key(channel, key)
        with acting(self._engine, self._clock, customer(None)) as act:
            known = by_identity(act.connection, channel, key)
            if known is None:
                customer_id = create_customer(act, name)
                add_identity(act, customer_id, channel, key, level)
                return one_customer(act.connection, customer_id)
            if level > known.level:
                mine = customer_identities.c.id == known.id
                act.connection.execute(update(customer_identities).where(mine).values(level=level))
            return one_customer(act.connection, survivor(act.connection, CustomerId(known.customer_id)))

    def customer(self, customer_id: CustomerId) -> Customer:
        """One customer, also one that was merged. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return one_customer(connection, customer_id)

    def search(self, text: str, *, offset: int = 0, limit: int = 50) -> list[Customer]:
        """Customers whose name, address, number or key has this text, by name; merged ones are left out."""
        like = f"%{text.strip().lower().replace('%', '')}%"
        keys = select(customer_identities.c.customer_id).where(func.lower(customer_identities.c.key).like(like))
        known = (customers.c.name, customers.c.email, customers.c.phone)
        named = or_(*(func.lower(column).like(like) for column in known))
        query = select(customers.c.id).where(customers.c.merged_into.is_(None), or_(named, customers.c.id.in_(keys)))
        query = query.order_by(customers.c.name, customers.c.id).offset(offset).limit(limit)
        with reading(self._engine) as connection:
            return [one_customer(connection, CustomerId(key)) for key in connection.execute(query).scalars().all()]

    def identify(self, customer_id: CustomerId, by: AccountId | None, identity: Identity) -> Customer:
        """Let a channel know a customer by another key.

        Raises:
            NotFound: no such customer.
            InvalidInput: somebody is known by that key; merge the two instead.
        """
        key = channel_key(identity.channel, identity.key)
        with acting(self._engine, self._clock, agent(by)) as act:
            one_customer(act.connection, customer_id)
            if by_identity(act.connection, identity.channel, key) is not None:
                raise InvalidInput("A customer is known by that already. If it is the same person, merge the two.")
            add_identity(act, customer_id, identity.channel, key, identity.level)
            return one_customer(act.connection, customer_id)

    def attach(self, conversation_id: ConversationId, customer_id: CustomerId, by: AccountId | None = None) -> None:
        """Say who a conversation is with; its tickets are this customer's, too.

        A colleague's word makes its visitor known and never verified, however well the customer is known elsewhere.

        Raises:
            NotFound: no such conversation or customer.
            Conflict: the company's site says that the conversation is with somebody else.
        """
        with acting(self._engine, self._clock, agent(by)) as act:
            held = hold(act.connection, conversation_id)
            one_customer(act.connection, customer_id)
            customer_id = survivor(act.connection, customer_id)
            if held.verified_at is not None and held.customer_id != customer_id:
                raise Conflict(
                    "Your own site says who writes in this conversation. If it is the same person, merge the two."
                )
            belong(act, held, customer_id)
            know(act, held, max(held.identity_level, KNOWN))
            subject = Subject(conversation_id=conversation_id, customer_id=customer_id)
            act.log(EventKind.CUSTOMER_IDENTIFIED, subject, new=held.channel, detail={"level": KNOWN})
            changed(act.connection, conversation_id)

    def edit(
        self,
        customer_id: CustomerId,
        by: AccountId | None,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        language: Language | None = None,
        tier: str | None = None,
        vip: bool | None = None,
    ) -> Customer:
        """Change what is given. Raises `NotFound`."""
        given = {
            "name": name, "email": email, "phone": phone, "language": language, "tier": tier, "vip": vip,
        }  # fmt: skip
        values = {field: value for field, value in given.items() if value is not None}
        with acting(self._engine, self._clock, agent(by)) as act:
            before = one_customer(act.connection, customer_id)
            for field, value in values.items():
                if value != getattr(before, field):
                    # What it was and is stays out of the log: that is personal data, which must be erasable.
                    act.log(EventKind.CUSTOMER_EDITED, Subject(customer_id=customer_id), detail={"field": field})
            if values:
                act.connection.execute(update(customers).where(customers.c.id == customer_id).values(**values))
            return one_customer(act.connection, customer_id)

    def tag(self, customer_id: CustomerId, by: AccountId | None, tag: str) -> Customer:
        """Mark a customer. Raises `NotFound` or `InvalidInput`."""
        tag = tag.strip().lower()
        if not 0 < len(tag) <= 64:
            raise InvalidInput("A tag has 1 to 64 characters.")
        with acting(self._engine, self._clock, agent(by)) as act:
            if tag not in one_customer(act.connection, customer_id).tags:
                act.connection.execute(insert(customer_tags).values(customer_id=customer_id, tag=tag))
                act.log(EventKind.CUSTOMER_TAGGED, Subject(customer_id=customer_id), new=tag)
            return one_customer(act.connection, customer_id)

    def untag(self, customer_id: CustomerId, by: AccountId | None, tag: str) -> Customer:
        """Take a mark away. Raises `NotFound`."""
        with acting(self._engine, self._clock, agent(by)) as act:
            mine = (customer_tags.c.customer_id == customer_id, customer_tags.c.tag == tag)
            if act.connection.execute(delete(customer_tags).where(*mine)).rowcount:
                act.log(EventKind.CUSTOMER_UNTAGGED, Subject(customer_id=customer_id), old=tag)
            return one_customer(act.connection, customer_id)
