"""Q&A pairs that get in each other's way."""

from __future__ import annotations

from pydantic import BaseModel

from api.schemas.common import example
from core.pair_warnings import PairWarningKind


class PairWarning(BaseModel):
    """Another pair that gets in this one's way."""

    model_config = example(
        kind="conflict",
        pair_id=5,
        wording="运费多少？",
        other_id=9,
        other_document_id="77aa…",
        other_document="旧问答.csv",
        other_question="运费怎么算？",
        other_answer="满 59 元免运费。",
        probability=0.95,
    )

    kind: PairWarningKind
    """`conflict`: the answers differ; `duplicate`: they are alike; `negative`: a question that must not get this answer
    is the other pair's own."""
    pair_id: int
    wording: str
    """This pair's question, in the wording that is concerned."""
    other_id: int
    other_document_id: str
    other_document: str
    other_question: str
    other_answer: str
    probability: float
    """That both are asked the same."""
