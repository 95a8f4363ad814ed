"""Approved candidates on their way into the knowledge base, by the same door as every uploaded file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from analytics.learning.candidates import CandidateStore
from core.errors import NotFound
from core.learning import Candidate, CandidateStatus
from core.text import comparable
from core.types import Audience, Document, DocumentKind, QAPair, QAStatus, QuestionKind, VersionStatus
from kb.records import Upload
from kb.store import KnowledgeBase

DOCUMENTS: Final = {
    Audience.PUBLIC: "从客服学到的问答 Learned answers.jsonl",
    Audience.INTERNAL: "从客服学到的问答（内部） Learned answers, internal.jsonl",
}
"""One for each kind of reader. A new version holds what the live one does, with what was approved since."""

MOST: Final = 10_000
"""Pairs of such a document."""

DELETED: Final = "Its document was deleted before the pair was published. Approve it again if it should come back."


class Publisher:
    """Brings approved candidates to customers. Call `step` again and again; it never waits for anything.

    What a person changes in the document stays as it is: a new version only ever adds to the live one.
    """

    def __init__(self, kb: KnowledgeBase, store: CandidateStore) -> None:
        self._kb = kb
        self._store = store

    def step(self) -> bool:
        """Do what can be done now; returns whether something was uploaded."""
        self.settle()
        uploaded = False
        waiting = [each for each in self._all(CandidateStatus.APPROVED) if each.document_id is None]
        for audience in Audience:
            uploaded |= self._upload(audience, [each for each in waiting if each.audience is audience])
        return uploaded

    def check_published(self) -> None:
        """Note the candidates whose pairs were taken out of the knowledge base."""
        gone = []
        published = self._all(CandidateStatus.PUBLISHED)
        for audience in Audience:
            own = [each for each in published if each.audience is audience]
            if not own:
                continue
            document = self._kb.find(DOCUMENTS[audience])
            live = {comparable(pair.question) for pair in self._pairs(document)} if document else set()
            gone += [each.candidate_id for each in own if comparable(each.question) not in live]
        self._store.withdrawn(gone)

    def settle(self) -> None:
        """Note which of the approved candidates have arrived, and which couldn't."""
        for each in self._all(CandidateStatus.APPROVED):
            if each.document_id is None or each.version is None:
                continue
            try:
                version = self._kb.version(each.document_id, each.version)
            except NotFound:
                self._store.returned([each.candidate_id], DELETED)
                continue
            if version.status is VersionStatus.READY:
                self._store.arrived([each.candidate_id])
            elif version.status is VersionStatus.FAILED:
                self._store.returned([each.candidate_id], version.reason or "")

    def _upload(self, audience: Audience, approved: Sequence[Candidate]) -> bool:
        document = self._kb.find(DOCUMENTS[audience])
        if not approved or (document and document.status in {VersionStatus.QUEUED, VersionStatus.PROCESSING}):
            return False  # the version before has to be live first, as the next one builds on it
        upload = Upload(
            name=DOCUMENTS[audience], audience=audience, media_type="application/jsonl", kind=DocumentKind.QA
        )
        fresh = {comparable(each.question) for each in approved}
        kept = [pair for pair in self._pairs(document) if comparable(pair.question) not in fresh] if document else []
        version = self._kb.accept(upload, _lines(kept, approved))
        self._store.sent([each.candidate_id for each in approved], version.document_id, version.number)
        return True

    def _pairs(self, document: Document) -> list[QAPair]:
        return [
            pair
            for pair in self._kb.pairs(document_id=document.document_id, limit=MOST)
            if pair.status is not QAStatus.REJECTED
        ]

    def _all(self, status: CandidateStatus) -> list[Candidate]:
        return self._store.candidates(status=status, limit=MOST)


def _lines(kept: Sequence[QAPair], approved: Sequence[Candidate]) -> Iterator[bytes]:
    """One pair a line, as the Q&A parser reads it."""
    for pair in kept:
        yield _line(
            question=pair.question,
            answer=pair.answer,
            similar=[each.text for each in pair.questions if each.kind is QuestionKind.SIMILAR],
            negative=[each.text for each in pair.questions if each.kind is QuestionKind.NEGATIVE],
            valid_from=pair.valid_from and pair.valid_from.isoformat(),
            valid_until=pair.valid_until and pair.valid_until.isoformat(),
            product=pair.product,
        )
    for each in approved:
        yield _line(question=each.question, answer=each.answer, similar=list(each.similar))


def _line(**fields: object) -> bytes:
    return json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False).encode() + b"\n"
