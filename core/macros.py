"""The words of macros: texts that agents insert, with what is done to the ticket along with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from core.staff import TeamId
    from core.tickets import Priority
    from core.types import Language

MacroId = NewType("MacroId", int)


@dataclass(frozen=True, slots=True)
class MacroActions:
    """What a macro does besides its text."""

    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    """For the customer."""
    asks: bool = False
    """The ticket then waits for the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """A text for a situation that comes up often."""

    macro_id: MacroId
    name: str
    language: Language | None
    """`None` fits both."""
    team_id: TeamId | None
    """Whose it is; `None` means everybody's."""
    text: str
    """`{name}`, `{ticket}` and `{agent}` are filled in where they are known."""
    actions: MacroActions
    uses: int
    enabled: bool
