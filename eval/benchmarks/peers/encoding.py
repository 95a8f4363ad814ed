"""Zhida's encoder for every system: timed, and able to read vectors of earlier runs from a file."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np

from models.encoder import Vectors
from models.onnx_encoder import DIMENSION, PASSAGE_PREFIX, QUESTION_PREFIX, OnnxEncoder

_READ_AT_ONCE: Final = 500
"""SQLite takes at most 999 values in a statement of older versions."""


class TimedEncoder(OnnxEncoder):
    """The encoder of the product that knows how long it worked on passages.

    With `vectors` (a SQLite file, made if need be) each text is encoded once for all systems and
    runs; a vector is found by the model, the prefix and the text. Times then mean nothing.
    """

    def __init__(self, *, threads: int, vectors: Path | None = None) -> None:
        super().__init__(threads=threads)
        self.seconds = 0.0
        """Spent on passages so far."""
        self.vectors_read = 0
        """Texts whose vector came from the file."""
        self._stored = None if vectors is None else VectorFile(vectors, self.identity.key)

    def encode_questions(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order."""
        return self._stored_or_made(QUESTION_PREFIX, texts, super().encode_questions)

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order."""
        with self._timed():
            return self._stored_or_made(PASSAGE_PREFIX, texts, super().encode_passages)

    def encode_passage_tokens(self, texts: Sequence[str], /) -> tuple[Vectors, list[bytes]]:
        """Return one row per text, and its compressed token vectors."""
        with self._timed():
            if self._stored is None:
                return super().encode_passage_tokens(texts)
            kind = f"{PASSAGE_PREFIX}{self.tokens_key} "
            vectors, tokens = self._stored.read(PASSAGE_PREFIX, texts), self._stored.read(kind, texts)
            if lacking := self._lacking(texts, {text: text for text in tokens if text in vectors}):
                rows, codes = super().encode_passage_tokens(lacking)
                fresh = {text: vector.tobytes() for text, vector in zip(lacking, rows, strict=True)}
                self._stored.write(PASSAGE_PREFIX, fresh)
                self._stored.write(kind, dict(zip(lacking, codes, strict=True)))
                vectors |= fresh
                tokens |= dict(zip(lacking, codes, strict=True))
            return _stacked([_vector(vectors[text]) for text in texts]), [tokens[text] for text in texts]

    def _stored_or_made(self, prefix: str, texts: Sequence[str], make: Callable[[Sequence[str]], Vectors]) -> Vectors:
        if self._stored is None:
            return make(texts)
        known = {text: _vector(found) for text, found in self._stored.read(prefix, texts).items()}
        if lacking := self._lacking(texts, known):
            fresh = dict(zip(lacking, make(lacking), strict=True))
            self._stored.write(prefix, {text: vector.tobytes() for text, vector in fresh.items()})
            known |= fresh
        return _stacked([known[text] for text in texts])

    def _lacking(self, texts: Sequence[str], known: Mapping[str, object]) -> list[str]:
        """Each text that isn't known, once; counts the others as read."""
        lacking = [text for text in dict.fromkeys(texts) if text not in known]
        self.vectors_read += len(texts) - len(lacking)
        return lacking

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started = perf_counter()
        yield
        self.seconds += perf_counter() - started


def _vector(stored: bytes) -> Vectors:
    return np.frombuffer(stored, dtype=np.float32)


def _stacked(rows: Sequence[Vectors]) -> Vectors:
    return np.stack(rows) if rows else np.empty((0, DIMENSION), dtype=np.float32)


class VectorFile:
    """What the encoder made of texts, by the model and the text with its prefix."""

    def __init__(self, path: Path, model: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._model = model
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")

    def read(self, prefix: str, texts: Sequence[str]) -> dict[str, bytes]:
        """What is there, by text."""
        keys = {self._key(prefix, text): text for text in texts}
        found: dict[str, bytes] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), _READ_AT_ONCE):
            some = wanted[start : start + _READ_AT_ONCE]
            marks = ",".join("?" * len(some))
            # Only question marks are put into the statement; the keys are bound.
            rows = self._database.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some)
            found |= {keys[key]: vector for key, vector in rows}
        return found

    def write(self, prefix: str, made: Mapping[str, bytes]) -> None:
        """Add something by text."""
        rows = [(self._key(prefix, text), stored) for text, stored in made.items()]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def _key(self, prefix: str, text: str) -> bytes:
        prefixed = f"{self._model}\n{prefix}{text}"
        return hashlib.blake2b(prefixed.encode("utf-8", "surrogatepass"), digest_size=16).digest()
