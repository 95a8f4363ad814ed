"""The kinds of entities, and what recognisers return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class EntityType(StrEnum):
    """The value is the type in `core.analysis.NamedEntity`."""

    ORDER_NUMBER = "order_number"
    TICKET_NUMBER = "ticket_number"
    TRACKING_NUMBER = "tracking_number"
    INVOICE_NUMBER = "invoice_number"
    PRODUCT = "product"
    """A name from the knowledge base's own vocabulary."""
    MODEL = "model"
    """A model number, such as `RX-200 Pro`."""
    AMOUNT = "amount"
    """Money. The value is `99.00 CNY`."""
    DATE = "date"
    """The value is an ISO date, or two with a slash between for a stretch of days."""
    TIME = "time"
    """A time of day, `14:30`, or of a certain day, `2026-11-23T14:30`."""
    DURATION = "duration"
    """The value is an ISO 8601 duration, `P7D`."""
    NAME = "name"
    """A person."""
    ADDRESS = "address"
    """A place or a postal address."""
    COMPANY = "company"
    ORGANIZATION = "organization"
    """Not a company: associations, clubs, schools, hospitals."""
    GOVERNMENT = "government"
    SCENE = "scene"
    """A sight: a park, a temple, a mountain."""
    POSITION = "position"
    """What somebody works as."""


@dataclass(frozen=True, slots=True, order=True)
class EntityCandidate:
    """What a recogniser takes for an entity, in positions of the plain text."""

    start: int
    end: int
    type: EntityType
    value: str
    rank: int = 0
    """Of two candidates that overlap the higher one stays; of equals the longer one."""


class EntityRecogniser(Protocol):
    """One kind of recogniser. Takes the plain form (NFKC, nothing invisible)."""

    def __call__(self, text: str, now: datetime, /) -> Iterator[EntityCandidate]:
        """Yield candidates in any order; they may overlap."""
        ...
