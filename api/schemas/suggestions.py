"""Suggestions to agents and stale answers, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from api.schemas.common import example
from api.schemas.handover import CITED, MESSAGE, SuggestedCitation
from core.segments import StaleReason
from core.suggestions import DraftKind, SuggestionState, Tone

CONVERSATION: Final = "b7d2f4a16c8e4d0f93a5c7e9b1d3f5a7"
SUGGESTION: Final[dict[str, Any]] = {
    "suggestion_id": 3,
    "conversation_id": CONVERSATION,
    "message_id": MESSAGE,
    "kind": "approved",
    "text": "满 99 元免运费。[1]",
    "citations": [CITED],
    "confidence": 0.93,
    "source": "运费说明",
    "internal": False,
    "state": "edited",
    "edited": "您好，满 99 元免运费。",
    "difference": "--- draft\n+++ sent\n@@ -1 +1 @@\n-满 99 元免运费。[1]\n+您好，满 99 元免运费。",
    "shown_to": "lin",
    "shown_at": "2026-03-05T08:00:00Z",
    "decided_by": "lin",
    "decided_at": "2026-03-05T08:01:20Z",
}
LINE: Final[dict[str, Any]] = {"text": "运费多少？", "message_ids": [MESSAGE]}
CHANGE: Final[dict[str, Any]] = {
    "reason": "numbers",
    "document_id": "9c1e5b7a2d4f46a8b0c3e6d9f1a2b4c7",
    "document": "运费说明.md",
    "cited_version": 2,
    "live_version": 3,
    "said": "满 59 元免运费。",
    "now": "满 99 元免运费。",
}
STALE: Final[dict[str, Any]] = {
    "message_id": MESSAGE,
    "conversation_id": CONVERSATION,
    "answered_at": "2026-03-05T08:00:00Z",
    "question": "运费多少？",
    "answer": "满 59 元免运费。[1]",
    "changes": [CHANGE],
    "tickets": [12],
    "customer": "7",
    "found_at": "2026-03-09T10:30:00Z",
    "handled_at": None,
    "note": "",
}


class Suggestion(BaseModel):
    """A draft that was shown, and what became of it."""

    model_config = example(**SUGGESTION)

    suggestion_id: int
    conversation_id: str
    message_id: str
    kind: DraftKind
    text: str
    citations: list[SuggestedCitation]
    confidence: float
    source: str
    internal: bool
    """It rests on something that only colleagues may read, so not all of it may be for the customer."""
    state: SuggestionState
    edited: str | None
    difference: str | None
    shown_to: str | None
    shown_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class SuggestionPage(BaseModel):
    """Up to three drafts, best first."""

    model_config = example(items=[SUGGESTION])

    items: list[Suggestion]


class Decision(BaseModel):
    """What became of a draft. With `text`, what was sent: where it differs, the draft counts as edited."""

    model_config = example(state="accepted", text="满 99 元免运费。")

    state: SuggestionState
    text: Annotated[str, Field(max_length=20_000)] | None = None


class SummaryLine(BaseModel):
    """A line, and the messages that it is taken from."""

    model_config = example(**LINE)

    text: str
    message_ids: list[str]


class Summary(BaseModel):
    """A conversation in fixed fields."""

    model_config = example(
        request=LINE,
        summary=[],
        open_questions=[LINE],
        upcoming=[],
        mood={"text": "平静", "message_ids": [MESSAGE]},
        written_by="rules",
    )

    request: SummaryLine
    summary: list[SummaryLine]
    open_questions: list[SummaryLine]
    upcoming: list[SummaryLine]
    mood: SummaryLine
    written_by: str


class Rewrite(BaseModel):
    """A text to be rewritten."""

    model_config = example(text="不能退。", tone="polite")

    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    tone: Tone


class Rewritten(BaseModel):
    """The text in another tone; null without a language model, or where it changed what is said."""

    model_config = example(text="很抱歉，这件商品不支持退货。")

    text: str | None


class MacroChoice(BaseModel):
    """The macro that fits; null where none does, or without a language model."""

    model_config = example(macro_id=9, name="换货", reason="客户想换货")

    macro_id: int | None
    name: str | None = None
    reason: str | None = None


class Change(BaseModel):
    """Why a part of a past answer doesn't hold any more."""

    model_config = example(**CHANGE)

    reason: StaleReason
    document_id: str
    document: str
    cited_version: int
    live_version: int | None
    said: str
    now: str


class StaleAnswer(BaseModel):
    """A past answer that a change of the knowledge makes wrong, and whom it concerns."""

    model_config = example(**STALE)

    message_id: str
    conversation_id: str
    answered_at: datetime
    question: str
    answer: str
    changes: list[Change]
    tickets: list[int]
    customer: str | None
    found_at: datetime
    handled_at: datetime | None
    note: str


class StaleAnswers(BaseModel):
    """A page of them, and how many nobody has seen to."""

    model_config = example(waiting=1, items=[STALE])

    waiting: int
    items: list[StaleAnswer]


class Handled(BaseModel):
    """What was done about a stale answer."""

    model_config = example(note="已电话告知客户")

    note: Annotated[str, Field(max_length=2_000)] = ""
