"""What customers agree to, as every yes and no with its source and time."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select

from core.accounts import AccountId
from core.actors import CustomerId, agent, customer
from core.clock import Clock, utc_now
from core.customers import VERIFIED, Consent, Purpose
from core.database import reading
from core.desk_events import EventKind, Subject
from core.errors import Conflict, InvalidInput
from core.types import ConversationId
from desk.acts import Act, acting
from desk.customer_rows import one_customer
from desk.customer_tables import customer_consents, customers
from desk.episodes import hold, look_at

CHAT: Final = "chat"
"""The source of what a customer says in the chat."""
SOURCE_CHARACTERS: Final = 200


class Consents:
    """Yes and no, nothing overwritten: what was allowed when can always be shown."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def note(
        self, customer_id: CustomerId, by: AccountId | None, purpose: Purpose, *, granted: bool, source: str
    ) -> list[Consent]:
        """Write down what a customer told a colleague. Returns every yes and no, oldest first.

        Raises:
            NotFound: no such customer.
            InvalidInput: the source is empty or too long.
        """
        source = source.strip()
        if not 0 < len(source) <= SOURCE_CHARACTERS:
            raise InvalidInput(
                f"Say in 1 to {SOURCE_CHARACTERS} characters where the customer said so: a call, a form."
            )
        with acting(self._engine, self._clock, agent(by)) as act:
            one_customer(act.connection, customer_id)
            note_consent(act, customer_id, purpose, granted=granted, source=source)
            return _said(act.connection, customer_id)

    def say(self, conversation_id: ConversationId, purpose: Purpose, *, granted: bool) -> list[Consent]:
        """The visitor of a conversation says yes or no. Returns what `told` would.

        Raises:
            NotFound: no such conversation.
            Conflict: nobody knows who it is, so there is nothing that could be used.
        """
        with acting(self._engine, self._clock, customer(None)) as act:
            held = hold(act.connection, conversation_id)
            if held.customer_id is None:
                raise Conflict("You have left nothing by which we could reach you, so there is nothing to agree to.")
            by = act.by(customer(held.customer_id))
            note_consent(by, held.customer_id, purpose, granted=granted, conversation_id=conversation_id)
        return self.told(conversation_id)

    def told(self, conversation_id: ConversationId) -> list[Consent]:
        """What the visitor of a conversation may know of: their own yes and no, oldest first.

        Whoever isn't verified sees what was said in this very conversation.

        Raises:
            NotFound: no such conversation.
        """
        with reading(self._engine) as connection:
            held = look_at(connection, conversation_id)
            if held.customer_id is None:
                return []
            said = _said(connection, held.customer_id)
        everything = held.level(self._clock()) >= VERIFIED
        return [each for each in said if everything or each.conversation_id == conversation_id]

    def of(self, customer_id: CustomerId) -> list[Consent]:
        """Every yes and no of a customer, oldest first. Raises `NotFound`."""
        with reading(self._engine) as connection:
            one_customer(connection, customer_id)
            return _said(connection, customer_id)

    def may(self, customer_id: CustomerId, purpose: Purpose) -> bool:
        """Whether the customer's last word on a purpose was yes. Silence is no, see also `refused`."""
        with reading(self._engine) as connection:
            last = _last(connection, customer_id, purpose)
            return last is not None and last.granted and not refused(connection, customer_id, purpose)


def refused(connection: Connection, customer_id: CustomerId, purpose: Purpose) -> bool:
    """Whether the customer's last word was no. That of somebody who turned out to be them counts as well; a yes doesn't,
    since it may rest on a contact that nobody has checked."""
    merged = select(customers.c.id).where(customers.c.merged_into == customer_id)
    everybody = [customer_id, *(CustomerId(key) for key in connection.execute(merged).scalars())]
    last = [_last(connection, each, purpose) for each in everybody]
    return any(each is not None and not each.granted for each in last)


def note_consent(
    act: Act,
    customer_id: CustomerId,
    purpose: Purpose,
    *,
    granted: bool,
    source: str = CHAT,
    conversation_id: ConversationId | None = None,
) -> None:
    """Keep a yes or no."""
    act.connection.execute(
        insert(customer_consents).values(
            customer_id=customer_id,
            purpose=purpose.value,
            granted=granted,
            source=source,
            at=act.now,
            conversation_id=conversation_id,
        )
    )
    told = "granted" if granted else "withdrawn"
    subject = Subject(customer_id=customer_id, conversation_id=conversation_id)
    act.log(EventKind.CUSTOMER_CONSENT, subject, new=told, rule=purpose.value, reason=source)


def _last(connection: Connection, customer_id: CustomerId, purpose: Purpose) -> Consent | None:
    said = [each for each in _said(connection, customer_id) if each.purpose is purpose]
    return said[-1] if said else None


def _said(connection: Connection, customer_id: CustomerId) -> list[Consent]:
    query = select(customer_consents).where(customer_consents.c.customer_id == customer_id)
    known = set(Purpose)  # what an older version kept for other purposes is left where it is
    found = connection.execute(query.order_by(customer_consents.c.id))
    return [_to_consent(row) for row in found if row.purpose in known]


def _to_consent(row: Row[Any]) -> Consent:
    conversation = None if row.conversation_id is None else ConversationId(row.conversation_id)
    return Consent(Purpose(row.purpose), row.granted, row.source, row.at, conversation)
