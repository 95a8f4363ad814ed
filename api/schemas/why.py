"""What the API takes and gives to say why: of a reply, of a hit, and of a passage that isn't there."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, model_validator

from api.schemas.common import Text, example
from api.schemas.outgoing import ANSWER, PASSAGE, Hit, Outcome, Passage
from core.explanations import Absence, Barrier
from core.types import Audience, Closeness, CorrectionKind, Rule

DECISION: Final[dict[str, Any]] = {
    "rule": "quoted",
    "question": "退货期限是多久？",
    "probability": 0.93,
    "threshold": 0.61,
}


class Ruling(BaseModel):
    """Which rule decided the reply, and the probability that it rests on."""

    model_config = example(**DECISION)

    rule: Rule
    question: str
    """What was searched for; empty where nothing was."""
    probability: float | None
    """That the evidence answers the question, 0 to 1; none where nothing was searched for."""
    threshold: float | None
    """Probability from which the assistant answers."""


class Correction(BaseModel):
    """A misspelt word, and the known one that was searched for instead."""

    model_config = example(written="tuikuan", read_as="退款", kind="pinyin")

    written: str
    read_as: str
    kind: CorrectionKind


class AlsoSearched(BaseModel):
    """Words that were searched for as well."""

    model_config = example(text="发票", weight=0.5, of="开票")

    text: str
    weight: float
    """How much they count beside the question's own words, which count 1."""
    of: str
    """The words of the question that they stand for."""


class Understood(BaseModel):
    """What the question was taken to mean."""

    model_config = example(
        asked="tuikuan 多久", searched="退款 多久", corrections=[], expansions=[], whole=[], from_history=False
    )

    asked: str
    searched: str
    corrections: list[Correction]
    expansions: list[AlsoSearched]
    whole: list[str]
    """Words of the knowledge manager's dictionary in the question."""
    from_history: bool
    """The message was completed from earlier ones."""


class Standing(BaseModel):
    """Whether the asker may see a passage on the day."""

    model_config = example(barriers=["expired"], valid_from=None, valid_until="2026-01-01")

    barriers: list[Barrier]
    """Why not; empty: the passage may be shown."""
    valid_from: date | None
    valid_until: date | None
    """First day on which it is no longer valid."""


class Withheld(Standing):
    """A passage that would have been among the first, had the asker been allowed to see it."""

    model_config = example(
        barriers=["internal"], valid_from=None, valid_until=None, rank=1, score=0.91, passage=PASSAGE
    )

    rank: int
    """Its place by meaning among the passages found, from 1."""
    score: float
    """Cosine similarity."""
    passage: Passage


class TestedReply(Outcome):
    """What a customer would have been told, what was found, and why. Nothing was recorded."""

    __test__ = False  # not a test, whatever its name says
    model_config = example(**ANSWER, hits=[], decision=DECISION, understood=None, withheld=[])

    hits: list[Hit]
    decision: Ruling | None
    understood: Understood | None
    """None where nothing was searched for."""
    withheld: list[Withheld]
    """Passages that were kept back, best first."""


class WhyNotQuestion(BaseModel):
    """A question, and the passage or the document that was expected."""

    model_config = example(text="退货期限是多久？", document_id="6f1c…", audience="public")

    text: Text
    passage_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    document_id: Annotated[str, Field(max_length=64)] | None = None
    """Of its passages, the one that comes nearest is looked at."""
    audience: Audience = Audience.PUBLIC
    as_of: date | None = None
    """Day for which documents must be valid; none means today."""
    k: Annotated[int, Field(ge=1, le=100)] = 10
    """How many passages are shown."""

    @model_validator(mode="after")
    def _one_of_two(self) -> WhyNotQuestion:
        if (self.passage_id is None) == (self.document_id is None):
            raise ValueError("Send either passage_id or document_id: what was expected.")
        return self


class WhyNot(BaseModel):
    """Where the expected passage stands for the question."""

    model_config = example(
        absence="ranked_lower",
        document_id="6f1c…",
        document="退换货政策.pdf",
        passage=PASSAGE,
        standing={"barriers": [], "valid_from": None, "valid_until": None},
        shown=10,
        rank=14,
        score=0.31,
        last_score=0.58,
        dense_rank=12,
        dense_score=0.87,
        closeness="loose",
        lexical_rank=None,
        lexical_score=None,
        matched=["退货"],
        twin=None,
    )

    absence: Absence
    document_id: str
    document: str
    passage: Passage | None
    standing: Standing | None
    shown: int
    """How many passages are shown."""
    rank: int | None
    """Place among all that were found, from 1."""
    score: float | None
    last_score: float | None
    """Score of the last one shown, which it would have had to beat."""
    dense_rank: int | None
    dense_score: float | None
    """Cosine similarity."""
    closeness: Closeness | None
    lexical_rank: int | None
    lexical_score: float | None
    matched: list[str]
    twin: int | None
    """Id of the shown passage that says the same."""


class Dates(BaseModel):
    """The days between which a version may answer; both are set anew, and none lifts a limit."""

    model_config = example(effective_from="2026-01-01", expires_on=None)

    effective_from: date | None
    """First day on which it may be used."""
    expires_on: date | None
    """First day on which it may no longer be used."""
