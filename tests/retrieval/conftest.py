"""A knowledge base with real SQL and real indexes, filled by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from core.blobs import BlobStore
from core.database import open_engine
from core.migrations import migrate
from core.types import Audience, Document, DocumentId, DocumentKind, QAStatus, Question, QuestionKind
from kb.indexes import Indexes
from kb.prepared import PreparedPair, PreparedPassage, PreparedVersion, text_hash
from kb.store import KnowledgeBase, Upload
from models.fake_encoder import FakeEncoder
from retrieval.search import Retriever


@dataclass(frozen=True)
class Shelf:
    """Documents go in as lines of text, each a passage; questions come out of a real retriever."""

    kb: KnowledgeBase
    indexes: Indexes
    encoder: FakeEncoder
    retriever: Retriever

    def put(
        self,
        name: str,
        *lines: str,
        audience: Audience = Audience.PUBLIC,
        effective_from: date | None = None,
        expires_on: date | None = None,
    ) -> Document:
        """Publish a document whose passages are the given lines."""
        upload = Upload(name=name, audience=audience, effective_from=effective_from, expires_on=expires_on)
        return self._publish(upload, lines, pairs=())

    def put_pairs(self, name: str, answers: Mapping[str, str]) -> Document:
        """Publish approved Q&A pairs: standard question → answer."""
        lines = [f"问：{question}\n答：{answer}" for question, answer in answers.items()]
        pairs = [
            PreparedPair(at, (Question(question, QuestionKind.STANDARD),), answer, 0, QAStatus.APPROVED)
            for at, (question, answer) in enumerate(answers.items())
        ]
        return self._publish(Upload(name=name, audience=Audience.PUBLIC), lines, pairs)

    def _publish(self, upload: Upload, lines: Sequence[str], pairs: Sequence[PreparedPair]) -> Document:
        version = self.kb.accept(upload, ["\n".join(lines).encode()])
        job = self.kb.lease("test", version=(version.document_id, version.number))
        assert job is not None
        self.kb.publish(job, self._prepared(lines, pairs))
        return self.kb.document(DocumentId(version.document_id))

    def _prepared(self, lines: Sequence[str], pairs: Sequence[PreparedPair]) -> PreparedVersion:
        text, passages, placed, at = "\n".join(lines), [], [], 0
        for number, line in enumerate(lines):
            passages.append(PreparedPassage((), None, at, at + len(line), line, ""))
            placed += [
                PreparedPair(number, pair.questions, pair.answer, at + line.index(pair.answer), pair.status)
                for pair in pairs
                if pair.passage == number
            ]
            at += len(line) + 1
        wordings = [question.text for pair in pairs for question in pair.questions]
        return PreparedVersion(
            kind=DocumentKind.QA if pairs else DocumentKind.TEXT,
            text=text,
            passages=tuple(passages),
            pairs=tuple(placed),
            warnings=(),
            encoder_key=self.encoder.identity.key,
            passage_vectors={text_hash(line): self.encoder.encode_passages([line])[0] for line in lines},
            question_vectors={text_hash(word): self.encoder.encode_questions([word])[0] for word in wordings},
        )


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty knowledge base in a temporary folder."""
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    kb = KnowledgeBase(engine, BlobStore(tmp_path / "blobs", max_bytes=1 << 20))
    encoder = FakeEncoder(dimension=256)
    indexes = Indexes(kb, tmp_path / "indexes", encoder.identity)
    indexes.open()
    yield Shelf(kb, indexes, encoder, Retriever(kb, indexes, encoder))
    indexes.close()
    engine.dispose()
