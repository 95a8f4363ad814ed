"""What the API takes and gives about the knowledge manager's words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field

from api.schemas.common import Text, example
from core.vocabulary import VocabularyKind

MAX_FILE: Final = 2_000_000
"""Characters of a file of entries: the largest vocabulary has about half of that."""


class NewVocabularyEntry(BaseModel):
    """Terms and what is said of them."""

    model_config = example(kind="synonyms", terms=["退款", "退钱", "返款"])

    kind: VocabularyKind
    """`synonyms`: all mean the same. `means`: the first also finds the others. `word`: one term that stays whole."""
    terms: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=100)]


class VocabularyEntry(BaseModel):
    """One line of the vocabulary."""

    model_config = example(
        entry_id=3, kind="synonyms", terms=["退款", "退钱", "返款"], updated_at="2026-03-05T08:00:00Z"
    )

    entry_id: int
    kind: VocabularyKind
    terms: list[str]
    updated_at: datetime


class VocabularyFile(BaseModel):
    """Entries as CSV: one a line, its kind and then its terms."""

    model_config = example(csv="kind,terms\nsynonyms,退款,退钱\nmeans,扫地僧,扫地机器人\nword,净享Pro\n")

    csv: Annotated[str, Field(max_length=MAX_FILE)]


class VocabularyImport(BaseModel):
    """What came of a file. Lines that can't be used don't keep the others out."""

    model_config = example(added=2, known=1, problems=["4: The term '<b>' holds markup. Enter plain words."])

    added: int
    known: int
    """Lines that were there already."""
    problems: list[str]
    """One sentence for each line that wasn't taken, with its number."""


class VocabularyTrial(BaseModel):
    """A question to try the vocabulary with."""

    model_config = example(text="退钱要几天")

    text: Text
