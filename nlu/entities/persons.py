"""Persons and postal addresses that the recognisers of personal data know, as entities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nlu.entities.types import EntityCandidate, EntityType
from nlu.personal_data.addresses import find_addresses
from nlu.personal_data.names import find_names


def find_persons(text: str, _now: datetime, /) -> Iterator[EntityCandidate]:
    """Names beside a word that says so; addresses with a street and a number."""
    for name in find_names(text):
        yield EntityCandidate(name.start, name.end, EntityType.NAME, text[name.start : name.end], 1)
    for address in find_addresses(text):
        yield EntityCandidate(address.start, address.end, EntityType.ADDRESS, text[address.start : address.end], 3)
