"""The desk as one object: conversations with customers, and the tickets that come of them."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Engine, insert, select, update

from core.actors import customer
from core.clock import Clock, utc_now
from core.customers import UNKNOWN, VERIFIED, WEB_CHANNEL, Purpose
from core.database import reading
from core.desk_events import EventKind, Subject
from core.episodes import Episode
from core.errors import Conflict, InvalidInput, NotFound
from core.masking import Mask, withhold
from core.settings import Secret
from core.tickets import CATEGORY, CloseReason
from core.types import (
    Audience,
    ConversationId,
    Language,
    Message,
    MessageId,
    Reply,
    Role,
    Ticket,
    TicketId,
)
from core.visitors import SiteVisitor
from desk import rows
from desk.acts import acting
from desk.clocks import Clocks
from desk.consents import Consents, note_consent
from desk.customer_merges import CustomerMerges
from desk.customers import Customers
from desk.dialogues import Dialogues
from desk.episodes import changed, hold
from desk.events import Events
from desk.macros import Macros
from desk.own import OwnThings
from desk.policies import Policies
from desk.policy import DeskPolicy
from desk.recognising import claim, know, recognise
from desk.records import CitationSpan, Conversation, CustomerMessage, RecordedReply
from desk.staff import Staff
from desk.states import States
from desk.surveys import Surveys
from desk.tables import CONTACT_CHARACTERS, citations, conversations, messages, replies, tickets
from desk.ticket_ties import TicketTies
from desk.ticketing import Ticketing
from desk.ticks import Ticks
from desk.turns import Turns

__all__ = ["CitationSpan", "Conversation", "CustomerMessage", "Desk", "RecordedReply"]

TOKEN_BYTES: Final = 32

_NOBODY: Final = hashlib.sha256(secrets.token_bytes(TOKEN_BYTES)).hexdigest()
"""Compared with when the conversation is unknown, so that both refusals take the same time."""


class Desk:
    """Conversations, messages and tickets in SQL. Safe from several threads and processes.

    What a method has changed is durable when it returns; an error means that nothing was changed.
    """

    def __init__(
        self, engine: Engine, *, clock: Clock = utc_now, policy: DeskPolicy | None = None, mask: Mask = withhold
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._mask = mask
        self.policies = Policies(engine, clock=clock, shipped=policy)
        self.turns = Turns(engine, clock=clock, policy=self.policies.policy, mask=mask)
        self.dialogues = Dialogues(engine, clock=clock, policy=self.policies.policy)
        self.ticketing = Ticketing(engine, clock=clock, policy=self.policies.policy)
        self.ties = TicketTies(engine, clock=clock, policy=self.policies.policy)
        self.states = States(engine)
        self.staff = Staff(engine, clock=clock)
        self.clocks = Clocks(engine, clock=clock)
        self.surveys = Surveys(engine, clock=clock, policy=self.policies.policy)
        self.macros = Macros(engine, clock=clock)
        self.customers = Customers(engine, clock=clock)
        self.customer_merges = CustomerMerges(engine, clock=clock)
        self.consents = Consents(engine, clock=clock)
        self.own = OwnThings(engine, clock=clock)
        self.events = Events(engine)
        self._ticks = Ticks(engine, clock=clock, policy=self.policies.policy)

    def open_conversation(
        self,
        *,
        audience: Audience,
        language: Language | None,
        channel: str = WEB_CHANNEL,
        visitor: SiteVisitor | None = None,
    ) -> tuple[ConversationId, Secret]:
        """Begin a conversation. Returns its id and its token, of which only a hash is stored.

        With a `visitor` whose signature was looked at, it is that customer's, who is verified in it.
        """
        conversation_id, token = ConversationId(uuid.uuid4().hex), secrets.token_urlsafe(TOKEN_BYTES)
        with acting(self._engine, self._clock, customer(None)) as act:
            customer_id = recognise(act, visitor) if visitor is not None else None
            act.connection.execute(
                insert(conversations).values(
                    id=conversation_id,
                    token_sha256=_hashed(token),
                    audience=audience,
                    language=language,
                    created_at=act.now,
                    channel=channel,
                    version=0,
                    customer_id=customer_id,
                    identity_level=VERIFIED if customer_id is not None else UNKNOWN,
                    verified_at=act.now if customer_id is not None else None,
                )
            )
            subject = Subject(conversation_id=conversation_id, customer_id=customer_id)
            act.by(customer(customer_id)).log(EventKind.CONVERSATION_OPENED, subject, new=channel)
            if customer_id is not None:
                act.log(EventKind.CUSTOMER_IDENTIFIED, subject, new=channel, detail={"level": VERIFIED})
        return conversation_id, Secret(token)

    def verify_again(self, conversation_id: ConversationId, visitor: SiteVisitor) -> None:
        """The site says anew who writes in a conversation that was begun as the same person.

        A conversation of an unknown visitor stays one: whoever has had its token before must not come to read what a
        verified person writes.

        Raises:
            NotFound: no such conversation.
            Conflict: it was begun by somebody else, or by nobody who is known.
        """
        with acting(self._engine, self._clock, customer(None)) as act:
            held = hold(act.connection, conversation_id)
            if held.verified_at is None or recognise(act, visitor) != held.customer_id:
                raise Conflict("This conversation was begun as somebody else. Begin another one as this visitor.")
            again = {"identity_level": VERIFIED, "verified_at": act.now}
            act.connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(**again))
            know(act, held, VERIFIED)
            act.by(customer(held.customer_id)).log(
                EventKind.CUSTOMER_IDENTIFIED, held.subject(), new=held.channel, detail={"level": VERIFIED}
            )
            changed(act.connection, conversation_id)

    def authorize(self, conversation_id: ConversationId, token: str) -> Conversation:
        """The conversation, for whom holds its token.

        Raises:
            NotFound: no such conversation, or another token; the two can't be told apart.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).one_or_none()
        known = secrets.compare_digest(_hashed(token), _NOBODY if row is None else row.token_sha256)
        if row is None or not known:
            raise NotFound("conversation", conversation_id)
        return Conversation(ConversationId(row.id), row.audience, row.language, row.created_at)

    def history(self, conversation_id: ConversationId) -> list[Message]:
        """The conversation's messages, oldest first; none for an unknown conversation."""
        query = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.role != Role.NOTE)
        query = query.order_by(messages.c.ordinal)
        with reading(self._engine) as connection:
            return [rows.to_message(row) for row in connection.execute(query)]

    def tick(self) -> int:
        """Do what is due by now: silences, alarms, waits, deadlines. Returns how many things that were."""
        return self._ticks.tick()

    def record(self, conversation_id: ConversationId, text: str, reply: Reply) -> RecordedReply:
        """Store what the customer wrote and how it was answered, in one step.

        A handover opens a ticket unless the conversation has an open one already.

        Raises:
            NotFound: no such conversation.
        """
        return self.turns.record(conversation_id, text, reply)

    def episode(self, conversation_id: ConversationId) -> Episode:
        """The customer's present problem with the turns so far, as the rules of hand-over read it.

        Raises:
            NotFound: no such conversation.
        """
        return self.turns.episode(conversation_id)

    def citations(self, conversation_id: ConversationId, message_id: MessageId) -> list[CitationSpan]:
        """What a message of this conversation cites, in the order of the answer.

        Raises:
            NotFound: the conversation has no such message.
        """
        own = select(messages.c.id).where(messages.c.id == message_id, messages.c.conversation_id == conversation_id)
        query = select(citations).where(citations.c.message_id == message_id).order_by(citations.c.ordinal)
        with reading(self._engine) as connection:
            if connection.execute(own).one_or_none() is None:
                raise NotFound("message", message_id)
            return [rows.to_span(row) for row in connection.execute(query)]

    def customer_messages(self, *, unanswered: bool = False, offset: int = 0, limit: int = 50) -> list[CustomerMessage]:
        """A page of what customers wrote, newest first, masked; with `unanswered` only what wasn't answered."""
        query = rows.select_exchanges()
        if unanswered:
            query = query.where(replies.c.outcome != "answer")
        query = query.order_by(messages.c.created_at.desc(), messages.c.id).offset(offset).limit(limit)
        with reading(self._engine) as connection:
            return [rows.to_customer_message(row, self._mask) for row in connection.execute(query)]

    def customer_message(self, message_id: MessageId) -> tuple[CustomerMessage, list[CitationSpan]]:
        """What a customer wrote, masked, with what the reply to it cites.

        Raises:
            NotFound: no such message, or it isn't a customer's, or has no reply.
        """
        with reading(self._engine) as connection:
            row = connection.execute(rows.select_exchanges().where(messages.c.id == message_id)).one_or_none()
            if row is None:
                raise NotFound("message", message_id)
            query = select(citations).where(citations.c.message_id == row.reply_id).order_by(citations.c.ordinal)
            return rows.to_customer_message(row, self._mask), [rows.to_span(span) for span in connection.execute(query)]

    def tickets(self, *, offset: int = 0, limit: int = 100) -> list[Ticket]:
        """A page of the tickets, newest first."""
        query = select(tickets).order_by(tickets.c.id.desc()).offset(offset).limit(limit)
        with reading(self._engine) as connection:
            return [rows.to_ticket(row) for row in connection.execute(query)]

    def ticket(self, ticket_id: TicketId) -> Ticket:
        """One ticket. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return rows.one_ticket(connection, ticket_id)

    def set_contact(
        self,
        conversation_id: ConversationId,
        ticket_id: TicketId,
        contact: str,
        *,
        consents: Mapping[Purpose, bool] = MappingProxyType({}),
    ) -> Ticket:
        """Note how the customer wants to be reached, and what else they agree to.

        An unknown visitor becomes a customer by the contact, as a claim that gives no right, see `desk.recognising`.

        Raises:
            NotFound: the conversation has no such ticket.
            InvalidInput: the contact is empty or too long.
            Conflict: the ticket is done.
        """
        contact = contact.strip()
        if not 0 < len(contact) <= CONTACT_CHARACTERS:
            raise InvalidInput(
                f"The contact has {len(contact)} characters; give an e-mail address or a phone number "
                f"of at most {CONTACT_CHARACTERS}."
            )
        own = (tickets.c.id == ticket_id, tickets.c.conversation_id == conversation_id)
        with acting(self._engine, self._clock, customer(None)) as act:
            held = hold(act.connection, conversation_id)
            status = act.connection.execute(select(tickets.c.status).where(*own)).scalar_one_or_none()
            if status is None:
                raise NotFound("ticket", ticket_id)
            if not CATEGORY[status].open:
                raise Conflict("This ticket is done. Ask again, and there will be a new one.")
            act.connection.execute(update(tickets).where(*own).values(contact=contact))
            customer_id = claim(act, held, contact)
            if customer_id is not None:
                for purpose, granted in consents.items():
                    note_consent(act, customer_id, purpose, granted=granted, conversation_id=conversation_id)
            changed(act.connection, conversation_id)
            return rows.one_ticket(act.connection, ticket_id)

    def resolve(self, ticket_id: TicketId) -> Ticket:
        """Close a ticket by the admin key; one that is done already stays as it is. Raises `NotFound`."""
        if self.ticketing.card(ticket_id).category.open:
            self.ticketing.resolve(ticket_id, None, CloseReason.AGENT_SOLVED)
        return self.ticket(ticket_id)


def _hashed(token: str) -> str:
    """A token has 256 random bits, so a plain hash can't be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
