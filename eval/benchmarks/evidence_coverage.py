"""How much of the evidence reaches whoever writes the answer: hits alone against sections of several sizes.

    python -m eval.benchmarks.evidence_coverage --data FOLDER [--home FOLDER]

FOLDER holds `corpus.jsonl` (id, text: whole documents as Markdown) and `dev/queries.jsonl` or
`queries.jsonl` (text, and `evidence`: sentences of the documents). The documents are taken in as a
manager's uploads are. A sentence counts as given if one piece of the evidence has seven in ten of
its pairs of neighbouring words: parsing takes Markdown's marks away, so it can't be compared letter
by letter. The first line says how many sentences the stored documents have at all by that measure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from agent.policy import AnswerPolicy
from core.blobs import BlobStore
from core.clock import utc_now
from core.database import open_engine
from core.migrations import migrate
from core.text import HAN, fold
from core.types import Hit, Query
from ingest.sandbox import Sandbox
from ingest.worker import Worker
from kb.index import Filter
from kb.indexes import Indexes
from kb.records import Upload
from kb.store import KnowledgeBase
from models.onnx_encoder import OnnxEncoder
from retrieval.expansion import Growth, alone, expand
from retrieval.search import Retriever

SHARE: Final = 0.7

MAX_BYTES: Final = 1 << 30

_WORD: Final = re.compile(f"[a-z0-9]+|[{HAN}]")

Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the sentences that answer it."""

    question: str
    sentences: tuple[Pairs, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """A knowledge base with the product's own ways in and out."""

    kb: KnowledgeBase
    indexes: Indexes
    retriever: Retriever
    worker: Worker


@contextmanager
def opened(home: Path) -> Iterator[Base]:
    """Open the knowledge base of a folder, which may be empty."""
    home.mkdir(parents=True, exist_ok=True)
    encoder = OnnxEncoder(threads=os.cpu_count() or 1)
    with ExitStack() as closing:
        engine = open_engine(f"sqlite:///{home / 'zhida.db'}")
        closing.callback(engine.dispose)
        migrate(engine)
        kb = KnowledgeBase(engine, BlobStore(home / "blobs", max_bytes=MAX_BYTES))
        indexes = Indexes(kb, home / "indexes", encoder.identity, threads=os.cpu_count() or 1)
        indexes.open()
        closing.callback(indexes.close)
        retriever = Retriever(kb, indexes, encoder)
        closing.callback(retriever.close)
        sandbox = Sandbox()
        closing.callback(sandbox.close)
        yield Base(kb, indexes, retriever, Worker(kb, encoder, sandbox, owner="eval"))


@dataclass(frozen=True, slots=True)
class Variant:
    """How evidence is put together: from so many hits, grown or not, with the tail dropped, so many pieces of it."""

    name: str
    hits: int
    pieces: int
    growth: Growth | None = None
    drop: float = 0.0


POLICY: Final = AnswerPolicy()
CANDIDATES: Final = POLICY.candidates
PIECES: Final = POLICY.evidence
BUDGET: Final = POLICY.evidence_characters
VARIANTS: Final = (
    Variant("3 hits", 3, 3),
    Variant("6 hits", 6, 6),
    Variant(f"{CANDIDATES} hits", CANDIDATES, PIECES),
    *(Variant(f"3 hits grown to {size}", 3, 3, Growth(characters=size)) for size in (1200, 1800)),
    *(
        Variant(f"{CANDIDATES} hits grown to {size}", CANDIDATES, PIECES, Growth(characters=size))
        for size in (0, 900, 1200, 1500, 2000)
    ),
    *(
        Variant(f"{CANDIDATES} joined, drop at {share}", CANDIDATES, PIECES, Growth(characters=0), drop=share)
        for share in (0.1, 0.2, 0.3, 0.5)
    ),
)


def read_cases(path: Path) -> list[Case]:
    """Questions with evidence; one that leans on an earlier question comes with it."""
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences = [pairs(sentence) for each in row.get("evidence") or () for sentence in each["sentences"]]
        asked = " ".join(filter(None, (_text(row.get("context")), row["text"])))
        if any(sentences):
            cases.append(Case(asked, tuple(sentence for sentence in sentences if sentence)))
    return cases


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def pairs(text: str) -> Pairs:
    """Pairs of neighbouring words."""
    return frozenset(pairwise(_WORD.findall(fold(text))))


def holds(pieces: Iterable[Pairs], sentence: Pairs) -> bool:
    """Whether one of the pieces has the sentence."""
    return any(len(sentence & piece) >= SHARE * len(sentence) for piece in pieces)


def evidence(base: Base, hits: Sequence[Hit], variant: Variant) -> list[str]:
    """The texts that a model would be given, best first."""
    only = Filter(Query(text="").audience, utc_now().date())
    taken = drop_tail(hits[: variant.hits], share=variant.drop)
    sections = [alone(hit) for hit in taken]
    if variant.growth is not None:
        sections = expand(base.kb, taken, only, variant.growth)
    texts: list[str] = []
    characters = 0
    for section in sections[: variant.pieces]:
        characters += len(section.whole.text)
        if texts and characters > BUDGET:
            break
        texts.append(section.whole.indexed_text)
    return texts


def drop_tail(hits: Sequence[Hit], *, share: float) -> list[Hit]:
    """The hits whose score is at least `share` of the way from the last hit's score to the best one's.

    Scores of the ranking are sums of standardised features, so their ratios mean nothing; their
    distances do. Measured here and not part of the product: what it saves in reading it costs in evidence.
    """
    if not hits:
        return []
    best, last = hits[0].score, hits[-1].score
    least = last + share * (best - last)
    return [hit for hit in hits if hit.score >= least]


def take_in(base: Base, corpus: Path) -> None:
    """Upload every document and wait until all are ready."""
    for line in corpus.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        base.kb.accept(Upload(name=row["id"]), [row["text"].encode()])
    base.worker.run_all()
    base.indexes.refresh()


def measure(base: Base, cases: Sequence[Case]) -> None:
    """Print one line per variant."""
    kb = base.kb
    stored = [
        pairs(kb.text(each.document_id, each.live_version)) for each in kb.documents() if each.live_version is not None
    ]
    known = fmean(holds(stored, sentence) for case in cases for sentence in case.sentences)
    print(
        f"{len(cases)} questions, {sum(len(case.sentences) for case in cases)} sentences, {known:.3f} in the documents"
    )
    found = [base.retriever.search(Query(text=case.question), k=CANDIDATES) for case in cases]
    print(f"{'evidence':28} sentences  questions  pieces  characters")
    for variant in VARIANTS:
        given, whole, pieces, length = [], [], [], []
        for case, hits in zip(cases, found, strict=True):
            texts = evidence(base, hits, variant)
            held = [holds([pairs(text) for text in texts], sentence) for sentence in case.sentences]
            given += held
            whole.append(all(held))
            pieces.append(len(texts))
            length.append(sum(map(len, texts)))
        print(
            f"{variant.name:28} {fmean(given):9.3f} {fmean(whole):10.3f} {fmean(pieces):7.1f} {fmean(length):11.0f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--home", type=Path, help="keep the knowledge base there, so that the next run needn't embed")
    options = parser.parse_args()
    queries = options.data / "dev" / "queries.jsonl"
    cases = read_cases(queries if queries.is_file() else options.data / "queries.jsonl")
    with tempfile.TemporaryDirectory() as folder, opened(options.home or Path(folder)) as base:
        if not base.kb.documents():
            take_in(base, options.data / "corpus.jsonl")
        measure(base, cases)


if __name__ == "__main__":
    main()
