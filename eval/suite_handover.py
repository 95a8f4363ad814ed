"""Reads conversations and what should become of each of their messages: answered, asked back, or given to a person.

    corpus.jsonl          id, text, perhaps title; may lie one folder up
    pairs.jsonl           id, question, answer, `similar`: approved answers, where there are any
    conversations.jsonl   id, language, `turns`, perhaps `facts` and `about`

A turn is what the customer says and what is expected: `say`, `expect` (answer, clarification, handover; any if it is
left out), perhaps `code` of the rule, `offer` (code of the rule that offers a person, or false for none), `thumbs_down`
on the reply, and `search_fails`. Facts of the episode: `identity_level`, `vip`, `breached_ticket`, `primary_contact`.
The assistant's own replies are the rest of the conversation, so nothing of them is written down.

Folders of tau-bench's tasks (`dev/tasks.jsonl` with `transfer_to_human`) are read as conversations of one message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidInput
from core.types import HandoverCode, Language, TicketId
from eval.suite import CaseId, CorpusEntry, CorpusId, corpus_of, json_lines, suite_name, text_field
from eval.suite_dialogues import Expected
from eval.suite_refusal import PairGroup

CONVERSATIONS: Final = "conversations.jsonl"

SHIPPED: Final = Path(__file__).with_name("gold_dialogues")
"""Our own conversations in both languages, over all codes and what is close to them."""


@dataclass(frozen=True, slots=True)
class HandoverStep:
    """What the customer says, and what should become of it."""

    text: str
    expected: Expected | None = None
    """`None`: anything but a hand-over."""
    code: HandoverCode | None = None
    """Of the hand-over, or of the question back; `None` takes any."""
    offer: HandoverCode | bool | None = None
    """Which rule should offer a person; `False` for none, `None` takes anything."""
    thumbs_down: bool = False
    """The customer marks the reply as no help."""
    search_fails: bool = False


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """What the desk knows about the customer."""

    identity_level: int = 0
    vip: bool = False
    breached_ticket: TicketId | None = None
    primary_contact: bool = True


@dataclass(frozen=True, slots=True)
class HandoverCase:
    """A conversation."""

    case_id: CaseId
    steps: tuple[HandoverStep, ...]
    language: Language | None = None
    facts: EpisodeFacts = EpisodeFacts()
    about: str = ""
    """What the case is there for."""

    @property
    def needs_person(self) -> bool:
        """Somewhere in it a person must take over."""
        return any(step.expected is Expected.HANDOVER for step in self.steps)


@dataclass(frozen=True, slots=True)
class HandoverSuite:
    """A corpus and the conversations about it."""

    name: str
    corpus: tuple[CorpusEntry, ...]
    cases: tuple[HandoverCase, ...]
    pairs: tuple[PairGroup, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    """How the suite was read, where that isn't plain."""


def read_handover_suite(folder: Path) -> HandoverSuite:
    """Read a folder of one of the kinds above.

    Raises:
        InvalidInput: the folder is none of them, or a line can't be read; the message says which.
    """
    path = folder / CONVERSATIONS
    if path.is_file():
        cases = tuple(_case(row, path, line) for line, row in json_lines(path))
        if not cases:
            raise InvalidInput(f"{path} holds no conversation. Add one a line: id, turns.")
        return HandoverSuite(suite_name(folder), corpus_of(folder), cases, _pairs(folder / "pairs.jsonl"))
    if (folder / "dev" / "tasks.jsonl").is_file():
        return _tau(folder, folder / "dev" / "tasks.jsonl")
    raise InvalidInput(
        f"{folder} holds no conversations. Give a folder with corpus.jsonl and {CONVERSATIONS}, or with dev/tasks.jsonl."
    )


def _pairs(path: Path) -> tuple[PairGroup, ...]:
    if not path.is_file():
        return ()
    return tuple(
        PairGroup(
            CorpusId(text_field(row, "id", path, line)),
            (text_field(row, "question", path, line), *map(str, row.get("similar") or ())),
            text_field(row, "answer", path, line),
        )
        for line, row in json_lines(path)
    )


def _case(row: Mapping[str, Any], path: Path, line: int) -> HandoverCase:
    turns = row.get("turns")
    if not isinstance(turns, list) or not turns:
        raise InvalidInput(f"{path.name} line {line}: `turns` must be a list of what the customer says.")
    language = Language(row["language"]) if row.get("language") in set(Language) else None
    steps = tuple(_step(turn, path, line) for turn in turns)
    return HandoverCase(
        CaseId(text_field(dict(row), "id", path, line)),
        steps,
        language,
        _facts(row.get("facts") or {}, path, line),
        str(row.get("about") or ""),
    )


def _step(turn: object, path: Path, line: int) -> HandoverStep:
    if not isinstance(turn, dict) or not isinstance(turn.get("say"), str):
        raise InvalidInput(f"{path.name} line {line}: a turn needs `say`.")
    known = {"say", "expect", "code", "offer", "thumbs_down", "search_fails"}
    if set(turn) - known:
        raise InvalidInput(
            f"{path.name} line {line}: a turn has {', '.join(sorted(known))}, not {sorted(set(turn) - known)[0]!r}."
        )
    offer = turn.get("offer")
    try:
        return HandoverStep(
            text=turn["say"],
            expected=Expected(turn["expect"]) if turn.get("expect") else None,
            code=HandoverCode(turn["code"]) if turn.get("code") else None,
            offer=offer if offer is None or isinstance(offer, bool) else HandoverCode(offer),
            thumbs_down=bool(turn.get("thumbs_down")),
            search_fails=bool(turn.get("search_fails")),
        )
    except ValueError as error:
        raise InvalidInput(f"{path.name} line {line}: {error}. Codes are {', '.join(HandoverCode)}.") from None


def _facts(row: Mapping[str, Any], path: Path, line: int) -> EpisodeFacts:
    ticket = row.get("breached_ticket")
    try:
        return EpisodeFacts(**{**row, "breached_ticket": None if ticket is None else TicketId(int(ticket))})
    except TypeError:
        raise InvalidInput(
            f"{path.name} line {line}: `facts` has identity_level, vip, breached_ticket, primary_contact."
        ) from None


_QUOTED: Final = re.compile(
    r"(?:opening|start naturally|start by|begin by|initial message|first message)[^\n\"“]{0,200}[\"“]([^\"”]{15,600})[\"”]",
    re.IGNORECASE,
)
_SITUATION: Final = re.compile(r"\*\*Your situation:?\*\*:?\s*(.+?)(?=\n\s*\*\*|\n\s*##|\Z)", re.DOTALL)
_GOAL: Final = re.compile(r"\*\*Your goal:?\*\*:?\s*(.+?)(?=\n\s*\*\*|\n\s*##|\Z)", re.DOTALL)

_FIRST_PERSON: Final = (
    (r"\byou're\b|\byou are\b", "I am"),
    (r"\byou were\b", "I was"),
    (r"\byou've\b", "I have"),
    (r"\byou'd\b", "I would"),
    (r"\byourself\b", "myself"),
    (r"\byours\b", "mine"),
    (r"\byour\b", "my"),
    (
        r"\b(to|for|with|from|by|about|charge|help|helps|told|tell|give|gives|gave|let|lets|sent|charged) you\b",
        r"\1 me",
    ),
    (r"\byou\b", "I"),
)

LONGEST_OPENING: Final = 400


def in_first_person(text: str) -> str:
    """«You want to change your address» as the customer would write it."""
    for pattern, said in _FIRST_PERSON:
        text = re.sub(pattern, said, text, flags=re.IGNORECASE)
    return " ".join(text.split())[:LONGEST_OPENING]


def _tau(folder: Path, path: Path) -> HandoverSuite:
    cases = tuple(
        HandoverCase(
            CaseId(text_field(row, "id", path, line)),
            (HandoverStep(opening, Expected.HANDOVER if row.get("transfer_to_human") else None),),
            Language.EN,
        )
        for line, row in json_lines(path)
        if (opening := _opening(row))
    )
    corpus = corpus_of(folder) if (folder / "corpus.jsonl").is_file() else tuple(_policies(folder / "policy"))
    return HandoverSuite(suite_name(folder), corpus, cases, settings={"read_as": "opening message of each task"})


def _opening(row: Mapping[str, Any]) -> str:
    """What the customer says first, as far as the task tells."""
    if row.get("reason_for_call"):
        return in_first_person(str(row["reason_for_call"]))
    told = str(row.get("user_instructions") or "")
    quoted = _QUOTED.search(told)
    if quoted:
        return " ".join(quoted[1].split())
    described = _SITUATION.search(told) or _GOAL.search(told)
    return in_first_person(described[1] if described else told)


def _policies(folder: Path) -> Iterator[CorpusEntry]:
    """Policies in sections."""
    for path in sorted(folder.glob("*.md")):
        sections = re.split(r"(?m)^(?=#{1,3} )", path.read_text(encoding="utf-8"))
        for at, section in enumerate(each for each in sections if len(each.split()) > 5):
            yield CorpusEntry(CorpusId(f"{path.stem}-{at}"), path.stem, section.strip())
