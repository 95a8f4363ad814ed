"""A knowledge base made from a suite's corpus, so that a suite is searched by the product's own code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from core.types import Audience, DocumentKind, PassageId, indexed_text
from eval.suite import CorpusEntry, CorpusId, RetrievalSuite
from ingest.embedding import embed
from ingest.pairs import SplitDocument
from ingest.sandbox import Sandbox
from ingest.splitting import split
from kb.following import FollowingIndexes
from kb.index import Collection
from kb.prepared import PreparedPassage, PreparedVersion
from kb.store import KnowledgeBase, Upload
from models.encoder import Encoder

PREFIX_TOKENS = 8
"""Room for the encoder's prefix and end marks."""


@dataclass(frozen=True, slots=True)
class BuiltSuite:
    """A suite's corpus as one published document, and which entry each passage comes from."""

    entries: Mapping[PassageId, CorpusId]
    encoder_key: str
    passages_per_second: float | None
    index_bytes: int

    @property
    def passages(self) -> int:
        """Published passages; more than corpus entries when long ones were split."""
        return len(self.entries)

    def entry_of(self, passage_id: int) -> CorpusId:
        """The corpus entry that a passage was cut from."""
        return self.entries[PassageId(passage_id)]


def build(
    suite: RetrievalSuite,
    kb: KnowledgeBase,
    indexes: FollowingIndexes,
    encoder: Encoder,
    sandbox: Sandbox,
    work: Path,
    *,
    report: Callable[[float], None],
) -> BuiltSuite:
    """Publish the corpus as one document. An entry stays whole if the encoder can read it whole, else it is split.

    A corpus that `kb` holds from an earlier run keeps its vectors; the rate is then unknown.
    """
    started = perf_counter()
    pieces = [pieces_of(entry, encoder, sandbox, work) for entry in suite.corpus]
    sources = [entry.corpus_id for entry, own in zip(suite.corpus, pieces, strict=True) for _ in own.passages]
    document = _joined(pieces)
    fresh = embed(document, known=kb, encoder=encoder, report=report)
    _publish(
        suite,
        document,
        kb,
        PreparedVersion(
            kind=DocumentKind.TEXT,
            text=document.text,
            passages=document.passages,
            pairs=(),
            warnings=(),
            encoder_key=encoder.identity.key,
            passage_vectors=fresh.passages,
            question_vectors={},
            tokens=fresh.tokens,
        ),
    )
    indexes.refresh()
    seconds = perf_counter() - started
    # Ids rise with the order of the passages, and the corpus is the only document.
    entries = dict(zip(map(PassageId, kb.live_ids(Collection.PASSAGES).tolist()), sources, strict=True))
    distinct = len({passage.indexed_text for passage in document.passages})
    return BuiltSuite(
        entries,
        encoder.identity.key,
        len(entries) / seconds if len(fresh.passages) == distinct else None,
        sum(indexes.sizes().values()),
    )


def _publish(suite: RetrievalSuite, document: SplitDocument, kb: KnowledgeBase, prepared: PreparedVersion) -> None:
    """Publish the corpus unless it is there already, byte for byte."""
    lines = "\n".join(
        json.dumps([entry.corpus_id, entry.title, entry.text], ensure_ascii=False) for entry in suite.corpus
    )
    settings = json.dumps([prepared.encoder_key, len(document.passages)])
    version = kb.accept(
        Upload(name=f"{suite.name}.jsonl", audience=Audience.PUBLIC), [settings.encode(), b"\n", lines.encode()]
    )
    job = kb.lease("eval", version=(version.document_id, version.number))
    if job is not None:
        kb.publish(job, prepared)


def pieces_of(entry: CorpusEntry, encoder: Encoder, sandbox: Sandbox, work: Path) -> SplitDocument:
    """A corpus entry as passages: whole if the encoder can read it whole, else split. `work` is for a file of the moment."""
    context = entry.title
    tokens = encoder.count_tokens([indexed_text(context, entry.text)])[0]
    if tokens <= encoder.max_tokens - PREFIX_TOKENS:
        heading = (entry.title,) if entry.title else ()
        whole = PreparedPassage(heading, None, 0, len(entry.text), entry.text, context)
        return SplitDocument(entry.text, (whole,), ())
    path = work / "entry.md"
    path.write_text(entry.text, encoding="utf-8")
    parsed = sandbox.parse(path, "entry.md", kind=DocumentKind.TEXT)
    return split(
        replace(parsed, title=entry.title or parsed.title), title=entry.title, count_tokens=encoder.count_tokens
    )


def _joined(pieces: Sequence[SplitDocument]) -> SplitDocument:
    passages: list[PreparedPassage] = []
    at = 0
    for piece in pieces:
        passages += [replace(passage, start=passage.start + at, end=passage.end + at) for passage in piece.passages]
        at += len(piece.text) + 1
    return SplitDocument("\n".join(piece.text for piece in pieces), tuple(passages), ())
