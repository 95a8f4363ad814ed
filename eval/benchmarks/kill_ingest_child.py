"""The process that `kill_ingest` kills: uploads, deletes, ingests and indexes until it is ended.

Says on standard output, a JSON object a line: `ready`, `accepted` once an upload was acknowledged,
`deleting` before and `deleted` after a delete. With `--drain` it only finishes what waits, and says
`drained`.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from core.blobs import BlobStore
from core.database import open_engine
from core.errors import NotFound
from core.migrations import migrate
from core.types import Audience, DocumentKind
from ingest.sandbox import Sandbox
from ingest.worker import Worker
from kb.index import Collection
from kb.indexes import Indexes
from kb.store import KnowledgeBase, Upload
from models.encoder import Encoder
from models.fake_encoder import FakeEncoder
from models.onnx_encoder import OnnxEncoder

NAMES = 24
"""Documents that come again and again as new versions."""

OWNER = "killed"


def encoder_named(name: str) -> Encoder:
    """The fake one is fast to start; the builtin one makes embedding the longest step, as in earnest."""
    return OnnxEncoder(threads=1) if name == "builtin" else FakeEncoder()


def open_home(home: Path) -> KnowledgeBase:
    """The knowledge base of a folder, as a server would open it."""
    engine = open_engine(f"sqlite:///{home / 'zhida.db'}")
    migrate(engine)
    return KnowledgeBase(engine, BlobStore(home / "blobs", max_bytes=1 << 20))


def open_indexes(home: Path, kb: KnowledgeBase, encoder: Encoder) -> Indexes:
    """Its indexes, not opened yet."""
    return Indexes(kb, home / "indexes", encoder.identity, threads=1)


def file_of(mark: str, rng: random.Random) -> tuple[Upload, bytes]:
    """An upload whose every passage holds its mark, so that a mixture of two versions shows."""
    number = rng.randrange(NAMES)
    sections = range(rng.randrange(1, 12))
    if number % 6 == 0:
        rows = "\n".join(f"{mark} 的第{n}个问题？,{mark} 的第{n}个回答。" for n in sections)
        return Upload(f"faq-{number}.csv", Audience.PUBLIC, kind=DocumentKind.QA), f"question,answer\n{rows}\n".encode()
    if number % 6 == 1:
        return Upload(f"broken-{number}.pdf", Audience.PUBLIC), b"%PDF-1.7\n" + mark.encode() + b" isn't a PDF"
    body = "\n\n".join(f"# {mark} 第{n}章\n\n" + f"{mark} 在第{n}章的规定。" * rng.randrange(1, 40) for n in sections)
    return Upload(f"manual-{number}.md", Audience.INTERNAL if number % 6 == 2 else Audience.PUBLIC), body.encode()


def say(what: str, **fields: object) -> None:
    """Tell the parent. Written in one piece, so a kill can't cut a line of this length in two."""
    print(json.dumps({"said": what, **fields}), flush=True)


def keep_uploading(kb: KnowledgeBase, worker: Worker, rng: random.Random, prefix: str) -> None:
    """Accept uploads and now and then delete a document, until killed."""
    count = 0
    while True:
        count += 1
        if rng.random() < 0.12:
            delete_one(kb, rng)
        upload, content = file_of(f"{prefix}x{count}", rng)
        version = kb.accept(upload, [content])
        worker.wake()
        say(
            "accepted",
            document=version.document_id,
            number=version.number,
            sha256=version.blob_sha256,
            mark=f"{prefix}x{count}",
            broken=upload.name.endswith(".pdf"),
        )
        time.sleep(rng.expovariate(1 / 0.06))


def delete_one(kb: KnowledgeBase, rng: random.Random) -> None:
    """Delete any document, in whatever state it is."""
    known = sorted(document.document_id for document in kb.documents())
    if not known:
        return
    chosen = rng.choice(known)
    say("deleting", document=chosen)
    try:
        kb.delete(chosen)
    except NotFound:
        return
    say("deleted", document=chosen)


def keep_indexing(indexes: Indexes, rng: random.Random) -> None:
    """Follow SQL and save snapshots, so that kills hit those as well."""
    while True:
        indexes.refresh()
        if rng.random() < 0.3:
            indexes.save()
        time.sleep(0.05)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until killed, or with `--drain` until nothing waits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--encoder", choices=["fake", "builtin"], default="fake")
    parser.add_argument("--drain", action="store_true")
    options = parser.parse_args(arguments)
    kb, encoder = open_home(options.home), encoder_named(options.encoder)
    indexes = open_indexes(options.home, kb, encoder)
    indexes.open()
    with Sandbox() as sandbox:
        worker = Worker(kb, encoder, sandbox, owner=OWNER)
        if options.drain:
            kb.release_all(OWNER)
            worker.run_all()
            indexes.refresh()
            indexes.save()
            say("drained", passages=len(kb.live_ids(Collection.PASSAGES)))
            return
        rng = random.Random(options.seed)
        for target, given in ((worker.run_forever, (threading.Event(),)), (keep_indexing, (indexes, rng))):
            threading.Thread(target=target, args=given, daemon=True).start()
        say("ready")
        keep_uploading(kb, worker, random.Random(options.seed + 1), f"m{options.seed}")


if __name__ == "__main__":
    main()
