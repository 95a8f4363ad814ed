"""How search and restart behave as the knowledge base grows.

    python -m eval.benchmarks.search_scale [--passages 10000 100000] [--questions 200] [--threads 2] [--json FILE]

Synthetic on purpose, because no encoder is needed to fill the base: texts are words drawn by their
frequency in Chinese, vectors lie around random topics. Times and sizes are those of real use,
relevance isn't measured. The questions go through the real encoder; the vector that is searched
is one near a topic, since the encoder's own would be far from all of them.

Each size is filled by one process and searched by a second, which starts as after a restart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

import numpy as np

from core.database import open_engine
from core.migrations import migrate
from core.types import Audience, DocumentKind
from kb.blobs import BlobStore
from kb.index import Collection, Filter, Probe
from kb.indexes import Indexes
from kb.prepared import PreparedPassage, PreparedVersion, text_hash
from kb.store import KnowledgeBase, Upload
from models.encoder import Vectors
from models.onnx_encoder import DIMENSION, OnnxEncoder

PER_DOCUMENT: Final = 1_000
WORDS_PER_PASSAGE: Final = 130
"""Some 210 characters, a usual length of a passage."""

TOPICS: Final = 500
NOISE: Final = 0.8
"""Length of what is added to a topic of length 1: cosines near .6 within a topic, near 0 between two."""

INTERNAL_EVERY: Final = 20
"""One document in so many is internal, so that the filter has something to keep out."""

K: Final = 20
ONLY: Final = Filter(Audience.PUBLIC, date(2026, 1, 1))


@dataclass(frozen=True, slots=True)
class Filled:
    """What it cost to fill a knowledge base."""

    index_s: float
    """Reading all passages from SQL and indexing them, words and vectors."""
    save_s: float
    database_bytes: int
    index_bytes: dict[str, int]
    """Of the saved files, by index."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a process measured that started on a filled knowledge base. Times in milliseconds."""

    ready_s: float
    """From opening the database to the first possible search: reading, comparing and loading the files."""
    caught_up_s: float
    """The same when a document of 1,000 passages was deleted after the save."""
    encoder_ms: tuple[float, float]
    dense_ms: tuple[float, float]
    lexical_ms: tuple[float, float]
    both_ms: tuple[float, float]
    """Encoder and dense index in one thread, lexical index in another; (p50, p95) as the others."""
    recall_at_10: float
    """Of the dense index against comparing every vector, on these synthetic vectors."""
    resident_mb: float
    peak_mb: float


class Synthetic:
    """Texts and vectors that depend on the seed alone."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._topics = _unit(np.random.default_rng(0).normal(size=(TOPICS, DIMENSION)))
        listed = Path(str(distribution("jieba").locate_file("jieba/dict.txt"))).read_text("utf-8").split()
        self._words = np.array(listed[0::3])
        counts = np.array(listed[1::3], dtype=np.float64)
        self._share = counts / counts.sum()

    def texts(self, count: int, words: int) -> list[str]:
        """So many texts of so many words."""
        drawn = self._random.choice(self._words, size=(count, words), p=self._share)
        return ["".join(row[: words // 2]) + "，" + "".join(row[words // 2 :]) for row in drawn]

    def vectors(self, count: int) -> Vectors:
        """Shape `(count, DIMENSION)`."""
        near = self._topics[self._random.integers(TOPICS, size=count)]
        noise = self._random.normal(size=(count, DIMENSION)) / np.sqrt(DIMENSION)
        return _unit(near + NOISE * noise)


def _unit(rows: np.ndarray) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@contextmanager
def opened(home: Path) -> Iterator[KnowledgeBase]:
    """The knowledge base of a home."""
    engine = open_engine(f"sqlite:///{home / 'zhida.db'}")
    migrate(engine)
    try:
        yield KnowledgeBase(engine, BlobStore(home / "blobs", max_bytes=1 << 30))
    finally:
        engine.dispose()


def fill(home: Path, passages: int, *, threads: int) -> Filled:
    """Publish so many passages, index and save them."""
    identity, synthetic = OnnxEncoder().identity, Synthetic(seed=1)
    with opened(home) as kb:
        for number in range(passages // PER_DOCUMENT):
            publish(kb, number, synthetic, identity.key)
        indexes = Indexes(kb, home / "indexes", identity, threads=threads)
        indexes.open()
        index_s = seconds(indexes.rebuild)
        kb.delete(kb.documents()[0].document_id)
        indexes.refresh()
        save_s = seconds(indexes.save)
        index_bytes = {
            name: sum(file.stat().st_size for file in (home / "indexes" / recorded.folder).iterdir())
            for name in indexes.sizes()
            if (recorded := kb.snapshot(name)) is not None
        }
        indexes.close()
    return Filled(index_s, save_s, (home / "zhida.db").stat().st_size, index_bytes)


def publish(kb: KnowledgeBase, number: int, synthetic: Synthetic, encoder_key: str) -> None:
    """One document of `PER_DOCUMENT` passages."""
    texts = synthetic.texts(PER_DOCUMENT, WORDS_PER_PASSAGE)
    passages, at = [], 0
    for text in texts:
        passages.append(PreparedPassage((), None, at, at + len(text), text, ""))
        at += len(text) + 1
    audience = Audience.PUBLIC if (number + 1) % INTERNAL_EVERY else Audience.INTERNAL
    kb.accept(Upload(f"document-{number}.txt", audience), [f"{number}".encode()])
    job = kb.lease("benchmark")
    assert job is not None
    vectors = synthetic.vectors(len(texts))
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


def search(home: Path, questions: int, *, threads: int) -> Searched:
    """Open the indexes as after a restart, ask, and open them once more with a change to replay."""
    encoder, synthetic = OnnxEncoder(threads=threads), Synthetic(seed=2)
    identity = encoder.identity
    texts = synthetic.texts(questions, 8)
    probes = [Probe(text, vector) for text, vector in zip(texts, synthetic.vectors(questions), strict=True)]
    encoder.encode_questions(texts[:1])
    with opened(home) as kb, ThreadPoolExecutor(1) as pool:
        indexes = Indexes(kb, home / "indexes", identity, threads=threads)
        ready_s = seconds(indexes.open)

        def dense(probe: Probe) -> list[int]:
            found = indexes.search(Collection.PASSAGES, "dense", probe, k=K, only=ONLY)
            return [candidate.entry_id for candidate in found]

        def lexical(probe: Probe) -> object:
            return indexes.search(Collection.PASSAGES, "lexical", probe, k=K, only=ONLY)

        def both(probe: Probe) -> object:
            words = pool.submit(lexical, probe)
            encoder.encode_questions([probe.text])
            return dense(probe), words.result()

        both(probes[0])  # the dictionary of words is loaded by the first question
        timed = {
            "encoder_ms": spread(lambda probe: encoder.encode_questions([probe.text]), probes),
            "dense_ms": spread(dense, probes),
            "lexical_ms": spread(lexical, probes),
            "both_ms": spread(both, probes),
        }
        resident_mb, peak_mb = memory_mb()
        recall = _recall(kb, identity.key, probes[:50], dense)
        indexes.close()
        kb.delete(kb.documents()[0].document_id)
        caught_up_s = seconds(indexes.open)
        indexes.close()
    return Searched(ready_s, caught_up_s, **timed, recall_at_10=recall, resident_mb=resident_mb, peak_mb=peak_mb)


def _recall(kb: KnowledgeBase, encoder_key: str, probes: Sequence[Probe], dense: Callable[[Probe], list[int]]) -> float:
    """Share of the ten nearest of all vectors that the index finds among its first ten."""
    questions = np.stack([probe.vector for probe in probes])
    scores: list[Vectors] = []
    ids: list[int] = []
    live = kb.live_ids(Collection.PASSAGES).tolist()
    for at in range(0, len(live), 5_000):
        entries = kb.entries(Collection.PASSAGES, live[at : at + 5_000], encoder_key=encoder_key)
        allowed = [entry for entry in entries if entry.audience is Audience.PUBLIC]
        if allowed:
            ids.extend(entry.entry_id for entry in allowed)
            scores.append(questions @ np.stack([entry.vector for entry in allowed]).T)
    nearest = np.argsort(-np.concatenate(scores, axis=1), axis=1)[:, :10]
    shares = [
        len({ids[at] for at in row}.intersection(dense(probe)[:10])) / 10
        for row, probe in zip(nearest, probes, strict=True)
    ]
    return float(np.mean(shares))


def seconds(task: Callable[[], object]) -> float:
    """How long a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def spread(task: Callable[[Probe], object], probes: Sequence[Probe]) -> tuple[float, float]:
    """Milliseconds of the median and of the 95th percentile."""
    times = [1000 * seconds(partial(task, probe)) for probe in probes]
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


def memory_mb() -> tuple[float, float]:
    """This process's resident memory now and at its highest."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) / 1024, int(status["VmHWM"].split()[0]) / 1024


def report(passages: int, filled: Filled, searched: Searched) -> None:
    """Print a size's figures."""
    total = sum(filled.index_bytes.values())
    print(f"\n{passages:,} passages (synthetic)")
    print(f"  indexed from SQL      {filled.index_s:8.1f} s   {passages / filled.index_s:,.0f} passages/s")
    print(
        f"  saved                 {filled.save_s:8.2f} s   {total / 1e6:.1f} MB, database {filled.database_bytes / 1e6:.0f} MB"
    )
    print(
        f"  ready after restart   {searched.ready_s:8.2f} s   with 1,000 changes to replay {searched.caught_up_s:.2f} s"
    )
    for name in ("encoder", "dense", "lexical", "both"):
        p50, p95 = getattr(searched, f"{name}_ms")
        print(f"  {name:<20}  {p50:8.2f} ms  p95 {p95:.2f} ms")
    print(f"  dense recall@10       {searched.recall_at_10:8.3f}     against comparing every vector")
    print(f"  memory                {searched.resident_mb:8.0f} MB  peak {searched.peak_mb:.0f} MB", flush=True)


def run_apart(phase: str, home: Path, arguments: argparse.Namespace, number: int) -> dict[str, object]:
    """Run one phase in a process of its own and return its figures."""
    command = [sys.executable, "-m", __spec__.name, "--phase", phase, "--home", str(home)]
    command += ["--passages", str(number), "--questions", str(arguments.questions), "--threads", str(arguments.threads)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    figures: dict[str, object] = json.loads(ended.stdout)
    return figures


def main() -> None:
    """Read the options; measure each size, or one phase of it in a child process."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000], help="multiples of 1000")
    options.add_argument("--questions", type=int, default=200)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--json", type=Path)
    options.add_argument("--phase", choices=["fill", "search"], help=argparse.SUPPRESS)
    options.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.phase == "fill":
        print(json.dumps(asdict(fill(arguments.home, arguments.passages[0], threads=arguments.threads))))
        return
    if arguments.phase == "search":
        print(json.dumps(asdict(search(arguments.home, arguments.questions, threads=arguments.threads))))
        return
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; synthetic texts and vectors, real encoder")
    results = {}
    for passages in arguments.passages:
        with tempfile.TemporaryDirectory(prefix="zhida-scale-") as folder:
            filled = run_apart("fill", Path(folder), arguments, passages)
            searched = run_apart("search", Path(folder), arguments, passages)
        results[passages] = {"filled": filled, "searched": searched}
        report(passages, Filled(**filled), Searched(**searched))  # type: ignore[arg-type]  # JSON of these very classes
    if arguments.json:
        arguments.json.write_text(json.dumps({"cores": os.cpu_count(), "sizes": results}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
