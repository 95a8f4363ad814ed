"""Reads dialogue suites: conversations, and what should become of their last message.

corpus.jsonl      id, text, perhaps title; may lie one folder up
dialogues.jsonl   id, `turns` (each `role` and `text`, the last one a customer's),
                  `expected` (answer, handover or clarification), perhaps `code` of the hand-over
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidInput
from core.types import HandoverCode, Role
from eval.suite import CaseId, json_lines, text_field

DIALOGUES: Final = "dialogues.jsonl"


Said = tuple[tuple[Role, str], ...]
"""What was said before, oldest first."""


class Expected(StrEnum):
    """What should become of a message."""

    ANSWER = "answer"
    HANDOVER = "handover"
    CLARIFICATION = "clarification"


@dataclass(frozen=True, slots=True)
class DialogueCase:
    """The last message of a conversation."""

    case_id: CaseId
    text: str
    expected: Expected
    code: HandoverCode | None = None
    """Why it should be handed over; `None` where any reason will do."""
    history: Said = ()


def read_dialogues(folder: Path) -> tuple[DialogueCase, ...]:
    """Read `dialogues.jsonl` as described above.

    Raises:
        InvalidInput: a line can't be read, or there is none; the message says which.
    """
    path = folder / DIALOGUES
    cases = tuple(_case(row, path, line) for line, row in json_lines(path))
    if not cases:
        raise InvalidInput(f"{path} holds no dialogue. Add one a line: id, turns, expected.")
    return cases


ROLES: Final[Mapping[str, Role]] = {
    "customer": Role.CUSTOMER,
    "user": Role.CUSTOMER,
    "assistant": Role.ASSISTANT,
    "agent": Role.ASSISTANT,
}
"""Words for who speaks."""


def read_turns(rows: object, path: Path, line: int) -> Said:
    """Turns as `role` and `text`, or as `question` and `answer`, two turns in one.

    Raises:
        InvalidInput: they are something else.
    """
    turns: list[tuple[Role, str]] = []
    for row in rows if isinstance(rows, list) else [rows]:
        match row:
            case {"role": str(role), "text": str(text)} if role in ROLES:
                turns.append((ROLES[role], text))
            case {"question": str(question), "answer": str(answer)}:
                turns += [(Role.CUSTOMER, question), (Role.ASSISTANT, answer)]
            case _:
                raise InvalidInput(
                    f"{path.name} line {line}: a turn needs `role` ({', '.join(ROLES)}) and `text`, "
                    "or `question` and `answer`."
                )
    return tuple(turns)


def _case(row: dict[str, Any], path: Path, line: int) -> DialogueCase:
    turns = read_turns(row.get("turns") or [], path, line)
    if not turns or turns[-1][0] is not Role.CUSTOMER:
        raise InvalidInput(f"{path.name} line {line}: the last of `turns` must be the customer's.")
    try:
        expected = Expected(str(row.get("expected")))
        code = HandoverCode(row["code"]) if row.get("code") else None
    except ValueError as error:
        raise InvalidInput(
            f"{path.name} line {line}: {error}. `expected` is {', '.join(Expected)}; `code` is {', '.join(HandoverCode)}."
        ) from None
    if code is not None and expected is not Expected.HANDOVER:
        raise InvalidInput(f"{path.name} line {line}: `code` is for hand-overs, but {expected} is expected.")
    return DialogueCase(CaseId(text_field(row, "id", path, line)), turns[-1][1], expected, code, turns[:-1])
