"""Who did something at the desk. Every change is written down with its actor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

from core.accounts import AccountId

CustomerId = NewType("CustomerId", int)


class ActorKind(StrEnum):
    """What somebody is. An agent is a person, the assistant is the program."""

    CUSTOMER = "customer"
    ASSISTANT = "assistant"
    AGENT = "agent"
    SYSTEM = "system"
    """A timer or a rule."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something."""

    kind: ActorKind
    id: int | None = None
    """Account of an agent, or customer; `None` for the admin key, an unknown visitor, the assistant and timers."""


ASSISTANT: Final = Actor(ActorKind.ASSISTANT)
SYSTEM: Final = Actor(ActorKind.SYSTEM)


def agent(account_id: AccountId | None) -> Actor:
    """A person at the desk; `None` for whoever holds the admin key."""
    return Actor(ActorKind.AGENT, account_id)


def customer(customer_id: CustomerId | None) -> Actor:
    """A customer; `None` for a visitor whom nobody knows."""
    return Actor(ActorKind.CUSTOMER, customer_id)
