"""From the API's JSON to nouns, and back for what a client sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from api.client_values import (
    Conversation,
    ConversationReply,
    Event,
    FinalReply,
    NewPair,
    Restart,
    TestedReply,
    TextPiece,
)
from api.problems import error_from_problem
from api.wire import HEADING_SEPARATOR
from core import accounts, actors, analysis, episodes, handover, macros, sla, staff, tickets
from core.errors import StorageError
from core.explanations import Standing, WhyNot, Withheld
from core.settings import Secret
from core.types import (
    Answer,
    Clarification,
    ConversationId,
    Decision,
    Handover,
    Hit,
    Outcome,
    Passage,
    Silence,
    Understood,
)

T = TypeVar("T")
Json = dict[str, Any]


def read(kind: type[T], raw: Any) -> T:
    """A value of the type `kind`, which may be a list of values.

    Raises:
        StorageError: the JSON isn't of that form.
    """
    with _known_form():
        return cast("T", _adapter(cast("Any", kind)).validate_python(raw))


def read_json(content: bytes) -> Any:
    """The JSON of a reply. Errors as with `read`."""
    with _known_form():
        return json.loads(content)


def read_conversation(raw: Any) -> Conversation:
    """A new conversation. Errors as with `read`."""
    with _known_form():
        return Conversation(ConversationId(raw["conversation_id"]), Secret(raw["token"]))


def read_events(lines: Iterator[str]) -> Iterator[tuple[str, Json]]:
    """Parse server-sent events: `(event, data)` pairs. Comments, which keep a connection alive, are left out."""
    name, data = "message", list[str]()
    for line in lines:
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            with _known_form():
                parsed = json.loads("\n".join(data))
            yield name, parsed
            name, data = "message", []


def read_event(name: str, data: Any) -> Event:
    """One event of a reply.

    Raises:
        ZhidaError: the event says that the reply failed.
        StorageError: it isn't an event that this client knows.
    """
    with _known_form():
        match name:
            case "text":
                return TextPiece(data["text"])
            case "restart":
                return Restart()
            case "reply":
                return FinalReply(read_conversation_reply(data))
            case "error":
                raise error_from_problem(data["problem"], int(data["problem"]["status"]), None)
            case _:
                raise ValueError(name)


def read_conversation_reply(raw: Any) -> ConversationReply:
    """A reply as it was recorded. Errors as with `read`."""
    with _known_form():
        outcome = Silence(raw["text"]) if raw["outcome"] == "silent" else _outcome(raw)
        offer = (raw.get("offer") or {}).get("text", "")
        return ConversationReply(outcome, raw["ms"], raw["message_id"], raw["ticket_id"], offer)


def read_tested_reply(raw: Any) -> TestedReply:
    """A reply that wasn't recorded, with what was found. Errors as with `read`."""
    with _known_form():
        return TestedReply(
            _outcome(raw),
            tuple(read_hit(hit) for hit in raw["hits"]),
            raw["ms"],
            decision=read(Decision, raw["decision"]) if raw["decision"] else None,
            understood=read(Understood, raw["understood"]) if raw["understood"] else None,
            withheld=tuple(_withheld(each) for each in raw["withheld"]),
        )


def read_why_not(raw: Any) -> WhyNot:
    """Where an expected passage stands. Errors as with `read`."""
    with _known_form():
        passage = _with_path(raw["passage"]) if raw["passage"] else None
        standing = {**raw["standing"], "passage": passage} if raw["standing"] else None
        return read(WhyNot, {**raw, "passage": passage, "standing": standing})


def _withheld(raw: Json) -> Withheld:
    standing = {**raw, "passage": _with_path(raw["passage"])}
    return Withheld(read(Standing, standing), raw["rank"], raw["score"])


def read_hit(raw: Any) -> Hit:
    """A passage with its score. Errors as with `read`."""
    with _known_form():
        return read(Hit, {"passage": _with_path(raw), "score": raw["score"], "why": raw["why"]})


def read_passage(raw: Any) -> Passage:
    """A passage. Errors as with `read`."""
    with _known_form():
        return read(Passage, _with_path(raw))


def _outcome(raw: Json) -> Outcome:
    match raw["outcome"]:
        case "answer":
            return read(Answer, {**raw, "citations": [_with_path(citation) for citation in raw["citations"]]})
        case "clarification":
            return read(Clarification, raw)
        case _:
            return read(Handover, raw)


def _with_path(raw: Json) -> Json:
    """The heading, one text in JSON, is a path in the nouns."""
    heading = raw["heading"]
    return {**raw, "heading": heading.split(HEADING_SEPARATOR) if heading else []}


@contextmanager
def _known_form() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # a ValidationError is a ValueError
        raise StorageError("The server's reply has a form that this client doesn't know. Update the client.") from error


@lru_cache(maxsize=128)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    adapter = TypeAdapter[Any](kind)
    if not adapter.pydantic_complete:  # some nouns name types of modules that import theirs
        known = (accounts, actors, analysis, episodes, handover, macros, sla, staff, tickets)
        adapter.rebuild(_types_namespace={name: each for module in known for name, each in vars(module).items()})
    return adapter


def pair_body(pair: NewPair) -> Json:
    """A new pair as the API takes it."""
    return {
        "question": pair.question,
        "answer": pair.answer,
        "similar": list(pair.similar),
        "negative": list(pair.negative),
        "valid_from": pair.valid_from.isoformat() if pair.valid_from else None,
        "valid_until": pair.valid_until.isoformat() if pair.valid_until else None,
        "product": pair.product,
    }
