"""Suggestions to agents and stale answers, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas.common import example
from api.schemas.handover import SuggestedCitation
from core.segments import StaleReason
from core.suggestions import DraftKind, SuggestionState, Tone


class Suggestion(BaseModel):
    """A draft that was shown, and what became of it."""

    suggestion_id: int
    conversation_id: str
    message_id: str
    kind: DraftKind
    text: str
    citations: list[SuggestedCitation]
    confidence: float
    source: str
    state: SuggestionState
    edited: str | None
    difference: str | None
    shown_to: str | None
    shown_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class SuggestionPage(BaseModel):
    """Up to three drafts, best first."""

    items: list[Suggestion]


class Decision(BaseModel):
    """What became of a draft. With `text`, what was sent: where it differs, the draft counts as edited."""

    model_config = example(state="accepted", text="满 99 元免运费。")

    state: SuggestionState
    text: Annotated[str, Field(max_length=20_000)] | None = None


class SummaryLine(BaseModel):
    """A line, and the messages that it is taken from."""

    text: str
    message_ids: list[str]


class Summary(BaseModel):
    """A conversation in fixed fields."""

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

    text: str | None


class MacroChoice(BaseModel):
    """The macro that fits; null where none does, or without a language model."""

    macro_id: int | None
    name: str | None = None
    reason: str | None = None


class Change(BaseModel):
    """Why a part of a past answer doesn't hold any more."""

    reason: StaleReason
    document_id: str
    document: str
    cited_version: int
    live_version: int | None
    said: str
    now: str


class StaleAnswer(BaseModel):
    """A past answer that a change of the knowledge makes wrong, and whom it concerns."""

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

    waiting: int
    items: list[StaleAnswer]


class Handled(BaseModel):
    """What was done about a stale answer."""

    model_config = example(note="已电话告知客户")

    note: Annotated[str, Field(max_length=2_000)] = ""
