"""Small versions to publish, and a clock that tests can set."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import Engine, select

from core.database import metadata, reading
from core.types import Audience, DocumentKind, DocumentVersion, QAStatus, Question, QuestionKind
from kb.index import Filter
from kb.prepared import PreparedPair, PreparedPassage, PreparedVersion, text_hash
from kb.records import Upload
from kb.store import KnowledgeBase
from models.encoder import Vectors

KEY = "hashing@0000000000000000/8"
"""The encoder key of `vector`."""

TODAY = date(2026, 3, 1)
ANYONE = Filter(Audience.PUBLIC, TODAY)
STAFF = Filter(Audience.INTERNAL, TODAY)


@dataclass
class SetClock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def vector(text: str) -> Vectors:
    """Eight numbers that depend on the text alone."""
    row = np.frombuffer(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], np.uint8)
    row = row.astype(np.float32) + 1
    return row / np.linalg.norm(row)


@dataclass(frozen=True)
class Pair:
    """A Q&A pair to publish."""

    question: str
    answer: str
    status: QAStatus = QAStatus.APPROVED
    similar: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def wordings(self) -> tuple[Question, ...]:
        return (
            Question(self.question, QuestionKind.STANDARD),
            *(Question(text, QuestionKind.SIMILAR) for text in self.similar),
            *(Question(text, QuestionKind.NEGATIVE) for text in self.negative),
        )


def prepared(*texts: str, pairs: Sequence[Pair] = (), key: str = KEY, context: str = "") -> PreparedVersion:
    """A version whose passages are these texts, followed by one for each pair, with every vector."""
    passages: list[PreparedPassage] = []
    made: list[PreparedPair] = []
    whole = ""
    for text in texts:
        passages.append(PreparedPassage((), None, len(whole), len(whole) + len(text), text, context))
        whole += text + "\n"
    for pair in pairs:
        text = f"{pair.question}\n{pair.answer}"
        start = len(whole)
        made.append(
            PreparedPair(
                passage=len(passages),
                questions=pair.wordings,
                answer=pair.answer,
                answer_start=start + len(pair.question) + 1,
                status=pair.status,
                valid_from=pair.valid_from,
                valid_until=pair.valid_until,
            )
        )
        passages.append(PreparedPassage((), None, start, start + len(text), text, context))
        whole += text + "\n"
    questions = [question.text for pair in made for question in pair.questions]
    return PreparedVersion(
        kind=DocumentKind.QA if pairs else DocumentKind.TEXT,
        text=whole,
        passages=tuple(passages),
        pairs=tuple(made),
        warnings=(),
        encoder_key=key,
        passage_vectors={text_hash(p.indexed_text): vector(p.indexed_text) for p in passages},
        question_vectors={text_hash(text): vector(text) for text in questions},
    )


def publish(
    kb: KnowledgeBase, upload: str | Upload, *texts: str, pairs: Sequence[Pair] = (), owner: str = "test"
) -> DocumentVersion:
    """Upload a file and publish these passages and pairs as what it holds."""
    content = prepared(*texts, pairs=pairs)
    upload = Upload(upload) if isinstance(upload, str) else upload
    version = kb.accept(upload, [b"file:", repr((texts, pairs)).encode("utf-8", "surrogatepass")])
    job = kb.lease(owner, version=(version.document_id, version.number))
    assert job is not None
    return kb.publish(job, content)


def without_vectors(content: PreparedVersion) -> PreparedVersion:
    """The same version, relying on vectors that are stored."""
    return replace(content, passage_vectors={}, question_vectors={})


def everything_in(database: Engine) -> str:
    """Every value of every row, in words."""
    with reading(database) as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(str(value) for row in rows for value in row)
