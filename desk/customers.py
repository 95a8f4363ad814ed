"""Customers in SQL: found by what a channel knows of them, described by colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, insert, or_, select, update

from core.accounts import AccountId
from core.actors import CustomerId, agent, customer
from core.clock import Clock, utc_now
from core.customers import Consent, Customer, Identity
from core.database import reading
from core.desk_events import EventKind, Subject
from core.errors import InvalidInput, NotFound
from core.types import ConversationId, Language
from desk.acts import Act, acting
from desk.customer_tables import customer_consents, customer_identities, customer_tags, customers
from desk.episodes import changed, hold
from desk.tables import conversations, episodes, tickets

KEY_CHARACTERS: Final = 254
FIELDS: Final = ("name", "email", "phone", "language", "tier", "vip")
"""What a colleague may edit, and choose between when two customers are merged."""


class Customers:
    """Who writes to us. One person may be known by several channels."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def find_or_create(self, channel: str, key: str, *, name: str = "", level: int = 1) -> Customer:
        """The customer whom a channel knows by this key; a new one if nobody does.

        A key is compared without blanks around it and, as addresses are written either way, in lower case.
        A higher level of certainty is kept; a lower one changes nothing.

        Raises:
            InvalidInput: no channel, or a key that is empty or too long.
        """
        key = key.strip().lower()
        if not channel or not 0 < len(key) <= KEY_CHARACTERS:
            raise InvalidInput(
                f"A channel and a key of 1 to {KEY_CHARACTERS} characters are needed to know a customer."
            )
        with acting(self._engine, self._clock, customer(None)) as act:
            known = _by_identity(act.connection, channel, key)
            if known is None:
                customer_id = _create(act, name)
                _identify(act, customer_id, channel, key, level)
                return one_customer(act.connection, customer_id)
            if level > known.level:
                mine = customer_identities.c.id == known.id
                act.connection.execute(update(customer_identities).where(mine).values(level=level))
            return one_customer(act.connection, _survivor(act.connection, CustomerId(known.customer_id)))

    def customer(self, customer_id: CustomerId) -> Customer:
        """One customer, also one that was merged. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return one_customer(connection, customer_id)

    def search(self, text: str, *, offset: int = 0, limit: int = 50) -> list[Customer]:
        """Customers whose name, address, number or key has this text, by name; merged ones are left out."""
        like = f"%{text.strip().lower().replace('%', '')}%"
        keys = select(customer_identities.c.customer_id).where(customer_identities.c.key.like(like))
        named = or_(customers.c.name.like(like), customers.c.email.like(like), customers.c.phone.like(like))
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
        key = identity.key.strip().lower()
        with acting(self._engine, self._clock, agent(by)) as act:
            one_customer(act.connection, customer_id)
            if _by_identity(act.connection, identity.channel, key) is not None:
                raise InvalidInput("A customer is known by that already. If it is the same person, merge the two.")
            _identify(act, customer_id, identity.channel, key, identity.level)
            return one_customer(act.connection, customer_id)

    def attach(self, conversation_id: ConversationId, customer_id: CustomerId) -> None:
        """Say who a conversation is with; its tickets are this customer's, too.

        Raises:
            NotFound: no such conversation or customer.
        """
        with acting(self._engine, self._clock, customer(customer_id)) as act:
            held = hold(act.connection, conversation_id)
            found = one_customer(act.connection, customer_id)
            level = max((each.level for each in found.identities if each.channel == held.channel), default=1)
            for table in (conversations, tickets):
                key = table.c.id if table is conversations else table.c.conversation_id
                act.connection.execute(update(table).where(key == conversation_id).values(customer_id=customer_id))
            mine = (episodes.c.conversation_id == conversation_id, episodes.c.identity_level < level)
            act.connection.execute(update(episodes).where(*mine).values(identity_level=level))
            subject = Subject(conversation_id=conversation_id, customer_id=customer_id)
            act.log(EventKind.CUSTOMER_IDENTIFIED, subject, new=held.channel, detail={"level": level})
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

    def consent(self, customer_id: CustomerId, purpose: str, *, granted: bool, source: str) -> list[Consent]:
        """Keep a yes or no. Nothing is overwritten: what was allowed when can always be shown. Raises `NotFound`."""
        with acting(self._engine, self._clock, customer(customer_id)) as act:
            one_customer(act.connection, customer_id)
            act.connection.execute(
                insert(customer_consents).values(
                    customer_id=customer_id, purpose=purpose, granted=granted, source=source, at=act.now
                )
            )
            told = "granted" if granted else "withdrawn"
            act.log(EventKind.CUSTOMER_CONSENT, Subject(customer_id=customer_id), new=told, rule=purpose, reason=source)
        return self.consents(customer_id)

    def consents(self, customer_id: CustomerId) -> list[Consent]:
        """Every yes and no, oldest first."""
        query = select(customer_consents).where(customer_consents.c.customer_id == customer_id)
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(customer_consents.c.id))
            return [Consent(row.purpose, row.granted, row.source, row.at) for row in found]

    def may(self, customer_id: CustomerId, purpose: str) -> bool:
        """Whether the customer's last word on a purpose was yes. Silence is no."""
        said = [each for each in self.consents(customer_id) if each.purpose == purpose]
        return bool(said) and said[-1].granted


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


def _create(act: Act, name: str) -> CustomerId:
    added = act.connection.execute(
        insert(customers).values(name=name.strip()[:200], email="", phone="", tier="", vip=False, created_at=act.now)
    )
    assert added.inserted_primary_key is not None  # every database gives it after a single insert
    customer_id = CustomerId(added.inserted_primary_key[0])
    act.log(EventKind.CUSTOMER_CREATED, Subject(customer_id=customer_id))
    return customer_id


def _identify(act: Act, customer_id: CustomerId, channel: str, key: str, level: int) -> None:
    act.connection.execute(
        insert(customer_identities).values(
            customer_id=customer_id, channel=channel, key=key, level=level, created_at=act.now
        )
    )
    act.log(EventKind.CUSTOMER_IDENTIFIED, Subject(customer_id=customer_id), new=channel, detail={"level": level})


def _by_identity(connection: Connection, channel: str, key: str) -> Row[Any] | None:
    mine = (customer_identities.c.channel == channel, customer_identities.c.key == key)
    return connection.execute(select(customer_identities).where(*mine)).one_or_none()


def _survivor(connection: Connection, customer_id: CustomerId) -> CustomerId:
    """Whom a merged customer turned out to be, however often."""
    seen: Sequence[CustomerId] = ()
    while customer_id not in seen:
        seen = (*seen, customer_id)
        into = one_customer(connection, customer_id).merged_into
        if into is None:
            return customer_id
        customer_id = into
    return customer_id
