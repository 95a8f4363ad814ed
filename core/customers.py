"""The words of customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from core.actors import CustomerId
from core.ids import ConversationId
from core.language import Language

MergeId = NewType("MergeId", int)

UNKNOWN: Final = 0
"""Level of a visitor whom nobody knows, and of one who only says who they are: a claim gives no right."""
KNOWN: Final = 1
"""Known by the channel, or by a colleague's word."""
VERIFIED: Final = 2
"""Verified: signed by the company's own site (`core.visitors`), or by a code."""

VERIFIED_FOR: Final = timedelta(hours=12)
"""How long a signature makes a conversation verified: a working day. Afterwards its visitor is known, no more, until
the site says it anew; so a conversation that was left open on a shared computer gives nothing away the next day."""

WEB_CHANNEL: Final = "web"
"""Keys are the company's own ids of its visitors, which only its signature can claim."""
CONTACT_CHANNEL: Final = "contact"
"""Keys are addresses and numbers that visitors left and nobody has checked. Apart from the channels `email` and `phone`,
or whoever leaves a stranger's address would be found as that stranger once they write."""


class Purpose(StrEnum):
    """What personal data may be used for only with a yes."""

    CONTACT = "contact"
    """Being written to after the conversation, at the contact that was left."""
    SURVEYS = "surveys"
    """Being asked how it was."""


@dataclass(frozen=True, slots=True)
class Identity:
    """By which a channel knows somebody: an e-mail address, a number, an account there."""

    channel: str
    key: str
    level: int
    """`UNKNOWN` for what somebody claims, `KNOWN` or `VERIFIED`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody who writes to us. What isn't known is empty."""

    customer_id: CustomerId
    name: str
    email: str
    phone: str
    language: Language | None
    tier: str
    """Of the contract; policies go by it."""
    vip: bool
    tags: tuple[str, ...]
    identities: tuple[Identity, ...]
    created_at: datetime
    merged_into: CustomerId | None
    """Whom this one turned out to be."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A yes or no to a use of personal data; the last one of a purpose holds."""

    purpose: Purpose
    granted: bool
    source: str
    """Where it was given: `chat`, or what a colleague says: a form, a message, a call."""
    at: datetime
    conversation_id: ConversationId | None = None
    """In which it was said; `None` for what a colleague wrote down."""


@dataclass(frozen=True, slots=True)
class CustomerMerge:
    """Two customers who turned out to be one."""

    merge_id: MergeId
    kept: CustomerId
    merged: CustomerId
    at: datetime
    undone_at: datetime | None
