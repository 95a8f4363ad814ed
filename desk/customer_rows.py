"""Customers in SQL, row by row: reading one, adding one, and by what a channel knows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from core.actors import CustomerId
from core.customers import WEB_CHANNEL, Customer, Identity
from core.desk_events import EventKind, Subject
from core.errors import InvalidInput, NotFound
from desk.acts import Act
from desk.customer_tables import customer_identities, customer_tags, customers

KEY_CHARACTERS: Final = 254


def channel_key(channel: str, key: str) -> str:
    """A key as it is compared: without blanks around it and in lower case, as addresses are written either way.

    The ids of the company's own site are its own; there, `Lin` and `lin` may be two people.

    Raises:
        InvalidInput: no channel, or a key that is empty or too long.
    """
    key = key if channel == WEB_CHANNEL else key.strip().lower()
    if not channel or not 0 < len(key) <= KEY_CHARACTERS:
        raise InvalidInput(f"A channel and a key of 1 to {KEY_CHARACTERS} characters are needed to know a customer.")
    return key


def one_customer(connection: Connection, customer_id: CustomerId) -> Customer:
    """One customer. Raises `NotFound`."""
    row = connection.execute(select(customers).where(customers.c.id == customer_id)).one_or_none()
    if row is None:
        raise NotFound("customer", customer_id)
    tags = select(customer_tags.c.tag).where(customer_tags.c.customer_id == customer_id).order_by(customer_tags.c.tag)
    known = select(customer_identities).where(customer_identities.c.customer_id == customer_id)
    identities = connection.execute(known.order_by(customer_identities.c.id)).all()
    return Customer(
        customer_id=customer_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        language=row.language,
        tier=row.tier,
        vip=row.vip,
        tags=tuple(connection.execute(tags).scalars()),
        identities=tuple(Identity(each.channel, each.key, each.level) for each in identities),
        created_at=row.created_at,
        merged_into=None if row.merged_into is None else CustomerId(row.merged_into),
    )


def create_customer(act: Act, name: str) -> CustomerId:
    """A new customer, of whom no more is known."""
    added = act.connection.execute(
        insert(customers).values(name=name.strip()[:200], email="", phone="", tier="", vip=False, created_at=act.now)
    )
    assert added.inserted_primary_key is not None  # every database gives it after a single insert
    customer_id = CustomerId(added.inserted_primary_key[0])
    act.log(EventKind.CUSTOMER_CREATED, Subject(customer_id=customer_id))
    return customer_id


def add_identity(act: Act, customer_id: CustomerId, channel: str, key: str, level: int) -> None:
    """Let a channel know a customer by a key."""
    act.connection.execute(
        insert(customer_identities).values(
            customer_id=customer_id, channel=channel, key=key, level=level, created_at=act.now
        )
    )
    act.log(EventKind.CUSTOMER_IDENTIFIED, Subject(customer_id=customer_id), new=channel, detail={"level": level})


def by_identity(connection: Connection, channel: str, key: str) -> Row[Any] | None:
    """Who is known by a key; the row of the identity, whose customer may have been merged since."""
    mine = (customer_identities.c.channel == channel, customer_identities.c.key == key)
    return connection.execute(select(customer_identities).where(*mine)).one_or_none()


def survivor(connection: Connection, customer_id: CustomerId) -> CustomerId:
    """Whom a merged customer turned out to be, however often."""
    seen: Sequence[CustomerId] = ()
    while customer_id not in seen:
        seen = (*seen, customer_id)
        into = one_customer(connection, customer_id).merged_into
        if into is None:
            return customer_id
        customer_id = into
    return customer_id
