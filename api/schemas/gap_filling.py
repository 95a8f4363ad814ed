"""What the HTTP API takes and gives when a gap is filled, merged or split."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.common import example
from api.schemas.learning import GAP, Gap, Wording
from core.gold import MAX_FACT, MAX_FACTS, MAX_TEXT
from core.learning import MAX_ANSWER, MAX_QUESTION
from core.types import Audience, Role

LINE: Final[dict[str, Any]] = {"role": "customer", "text": "咖啡机坏了能修吗", "at": "2026-01-09T10:02:00Z"}
DIALOGUE: Final[dict[str, Any]] = {"conversation_id": "6f1c…", "episode_id": "31", "lines": [LINE]}
ANSWER: Final[dict[str, Any]] = {
    "conversation_id": "6f1c…",
    "question": "咖啡机坏了能修吗",
    "answer": "可以寄修，运费由我们承担。",
    "given_at": "2026-01-09T10:20:00Z",
}
NEAREST: Final[dict[str, Any]] = {
    "passage_id": 17,
    "document_id": "6f1c…",
    "document": "售后政策.pdf",
    "version": 2,
    "heading": "售后 › 维修",
    "page": 3,
    "text": "整机保修一年。",
    "audience": "public",
    "score": 0.41,
}


class GapLine(BaseModel):
    """A line of a conversation, with personal data removed."""

    model_config = example(**LINE)

    role: Role
    text: str
    at: datetime


class GapDialogue(BaseModel):
    """An episode in which the question came up."""

    model_config = example(**DIALOGUE)

    conversation_id: str
    episode_id: str
    lines: list[GapLine]


class GapGivenAnswer(BaseModel):
    """What a person answered in such an episode, with personal data removed."""

    model_config = example(**ANSWER)

    conversation_id: str
    question: str
    answer: str
    given_at: datetime


class NearestPassage(BaseModel):
    """A passage that is near the question and wasn't enough."""

    model_config = example(**NEAREST)

    passage_id: int
    document_id: str
    document: str
    version: int
    heading: str
    page: int | None
    text: str
    audience: Audience
    score: float


class NearGap(Gap):
    """Another gap that may be the same need."""

    model_config = example(**GAP, closeness=0.44, suggested=True)

    closeness: float
    """Higher is nearer; what it means depends on the encoder."""
    suggested: bool
    """Near enough that a person should decide whether it is the same."""


class GapMaterial(BaseModel):
    """What helps to fill a gap."""

    model_config = example(
        dialogues=[DIALOGUE], answers=[ANSWER], passages=[NEAREST], near=[{**GAP, "closeness": 0.44, "suggested": True}]
    )

    dialogues: list[GapDialogue]
    answers: list[GapGivenAnswer]
    passages: list[NearestPassage]
    near: list[NearGap]


class GapAnswer(BaseModel):
    """The answer to a gap. Without `question` and `similar` the gap's own wordings are taken."""

    model_config = example(
        question="咖啡机可以维修吗？", answer="可以寄修，运费由我们承担。", similar=[], confirm=False
    )

    question: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_QUESTION)] = ""
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ANSWER)]
    similar: Annotated[list[Wording], Field(max_length=10)] = []
    confirm: bool = False
    """Also if an approved pair that is asked the same answers otherwise."""


class GapConfirmation(BaseModel):
    """The question whose present answer is right."""

    model_config = example(message_id="5d2a…")

    message_id: Annotated[str, StringConstraints(min_length=1, max_length=32)]


class GapGold(BaseModel):
    """What else than its source the right answer must hold."""

    model_config = example(facts=["寄修 | 寄回维修"], note="")

    facts: Annotated[
        list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_FACT)]],
        Field(max_length=MAX_FACTS),
    ] = []
    """A right answer contains every one of them; wordings that count alike are separated by `|`."""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT)] = ""


class OtherGap(BaseModel):
    """Another gap."""

    model_config = example(other=7)

    other: Annotated[int, Field(ge=1)]


class GapSplit(BaseModel):
    """Questions that are another need."""

    model_config = example(message_ids=["5d2a…"])

    message_ids: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=32)]], Field(min_length=1, max_length=100)
    ]
