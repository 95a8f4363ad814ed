"""The words of customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from core.actors import CustomerId
from core.types import Language

MergeId = NewType("MergeId", int)


@dataclass(frozen=True, slots=True)
class Identity:
    """By which a channel knows somebody: an e-mail address, a number, an account there."""

    channel: str
    key: str
    level: int
    """1 known by the channel, 2 verified by a code."""


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

    purpose: str
    granted: bool
    source: str
    """Where it was given: a form, a message, a call."""
    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerMerge:
    """Two customers who turned out to be one."""

    merge_id: MergeId
    kept: CustomerId
    merged: CustomerId
    at: datetime
    undone_at: datetime | None
