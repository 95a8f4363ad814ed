"""Filling a knowledge base of synthetic passages, and searching it after a restart. See `eval.benchmarks.search_scale`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from core.blobs import BlobStore
from core.database import open_engine
from core.migrations import migrate
from core.types import Audience, DocumentKind, EncoderIdentity, Query
from eval.benchmarks.scale_data import SEED, Space, Texts
from kb.index import Collection, Filter, Probe
from kb.indexes import Indexes, Kind
from kb.prepared import PreparedPassage, PreparedVersion, text_hash
from kb.store import KnowledgeBase, Upload
from models.encoder import Vectors
from models.onnx_encoder import OnnxEncoder
from retrieval.search import Retriever

PER_DOCUMENT: Final = 1_000
QUESTION_CHARACTERS: Final = 20
LONG_CHARACTERS: Final = 120
INTERNAL_EVERY: Final = 20
"""One document in so many is internal, so that the filter has something to keep out."""

EXACT_QUESTIONS: Final = 100
"""Questions whose ten nearest are looked up among all vectors."""

K: Final = 50
"""Candidates of each side, as the product asks for."""

TODAY: Final = date(2026, 1, 1)
ONLY: Final = Filter(Audience.PUBLIC, TODAY)
Spread = tuple[float, float]
"""Milliseconds of the median and of the 95th percentile."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What it cost to fill a knowledge base."""

    index_s: float
    """Reading all passages from SQL and indexing them, words and vectors."""
    save_s: float
    database_bytes: int
    index_bytes: dict[str, int]
    """Of the saved files, by index."""
    peak_mb: float
    """Highest resident memory of the process that built the indexes."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a process measured that started on a filled knowledge base."""

    ready_s: float
    """From opening the database to the first possible search: reading, comparing and loading the files."""
    caught_up_s: float
    """The same when a document of 1,000 passages was deleted after the save."""
    encoder_ms: Spread
    dense_ms: Spread
    lexical_ms: Spread
    long_ms: Spread
    """The lexical side alone with long questions."""
    whole_ms: Spread
    """From the question to the passages that a customer could be shown."""
    recall_at_10: float
    """Of the dense index against comparing every vector."""
    resident_mb: float
    """With the pages of index files that are mapped, which the system takes back when it needs them."""
    peak_mb: float


class Answering:
    """The real encoder's time with the synthetic questions' vectors."""

    def __init__(self, encoder: OnnxEncoder, vectors: Mapping[str, Vectors]) -> None:
        self._encoder = encoder
        self._vectors = vectors
        self.max_tokens = encoder.max_tokens
        self.count_tokens = encoder.count_tokens
        self.encode_passages = encoder.encode_passages

    @property
    def identity(self) -> EncoderIdentity:
        """The encoder's own."""
        return self._encoder.identity

    def encode_questions(self, texts: Sequence[str], /) -> Vectors:
        """Encode, and give the vectors that belong to these texts instead."""
        encoded = self._encoder.encode_questions(texts)
        return np.stack([self._vectors.get(text, own) for text, own in zip(texts, encoded, strict=True)])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its long form, and its synthetic vector."""

    text: str
    long: str
    vector: Vectors

    @property
    def probe(self) -> Probe:
        """For one index alone."""
        return Probe(self.text, self.vector)


@contextmanager
def opened(home: Path) -> Iterator[KnowledgeBase]:
    """The knowledge base of a home."""
    engine = open_engine(f"sqlite:///{home / 'zhida.db'}")
    migrate(engine)
    try:
        yield KnowledgeBase(engine, BlobStore(home / "blobs", max_bytes=1 << 30))
    finally:
        engine.dispose()


def fill(home: Path, space: Space, passages: int, *, threads: int) -> Filled:
    """Publish so many passages, index and save them."""
    identity, texts = OnnxEncoder().identity, Texts(SEED)
    with opened(home) as kb:
        for number in range(passages // PER_DOCUMENT):
            publish(kb, number, texts.make(PER_DOCUMENT), space.passages(PER_DOCUMENT), identity.key)
        indexes = Indexes(kb, home / "indexes", identity, threads=threads)
        index_s = seconds(indexes.open)  # nothing is saved yet, so this builds all
        save_s = seconds(indexes.save)
        index_bytes = {
            name: sum(file.stat().st_size for file in (home / "indexes" / recorded.folder).iterdir())
            for name in indexes.sizes()
            if (recorded := kb.snapshot(name)) is not None
        }
        indexes.close()
    return Filled(index_s, save_s, (home / "zhida.db").stat().st_size, index_bytes, memory_mb()[1])


def publish(kb: KnowledgeBase, number: int, texts: Sequence[str], vectors: Vectors, encoder_key: str) -> None:
    """One document of these passages."""
    passages, at = [], 0
    for text in texts:
        passages.append(PreparedPassage((), None, at, at + len(text), text, ""))
        at += len(text) + 1
    audience = Audience.PUBLIC if (number + 1) % INTERNAL_EVERY else Audience.INTERNAL
    kb.accept(Upload(f"document-{number}.txt", audience), [f"{number}".encode()])
    job = kb.lease("benchmark")
    assert job is not None
    prepared = PreparedVersion(
        kind=DocumentKind.TEXT,
        text="\n".join(texts),
        passages=tuple(passages),
        pairs=(),
        warnings=(),
        encoder_key=encoder_key,
        passage_vectors={text_hash(text): vector for text, vector in zip(texts, vectors, strict=True)},
        question_vectors={},
    )
    kb.publish(job, prepared)


def ask_about(kb: KnowledgeBase, space: Space, questions: int, encoder_key: str) -> list[Asked]:
    """Questions about passages drawn from the whole base."""
    random = np.random.default_rng(SEED)
    drawn = np.sort(random.choice(kb.live_ids(Collection.PASSAGES), size=questions, replace=False)).tolist()
    about = kb.entries(Collection.PASSAGES, drawn, encoder_key=encoder_key)
    vectors = space.questions(np.stack([entry.vector for entry in about]))
    starts = random.integers(80, size=questions)
    return [
        Asked(entry.text[at : at + QUESTION_CHARACTERS], entry.text[at : at + LONG_CHARACTERS], vector)
        for entry, at, vector in zip(about, starts.tolist(), vectors, strict=True)
    ]


def search(home: Path, space: Space, questions: int, *, threads: int) -> Searched:
    """Open the indexes as after a restart, ask, and open them once more with a change to replay."""
    encoder = OnnxEncoder(threads=threads)
    identity = encoder.identity
    with opened(home) as kb:
        asked = ask_about(kb, space, questions, identity.key)
        indexes = Indexes(kb, home / "indexes", identity, threads=threads)
        retriever = Retriever(kb, indexes, Answering(encoder, {each.text: each.vector for each in asked}))
        ready_s = seconds(indexes.open)

        def side(kind: Kind, probe: Probe) -> list[int]:
            return [found.entry_id for found in indexes.search(Collection.PASSAGES, kind, probe, k=K, only=ONLY)]

        def whole(each: Asked) -> object:
            return retriever.find(Query(text=each.text, as_of=TODAY))

        whole(asked[0])  # the dictionary of words is loaded by the first question
        timed = {
            "encoder_ms": spread(lambda each: encoder.encode_questions([each.text]), asked),
            "dense_ms": spread(lambda each: side("dense", each.probe), asked),
            "lexical_ms": spread(lambda each: side("lexical", each.probe), asked),
            "long_ms": spread(lambda each: side("lexical", Probe(each.long, each.vector)), asked),
            "whole_ms": spread(whole, asked),
        }
        resident_mb, peak_mb = memory_mb()
        recall = _recall(kb, identity.key, [each.probe for each in asked[:EXACT_QUESTIONS]], partial(side, "dense"))
        retriever.close()
        indexes.close()
        kb.delete(kb.documents()[0].document_id)
        caught_up_s = seconds(indexes.open)
        indexes.close()
    return Searched(ready_s, caught_up_s, **timed, recall_at_10=recall, resident_mb=resident_mb, peak_mb=peak_mb)


def _recall(kb: KnowledgeBase, encoder_key: str, probes: Sequence[Probe], dense: Callable[[Probe], list[int]]) -> float:
    """Share of the ten nearest of all vectors that the index finds among its first ten."""
    questions = np.stack([probe.vector for probe in probes])
    best = np.full((len(probes), 10), -np.inf, dtype=np.float32)
    nearest = np.zeros((len(probes), 10), dtype=np.int64)
    live = kb.live_ids(Collection.PASSAGES).tolist()
    for at in range(0, len(live), 5_000):
        entries = kb.entries(Collection.PASSAGES, live[at : at + 5_000], encoder_key=encoder_key)
        allowed = [entry for entry in entries if entry.audience is Audience.PUBLIC]
        if not allowed:
            continue
        scores = np.concatenate([best, questions @ np.stack([entry.vector for entry in allowed]).T], axis=1)
        own = np.broadcast_to([entry.entry_id for entry in allowed], (len(probes), len(allowed)))
        top = np.argpartition(-scores, 9, axis=1)[:, :10]
        nearest = np.take_along_axis(np.concatenate([nearest, own], axis=1), top, axis=1)
        best = np.take_along_axis(scores, top, axis=1)
    shares = [
        len(set(row.tolist()).intersection(dense(probe)[:10])) / 10 for row, probe in zip(nearest, probes, strict=True)
    ]
    return float(np.mean(shares))


def seconds(task: Callable[[], object]) -> float:
    """How long a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def spread(task: Callable[[Asked], object], asked: Sequence[Asked]) -> Spread:
    """Time of a task for each question."""
    times = [1000 * seconds(partial(task, each)) for each in asked]
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


def memory_mb() -> tuple[float, float]:
    """This process's resident memory now and at its highest."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) / 1024, int(status["VmHWM"].split()[0]) / 1024
