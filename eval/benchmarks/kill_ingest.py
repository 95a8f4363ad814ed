"""Kills an ingesting process with SIGKILL again and again and proves that nothing acknowledged is lost.

    python -m eval.benchmarks.kill_ingest [--kills 200] [--seed 1] [--encoder fake|builtin] [--home FOLDER]

After every kill, before anything is repaired, the knowledge base is opened and checked:

- every acknowledged upload is there with identical bytes, unless its document's delete had begun;
- what was deleted stays deleted;
- a version that is ready has exactly its passages, each the text at its place and of that upload
  alone; one that isn't ready has none;
- the change log adds up to what is live, and both indexes hold just that.

At the end the rest is processed, and every acknowledged upload must be ready, or failed with a reason.
Exits with 1 if anything was wrong. The moments of the kills follow the seed; the machine's own
timing does not, so a run isn't repeatable to the instruction.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import NotFound
from core.types import DocumentId, DocumentVersion, VersionStatus
from eval.benchmarks.kill_ingest_child import encoder_named, open_home, open_indexes
from kb.index import Collection
from kb.store import KnowledgeBase

LONGEST_LIFE_S = 2.5
"""From `ready` to the kill: long enough for a dozen documents and a few snapshots."""

STARTUP_KILLS = 0.15
"""Share of the kills that come while the process is still starting and recovering."""

LONGEST_START_S = 1.5
"""From the start to such a kill."""

PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Accepted:
    """An upload that was acknowledged."""

    document: DocumentId
    number: int
    sha256: str
    mark: str
    broken: bool


@dataclass(slots=True)
class Heard:
    """What all children said so far."""

    accepted: dict[tuple[DocumentId, int], Accepted] = field(default_factory=dict)
    acknowledged: int = 0
    deleting: set[DocumentId] = field(default_factory=set)
    deleted: set[DocumentId] = field(default_factory=set)

    def line(self, line: str) -> str:
        """Take in one line; returns what it said."""
        told = json.loads(line)
        said: str = told.pop("said")
        if said == "accepted":
            upload = Accepted(**told)
            self.accepted[upload.document, upload.number] = upload
            self.acknowledged += 1
        elif said in {"deleting", "deleted"}:
            (self.deleting if said == "deleting" else self.deleted).add(told["document"])
        return said


def run_and_kill(home: Path, heard: Heard, *, seed: int, encoder: str, rng: random.Random) -> None:
    """Start a child, let it live for a random while, kill it, and read what it had said."""
    child = start(home, seed=seed, encoder=encoder)
    lines: list[str] = []
    ready = threading.Event()

    def listen() -> None:
        assert child.stdout is not None
        for line in child.stdout:
            lines.append(line)
            ready.set()

    listener = threading.Thread(target=listen)
    listener.start()
    if rng.random() < STARTUP_KILLS:
        time.sleep(rng.uniform(0, LONGEST_START_S))
    elif ready.wait(PATIENCE_S):
        time.sleep(rng.uniform(0, LONGEST_LIFE_S))
    os.kill(child.pid, signal.SIGKILL)
    code = child.wait()
    listener.join()
    if code != -signal.SIGKILL:
        raise RuntimeError(f"the child ended by itself with {code}")
    for line in lines:
        heard.line(line)


def start(home: Path, *, seed: int, encoder: str, drain: bool = False) -> subprocess.Popen[str]:
    """A child that works on `home`."""
    command = [sys.executable, "-m", "eval.benchmarks.kill_ingest_child", str(home)]
    command += ["--seed", str(seed), "--encoder", encoder, *(["--drain"] if drain else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def findings(home: Path, heard: Heard, *, encoder: str) -> Iterator[str]:
    """Everything that is wrong with a home that nobody is using."""
    with closing(sqlite3.connect(home / "zhida.db")) as connection:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            yield f"the database is damaged: {verdict}"
    kb = open_home(home)
    yield from lost_uploads(kb, heard)
    for document in kb.documents():
        if document.document_id in heard.deleted:
            yield f"{document.name} came back after its delete"
        for version in kb.versions(document.document_id):
            yield from half_versions(kb, version, heard)
    yield from disagreements(kb)
    indexes = open_indexes(home, kb, encoder_named(encoder))
    try:
        indexes.open()
        for finding in indexes.check().findings:
            yield f"zhida check: {finding.what}"
    finally:
        indexes.close()


def lost_uploads(kb: KnowledgeBase, heard: Heard) -> Iterator[str]:
    """Acknowledged uploads that are gone or whose bytes are others."""
    for upload in heard.accepted.values():
        if upload.document in heard.deleting:
            continue
        try:
            version = kb.version(upload.document, upload.number)
            stored = hashlib.sha256(kb.blob_path(version).read_bytes()).hexdigest()
        except (NotFound, FileNotFoundError):
            yield f"upload {upload.mark} was acknowledged and is gone"
            continue
        if stored != upload.sha256:
            yield f"upload {upload.mark} has other bytes"


def half_versions(kb: KnowledgeBase, version: DocumentVersion, heard: Heard) -> Iterator[str]:
    """A version that shows more or less than it should."""
    name = f"{version.name} version {version.number} ({version.status})"
    passages = kb.passages(version.document_id, version.number, limit=10_000)
    if version.status is not VersionStatus.READY:
        if passages or version.live:
            yield f"{name} shows {len(passages)} passages"
        return
    text = kb.text(version.document_id, version.number)
    upload = heard.accepted.get((version.document_id, version.number))
    if len(passages) != version.passages or not passages:
        yield f"{name} has {len(passages)} of {version.passages} passages"
    if any(text[passage.start : passage.end] != passage.text for passage in passages):
        yield f"{name} has a passage that isn't the text at its place"
    if upload and not all(upload.mark in passage.text for passage in passages):
        yield f"{name} has a passage of another upload"


def disagreements(kb: KnowledgeBase) -> Iterator[str]:
    """Where the change log, followed from its beginning, doesn't lead to what is live."""
    present: dict[Collection, set[int]] = {collection: set() for collection in Collection}
    after = 0
    while changes := kb.changes(after):
        for change in changes:
            if change.removed:
                present[change.collection].discard(change.entry_id)
            else:
                present[change.collection].add(change.entry_id)
        after = changes[-1].sequence
    for collection, ids in present.items():
        if sorted(ids) != kb.live_ids(collection).tolist():
            yield f"the change log and the live {collection} differ"


def drain(home: Path, heard: Heard, *, encoder: str) -> tuple[float, Counter[str], list[str]]:
    """Let a child finish the rest: how long it took, how the uploads ended, and what is wrong."""
    begun = time.monotonic()
    child = start(home, seed=0, encoder=encoder, drain=True)
    child.communicate(timeout=600)
    seconds = time.monotonic() - begun
    wrong = [] if child.returncode == 0 else [f"finishing the rest ended with {child.returncode}"]
    kb = open_home(home)
    ends: Counter[str] = Counter()
    for upload in heard.accepted.values():
        if upload.document in heard.deleting:
            continue
        version = kb.version(upload.document, upload.number)
        ends[version.status.value] += 1
        if version.status is VersionStatus.FAILED and version.reason and not upload.broken:
            ends["given up after three interruptions"] += 1
        if version.status not in {VersionStatus.READY, VersionStatus.FAILED} or (
            version.status is VersionStatus.FAILED and not version.reason
        ):
            wrong.append(f"upload {upload.mark} is still {version.status}")
    return seconds, ends, wrong


def leftovers(home: Path) -> list[str]:
    """Files that belong to nothing, after the sweep that a server does at its start."""
    kb = open_home(home)
    kb.sweep_blobs(older_than_s=0)
    named = {v.blob_sha256 for d in kb.documents() for v in kb.versions(d.document_id)}
    stored = {path.name for path in (home / "blobs").iterdir()}
    return [f"{len(stored ^ named)} files of blobs/ belong to no version or are missing"] if stored != named else []


def torture(home: Path, *, kills: int, seed: int, encoder: str) -> int:
    """Kill and check; returns the number of findings and prints a summary line."""
    rng = random.Random(seed)
    heard = Heard()
    wrong: list[str] = []
    begun = time.monotonic()
    for kill in range(1, kills + 1):
        run_and_kill(home, heard, seed=seed * 100_000 + kill, encoder=encoder, rng=rng)
        found = list(findings(home, heard, encoder=encoder)) if (home / "zhida.db").exists() else []
        wrong += [f"kill {kill}: {finding}" for finding in found]
        print(f"kill {kill}: {heard.acknowledged} acknowledged, {len(found)} findings", file=sys.stderr)
    seconds, ends, unfinished = drain(home, heard, encoder=encoder)
    wrong += unfinished + [f"at the end: {finding}" for finding in findings(home, heard, encoder=encoder)]
    wrong += leftovers(home)
    for finding in wrong:
        print(finding)
    print(
        f"{kills} kills in {time.monotonic() - begun:.0f} s (seed {seed}, encoder {encoder}, {os.cpu_count()} cores): "
        f"{heard.acknowledged} uploads acknowledged, {len(heard.deleted)} documents deleted, "
        f"the rest finished in {seconds:.1f} s, {dict(ends)}, {len(wrong)} findings"
    )
    return len(wrong)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--encoder", choices=["fake", "builtin"], default="fake")
    parser.add_argument("--home", type=Path, help="an empty folder to keep; by default a temporary one")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="zhida-kill-") as folder:
        home = options.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        return 1 if torture(home, kills=options.kills, seed=options.seed, encoder=options.encoder) else 0


if __name__ == "__main__":
    sys.exit(main())
