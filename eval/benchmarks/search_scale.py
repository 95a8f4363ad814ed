"""How search, restart and building behave as the knowledge base grows.

    python -m eval.benchmarks.search_scale [--passages 1000 10000 100000 1000000] [--questions 200] [--run FILE]

Texts and vectors are synthetic, because encoding a million passages takes hours. Times and sizes
are those of real use: each question is understood, encoded by the real encoder, searched on both
sides, merged and joined with SQL by the product's own retriever. Relevance isn't measured.

**Texts** are words drawn by their frequency in Chinese; a question is a piece of a passage, 20
characters of it, or 120 for the long ones.

**Vectors** are made from the real ones of the sample's sentences, since both usual ways mislead: of
uniformly random vectors nobody is near, and round clusters are found by any grouping. Each is the
mixture of two sentences (at most half of the second) with normal noise of half the sample's own
covariance, so it lies in the same narrow cone; a question lies beside a passage, moved by the mean
difference between questions and passages and by noise of .8 of that covariance. With 4,435 vectors
the median cosine of a question with its nearest, 10th, 100th and middle passage is .94, .88, .86 and
.82; with 4,435 real passages of three public sets and their real questions it is .92, .88, .86 and .82.
Grouped search finds them harder than real ones: with an eighth of the groups compared .86 of the ten
nearest against .96. So recall@10 here is a careful figure.

Each size is filled by one process and searched by a second, which starts as after a restart.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.database import open_engine
from core.migrations import migrate
from core.types import Audience, DocumentKind, EncoderIdentity, Query
from eval.measures.mean import Mean
from eval.runs import RunKind, SystemRun, Timings, record, write_run
from kb.blobs import BlobStore
from kb.index import Collection, Filter, Probe
from kb.indexes import Indexes, Kind
from kb.prepared import PreparedPassage, PreparedVersion, text_hash
from kb.store import KnowledgeBase, Upload
from models.encoder import Vectors
from models.onnx_encoder import OnnxEncoder
from retrieval.search import Retriever

PER_DOCUMENT: Final = 1_000
WORDS_PER_PASSAGE: Final = 130
"""Some 210 characters, a usual length of a passage."""

QUESTION_CHARACTERS: Final = 20
LONG_CHARACTERS: Final = 120
MIXED: Final = 0.5
PASSAGE_NOISE: Final = 0.5
QUESTION_NOISE: Final = 0.8

INTERNAL_EVERY: Final = 20
"""One document in so many is internal, so that the filter has something to keep out."""

SEED: Final = 1
EXACT_QUESTIONS: Final = 100
"""Questions whose ten nearest are looked up among all vectors."""

K: Final = 50
"""Candidates of each side, as the product asks for."""

TODAY: Final = date(2026, 1, 1)
ONLY: Final = Filter(Audience.PUBLIC, TODAY)
SAMPLE: Final = Path(__file__).parents[2] / "sample"

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


class Texts:
    """Texts that depend on the seed alone."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        listed = Path(str(distribution("jieba").locate_file("jieba/dict.txt"))).read_text("utf-8").split()
        self._words = np.array(listed[0::3], dtype=object)
        self._up_to = np.cumsum(np.array(listed[1::3], dtype=np.float64))

    def make(self, count: int) -> list[str]:
        """So many passages."""
        drawn = self._random.random((count, WORDS_PER_PASSAGE)) * self._up_to[-1]
        half = WORDS_PER_PASSAGE // 2
        rows = self._words[np.searchsorted(self._up_to, drawn, side="right")]
        return ["".join(row[:half]) + "，" + "".join(row[half:]) for row in rows]


class Space:
    """Vectors like those of the sample's sentences."""

    def __init__(self, passages: Vectors, questions: Vectors, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._passages = passages
        self._shift = questions.mean(axis=0) - passages.mean(axis=0)
        spread = np.cov(passages.T) + 1e-9 * np.eye(passages.shape[1])
        self._spread = np.linalg.cholesky(spread).T.astype(np.float32)

    @classmethod
    def read(cls, file: Path, seed: int) -> Space:
        """From what `encode_sample` wrote."""
        with np.load(file, allow_pickle=False) as stored:
            return cls(stored["passages"], stored["questions"], seed)

    def passages(self, count: int) -> Vectors:
        """Shape `(count, DIMENSION)`."""
        one, other = self._random.integers(len(self._passages), size=(2, count))
        share = self._random.uniform(0, MIXED, size=(count, 1)).astype(np.float32)
        mixed = (1 - share) * self._passages[one] + share * self._passages[other]
        return _unit(mixed + PASSAGE_NOISE * self._noise(count))

    def questions(self, answers: Vectors) -> Vectors:
        """One beside each of these passages."""
        return _unit(answers + self._shift + QUESTION_NOISE * self._noise(len(answers)))

    def _noise(self, count: int) -> Vectors:
        drawn = self._random.standard_normal((count, self._spread.shape[0]), dtype=np.float32)
        return np.asarray(drawn @ self._spread, dtype=np.float32)


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


def _unit(rows: np.ndarray) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def encode_sample(encoder: OnnxEncoder, file: Path) -> None:
    """Encode the sentences and questions of the sample knowledge base."""
    sentences: set[str] = set()
    for source in sorted(SAMPLE.glob("sources/*.md")):
        parts = re.split(r"(?<=[。！？；\n])|(?<=\. )", source.read_text(encoding="utf-8"))
        sentences.update(part.strip() for part in parts if 8 <= len(part.strip()) <= 200)
    questions = [json.loads(line)["question"] for line in (SAMPLE / "questions.jsonl").read_text("utf-8").splitlines()]
    np.savez(file, passages=encoder.encode_passages(sorted(sentences)), questions=encoder.encode_questions(questions))


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


HEAD: Final = """
| passages | encoder p50 / p95 | dense | lexical | lexical, long question | whole search p50 / p95 | recall@10 | built | ready after restart | index files | memory (peak) |
|---|---|---|---|---|---|---|---|---|---|---|"""


def row(passages: int, filled: Filled, searched: Searched) -> str:
    """A size's figures as a row of the table."""

    def ms(spread: Spread) -> str:
        return f"{spread[0]:.1f} / {spread[1]:.1f} ms"

    cells = [
        f"{passages:,}",
        *map(ms, (searched.encoder_ms, searched.dense_ms, searched.lexical_ms, searched.long_ms, searched.whole_ms)),
        f"{searched.recall_at_10:.3f}",
        f"{filled.index_s:.0f} s",
        f"{searched.ready_s:.2f} s",
        f"{sum(filled.index_bytes.values()) / 1e6:,.0f} MB",
        f"{searched.resident_mb:,.0f} ({searched.peak_mb:,.0f}) MB",
    ]
    return f"| {' | '.join(cells)} |"


def system_run(passages: int, filled: Filled, searched: Searched, questions: int) -> SystemRun:
    """A size's figures for a run file."""
    timed = {
        f"{name}_{share}_ms": value
        for name in ("encoder", "dense", "lexical", "long", "whole")
        for share, value in zip(("p50", "p95"), getattr(searched, f"{name}_ms"), strict=True)
    }
    facts = {
        "passages": passages,
        **timed,
        "index_s": filled.index_s,
        "save_s": filled.save_s,
        "ready_s": searched.ready_s,
        "caught_up_s": searched.caught_up_s,
        "index_bytes": sum(filled.index_bytes.values()),
        "database_bytes": filled.database_bytes,
        "resident_bytes": searched.resident_mb * 2**20,
        "peak_bytes": searched.peak_mb * 2**20,
        "building_peak_bytes": filled.peak_mb * 2**20,
    }
    recall = Mean(searched.recall_at_10, 0.0, min(questions, EXACT_QUESTIONS))
    return SystemRun({"recall@10": recall}, timings_ms=Timings(*searched.whole_ms), facts=facts)


def run_apart(phase: str, home: Path, arguments: argparse.Namespace, number: int) -> dict[str, Any]:
    """Run one phase in a process of its own and return its figures."""
    command = [sys.executable, "-m", __spec__.name, "--phase", phase, "--home", str(home)]
    command += ["--vectors", str(arguments.vectors), "--passages", str(number)]
    command += ["--questions", str(arguments.questions), "--threads", str(arguments.threads)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    figures: dict[str, Any] = json.loads(ended.stdout)
    return figures


def measure(arguments: argparse.Namespace, passages: int) -> tuple[Filled, Searched]:
    """One size, in a folder that goes afterwards; `--home` keeps it and finds it filled the next time."""
    with tempfile.TemporaryDirectory(prefix="zhida-scale-") as folder:
        home = Path(folder) if arguments.home is None else arguments.home / str(passages)
        known = home / "filled.json"
        if not known.exists():
            home.mkdir(parents=True, exist_ok=True)
            known.write_text(json.dumps(run_apart("fill", home, arguments, passages)), encoding="utf-8")
        searched = run_apart("search", home, arguments, passages)
        return Filled(**json.loads(known.read_text(encoding="utf-8"))), Searched(**searched)


def read_options() -> argparse.Namespace:
    """The options; those without help are for the child processes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--passages", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="multiples of 1000")
    options.add_argument("--questions", type=int, default=200)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--home", type=Path, help="keep the knowledge bases here, by their size")
    options.add_argument("--vectors", type=Path, help="keep the sample's vectors in this file (.npz)")
    options.add_argument("--run", type=Path, help="write a run file")
    options.add_argument("--phase", choices=["fill", "search"], help=argparse.SUPPRESS)
    return options.parse_args()


def main() -> None:
    """Measure each size, or one phase of it in a child process."""
    arguments = read_options()
    if arguments.phase is not None:
        space = Space.read(arguments.vectors, SEED if arguments.phase == "fill" else SEED + 1)
        figures: Filled | Searched
        if arguments.phase == "fill":
            figures = fill(arguments.home, space, arguments.passages[0], threads=arguments.threads)
        else:
            figures = search(arguments.home, space, arguments.questions, threads=arguments.threads)
        print(json.dumps(asdict(figures)))
        return
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f}; synthetic texts and vectors, real encoder", flush=True)
    with tempfile.TemporaryDirectory(prefix="zhida-scale-") as folder:
        arguments.vectors = arguments.vectors or Path(folder) / "sample.npz"
        if not arguments.vectors.exists():
            encode_sample(OnnxEncoder(threads=arguments.threads), arguments.vectors)
        results = {}
        print(HEAD)
        for passages in arguments.passages:
            results[passages] = measure(arguments, passages)
            print(row(passages, *results[passages]), flush=True)
    if arguments.run:
        write_run(
            arguments.run,
            record(
                RunKind.LATENCY,
                "search-scale",
                {f"{size:,} passages": system_run(size, *each, arguments.questions) for size, each in results.items()},
                models={"encoder": OnnxEncoder().identity.key},
                settings={"questions": arguments.questions, "threads": arguments.threads, "load_before": load},
                seed=SEED,
            ),
        )


if __name__ == "__main__":
    main()
