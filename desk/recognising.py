"""How a conversation comes to have a customer: by the company's own site, or by the contact that a visitor left.

The two don't have the same weight. What the site signs is a fact. A contact is what somebody typed: it names a customer
of its own kind, at level 0, and never one whom a channel knows, so nobody becomes somebody else by typing their address.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import update

from core.actors import CustomerId
from core.customers import CONTACT_CHANNEL, UNKNOWN, VERIFIED, WEB_CHANNEL
from core.desk_events import EventKind, Subject
from core.visitors import SiteVisitor
from desk.acts import Act
from desk.customer_rows import add_identity, by_identity, create_customer, one_customer, survivor
from desk.customer_tables import customer_identities, customers
from desk.episodes import Held
from desk.tables import conversations, episodes, tickets

_EMAIL: Final = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]+\.[^\s@<>,;.]{2,}")
_PHONE: Final = re.compile(r"\+?\d[\d\s().\-]{5,22}\d")
_FILLED: Final = ("name", "email", "phone")


def recognise(act: Act, visitor: SiteVisitor) -> CustomerId:
    """The customer whom the site means. What the desk doesn't know of them yet is filled in, nothing is overwritten."""
    known = by_identity(act.connection, WEB_CHANNEL, visitor.visitor_id)
    if known is None:
        customer_id = create_customer(act, visitor.name)
        add_identity(act, customer_id, WEB_CHANNEL, visitor.visitor_id, VERIFIED)
    else:
        customer_id = survivor(act.connection, CustomerId(known.customer_id))
        if known.level < VERIFIED:
            mine = customer_identities.c.id == known.id
            act.connection.execute(update(customer_identities).where(mine).values(level=VERIFIED))
    before = one_customer(act.connection, customer_id)
    given = {name: getattr(visitor, name).strip() for name in _FILLED}
    missing = {name: value for name, value in given.items() if value and not getattr(before, name)}
    if missing:
        act.connection.execute(update(customers).where(customers.c.id == customer_id).values(**missing))
        for name in missing:
            act.log(EventKind.CUSTOMER_EDITED, Subject(customer_id=customer_id), detail={"field": name})
    return customer_id


def claim(act: Act, held: Held, contact: str) -> CustomerId | None:
    """Whose conversation it is by the contact that its visitor left; `None` where that says nothing.

    A conversation whose customer is known keeps them. So does one where the contact has meanwhile turned out to be
    somebody's whom a channel knows: to be taken for them, the visitor has to be verified.
    """
    if held.identity_level > UNKNOWN:
        return held.customer_id
    key = contact_key(contact)
    if key is None:
        return held.customer_id
    known = by_identity(act.connection, CONTACT_CHANNEL, key)
    if known is None:
        customer_id = create_customer(act, "")
        add_identity(act, customer_id, CONTACT_CHANNEL, key, UNKNOWN)
        field = "email" if "@" in key else "phone"
        act.connection.execute(update(customers).where(customers.c.id == customer_id).values(**{field: key}))
    else:
        customer_id = survivor(act.connection, CustomerId(known.customer_id))
        if any(each.level > UNKNOWN for each in one_customer(act.connection, customer_id).identities):
            return held.customer_id
    if customer_id != held.customer_id:
        belong(act, held, customer_id)
        subject = Subject(conversation_id=held.conversation_id, customer_id=customer_id)
        act.log(EventKind.CUSTOMER_IDENTIFIED, subject, new=CONTACT_CHANNEL, detail={"level": UNKNOWN})
    return customer_id


def contact_key(contact: str) -> str | None:
    """An address in lower case, or a number's digits without what Chinese mobile numbers may begin with; else `None`."""
    text = contact.strip()
    if _EMAIL.fullmatch(text):
        return text.lower()
    if not _PHONE.fullmatch(text):
        return None
    digits = re.sub(r"\D", "", text)
    return re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$)", "", digits) if 7 <= len(digits) <= 15 else None


def belong(act: Act, held: Held, customer_id: CustomerId) -> None:
    """Make the conversation and its tickets a customer's."""
    for table, key in ((conversations, conversations.c.id), (tickets, tickets.c.conversation_id)):
        mine = key == held.conversation_id
        act.connection.execute(update(table).where(mine).values(customer_id=customer_id))


def know(act: Act, held: Held, level: int) -> None:
    """Note how well the visitor is known; episodes that have ended keep what held in them."""
    mine = conversations.c.id == held.conversation_id
    act.connection.execute(update(conversations).where(mine).values(identity_level=level))
    under_way = (
        episodes.c.conversation_id == held.conversation_id,
        episodes.c.ended_at.is_(None),
        episodes.c.identity_level < level,
    )
    act.connection.execute(update(episodes).where(*under_way).values(identity_level=level))
