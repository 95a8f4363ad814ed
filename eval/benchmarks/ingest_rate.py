"""How fast documents become searchable, against the encoder alone on the same passages.

    python -m eval.benchmarks.ingest_rate [--documents 40] [--rounds 2] [--threads 2] [FILE…]

Ingest is everything from the queue to the indexes: reading in the sandbox, cleaning, splitting,
duplicates, embedding, publishing, and the indexes' catching up. Ingest and encoder take turns,
each round in a fresh home, so that whatever else the machine does weighs on both. Without files it
writes its own documents. Exits with 1 below the target.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.blobs import BlobStore
from core.database import open_engine
from core.migrations import migrate
from core.types import VersionStatus
from ingest.sandbox import Sandbox
from ingest.worker import Worker
from kb.index import Collection
from kb.indexes import Indexes
from kb.store import KnowledgeBase, Upload
from models.encoder import Encoder
from models.onnx_encoder import OnnxEncoder

TARGET = 0.7
"""Share of the encoder's own rate that ingest must reach."""

SUBJECTS = ("订单", "发票", "会员积分", "退货申请", "保修服务", "配送地址", "优惠券", "支付方式", "预售商品", "礼品卡")
RULES = (
    "{subject}可以在提交后{n}天内修改，超过时间须联系客服人工处理。",
    "如果{subject}的状态超过{n}小时没有更新，请在帮助中心提交编号 ZD-{n} 的申请。",
    "购买满{n}元的客户，{subject}由专人负责，工作日{m}点之前提交的当天处理完毕。",
    "The {m}-day period for requests about {subject} starts on the day of delivery, and fee {n} applies after it.",
    "{subject}每月最多使用{m}次，每次不超过{n}元，并且不能与其他活动同时使用。",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock and of the processors, children included."""

    wall_s: float
    processor_s: float

    @classmethod
    def now(cls) -> Cost:
        """Since the process began."""
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return cls(time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall_s - other.wall_s, self.processor_s - other.processor_s)


@dataclass(frozen=True, slots=True)
class Round:
    """What the same passages took, as ingest and for the encoder alone."""

    passages: int
    ingest: Cost
    encoder: Cost


def written(documents: int, folder: Path) -> list[Path]:
    """Markdown documents of some 15 passages each; no two sentences are alike."""
    rng = random.Random(7)
    paths = []
    for number in range(documents):
        lines = [f"# 服务手册 {number}"]
        for section in range(12):
            lines.append(f"\n## 第{section}章 {rng.choice(SUBJECTS)}\n")
            sentences = (
                rng.choice(RULES).format(
                    subject=rng.choice(SUBJECTS), n=rng.randrange(10, 9999), m=rng.randrange(2, 30)
                )
                for _ in range(rng.randrange(4, 14))
            )
            lines.append("".join(sentences))
        path = folder / f"manual-{number}.md"
        path.write_text("\n".join(lines), "utf-8")
        paths.append(path)
    return paths


def run_round(home: Path, paths: Sequence[Path], encoder: Encoder, *, threads: int) -> Round:
    """Ingest the files into a fresh home, then encode the same passages alone."""
    engine = open_engine(f"sqlite:///{home / 'zhida.db'}")
    migrate(engine)
    kb = KnowledgeBase(engine, BlobStore(home / "blobs", max_bytes=1 << 28))
    indexes = Indexes(kb, home / "indexes", encoder.identity, threads=threads)
    indexes.open()
    for path in paths:
        kb.accept(Upload(path.name), [path.read_bytes()])
    begun = Cost.now()
    with Sandbox() as sandbox:
        Worker(kb, encoder, sandbox, owner="benchmark").run_all()
    indexes.refresh()
    ingest = Cost.now() - begun
    texts = []
    for document in kb.documents():
        if document.status is VersionStatus.FAILED:
            print(f"{document.name} failed: {document.reason}", file=sys.stderr)
            continue
        texts += [passage.indexed_text for passage in kb.passages(document.document_id, limit=1_000_000)]
    assert len(kb.live_ids(Collection.PASSAGES)) == len(texts)
    begun = Cost.now()
    encoder.encode_passages(texts)
    alone = Cost.now() - begun
    indexes.close()
    engine.dispose()
    return Round(len(texts), ingest, alone)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    encoder = OnnxEncoder(threads=options.threads)
    encoder.encode_passages(["预热"] * 8)
    rounds = []
    with tempfile.TemporaryDirectory(prefix="zhida-rate-") as folder:
        paths = options.files or written(options.documents, Path(folder))
        for number in range(options.rounds):
            home = Path(folder) / f"home-{number}"
            home.mkdir()
            rounds.append(run_round(home, paths, encoder, threads=options.threads))
    passages = sum(one.passages for one in rounds)
    ingest = passages / sum(one.ingest.wall_s for one in rounds)
    alone = passages / sum(one.encoder.wall_s for one in rounds)
    work = sum(one.encoder.processor_s for one in rounds) / sum(one.ingest.processor_s for one in rounds)
    print(
        f"{rounds[0].passages} passages of {len(paths)} files, {len(rounds)} rounds: ingest {ingest:.1f} passages/s, "
        f"encoder alone {alone:.1f} passages/s, share {ingest / alone:.0%} (target {TARGET:.0%}), "
        f"{work:.0%} by processor time; {os.cpu_count()} cores, {options.threads} threads"
    )
    return 0 if ingest >= TARGET * alone else 1


if __name__ == "__main__":
    sys.exit(main())
