"""The port of recognisers that are measured: what a text names, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """A part of a text that names something."""

    start: int
    end: int
    """`text[start:end]` is the name."""
    type: str


class Recogniser(Protocol):
    """Finds what a text names."""

    @property
    def name(self) -> str:
        """Which recogniser this is, for records."""
        ...

    def recognise(self, text: str, /) -> Sequence[Entity]:
        """Return the entities of a text, in order."""
        ...
