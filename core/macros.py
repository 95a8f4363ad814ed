"""The words of macros: texts that agents insert, with what is done to the ticket along with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.language import Language
    from core.staff import TeamId
    from core.tickets import Priority

MacroId = NewType("MacroId", int)

PLACEHOLDERS: Final = ("name", "ticket", "agent")
"""What a macro's text may leave to be filled in, in braces: the customer's name, the ticket, who writes."""


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


def filled(text: str, known: Mapping[str, str]) -> str:
    """The text with what is known for each of `PLACEHOLDERS`; other braces stay as they were written."""
    return _BRACES.sub(lambda match: known.get(match[1], "") if match[1] in PLACEHOLDERS else match[0], text)


def unknown_placeholders(text: str) -> tuple[str, ...]:
    """Words in braces that nothing fills in, in their order: the customer would read them as they stand."""
    found = (match[1] for match in _BRACES.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name not in PLACEHOLDERS))


_BRACES: Final = re.compile(r"\{(\w{1,30})\}")
