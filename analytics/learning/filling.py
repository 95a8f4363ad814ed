"""Whether an answer fills a gap: by what it cites, not by the mere fact that something was said."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Final, Protocol

from core.errors import NotFound
from core.learning import Candidate, CandidateStatus, Filling, GapQuestion, GapTrial, ToldFrom
from core.text import comparable
from core.types import Answer, Citation, DocumentId, DocumentVersion, HandoverCode, Outcome

_LIVE: Final = frozenset({CandidateStatus.APPROVED, CandidateStatus.PUBLISHED})


class Versions(Protocol):
    """Where older versions are read: `kb.store.KnowledgeBase`."""

    def versions(self, document_id: DocumentId) -> list[DocumentVersion]:
        """All versions of a document. Raises `NotFound`."""
        ...

    def text(self, document_id: DocumentId, number: int) -> str:
        """The whole text of a version. Raises `NotFound`."""
        ...


def source_key(citation: Citation) -> str:
    """What is confirmed when a person says that an answer is right: the document with the words cited from it."""
    said = f"{citation.document_id}\n{comparable(citation.quote)}"
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()


def gives(outcome: Outcome, pair: Candidate) -> bool:
    """Whether an outcome answers with a pair: word for word, or by citing words of it from its document."""
    if not isinstance(outcome, Answer):
        return False
    if outcome.text.strip() == pair.answer:
        return True
    own, whole = comparable(pair.answer), comparable(f"{pair.question}\n{pair.answer}")
    quotes = [comparable(each.quote) for each in outcome.citations if each.document_id == pair.document_id]
    return any(quote and (quote in whole or own in quote) for quote in quotes)


def judge(
    question: GapQuestion,
    outcome: Outcome,
    *,
    pairs: Sequence[Candidate],
    confirmed: Collection[str],
    versions: Versions,
) -> GapTrial:
    """What an outcome is worth to a gap.

    With a pair written for the gap nothing but that pair, or what a person has confirmed, fills it. Without one,
    words that weren't there when the customer asked do; not so where the customer had said that an answer didn't
    help, as nobody knows then what would.

    Args:
        pairs: that were written for the gap.
        confirmed: keys of sources that a person has confirmed for it.
    """
    if not isinstance(outcome, Answer):
        return GapTrial(Filling.UNANSWERED)
    keys = tuple(dict.fromkeys(map(source_key, outcome.citations)))
    live = [pair for pair in pairs if pair.status in _LIVE]
    if any(gives(outcome, pair) for pair in live):
        filling = Filling.PAIR
    elif set(keys) & set(confirmed):
        filling = Filling.CONFIRMED
    elif live or question.code is HandoverCode.USER_REJECTED:
        filling = Filling.DOUBTFUL
    else:
        new = any(_is_new(each, question, versions) for each in outcome.citations)
        filling = Filling.NEWER if new else Filling.DOUBTFUL
    return GapTrial(filling, _told_from(outcome), keys)


def _told_from(answer: Answer) -> ToldFrom | None:
    first = next(iter(answer.citations), None)
    if first is None:
        return None
    return ToldFrom(first.document_id, first.document, first.version, first.start, first.end)


def _is_new(citation: Citation, question: GapQuestion, versions: Versions) -> bool:
    """Whether the cited words weren't in the document as it stood when the question was asked."""
    try:
        known = versions.versions(citation.document_id)
        then = [each for each in known if each.published_at is not None and each.published_at <= question.asked_at]
        if not then:
            return True
        before = versions.text(citation.document_id, max(each.number for each in then))
    except NotFound:
        return False  # gone since it was cited
    return comparable(citation.quote) not in comparable(before)
