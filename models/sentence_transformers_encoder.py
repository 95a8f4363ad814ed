"""Any sentence-transformers model as the encoder, on a GPU where there is one (extra `torch`)."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from core.errors import ConfigurationError, MissingExtra
from core.types import EncoderIdentity
from models.encoder import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

E5_NAME: Final = re.compile(r"(?:^|[-_/])e5(?:[-_]|$)(?!.*instruct)", re.IGNORECASE)
"""Models of the E5 family, which were trained with the prefixes `query: ` and `passage: `."""

IDENTITY_SUFFIXES: Final = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})
"""Files of a model folder that decide what its vectors are: weights, configuration, vocabulary."""

BATCH_ROWS: Final = 32
UNLIMITED_TOKENS: Final = 512
"""Taken as the longest input of a model that doesn't state one."""

_READ_BYTES: Final = 1 << 20


class SentenceTransformersEncoder:
    """Encodes with a model of that library, by name or folder.

    A name that isn't in the library's cache is fetched from its hub, as the operator asked for by
    naming it. Prefixes for questions and passages come from the model's own prompts, or from the
    E5 family's habit.
    """

    def __init__(self, model: str, *, device: str | None = None) -> None:
        self._name = model
        self._device = device
        self._lock = threading.Lock()

    @cached_property
    def identity(self) -> EncoderIdentity:
        """The folder's name and the hash of its files; of a fetched model its name and revision."""
        dimension = self._model.get_embedding_dimension()
        if not isinstance(dimension, int):
            raise ConfigurationError(f"ZHIDA_ENCODER is {self._name!r}, which doesn't say how long its vectors are.")
        folder = Path(self._name)
        if folder.is_dir():
            return EncoderIdentity(folder.resolve().name, _hash_folder(folder), dimension)
        return EncoderIdentity(self._name, self._revision(), dimension)

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, as the model states it."""
        return int(self._model.max_seq_length or UNLIMITED_TOKENS)

    def encode_questions(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order."""
        return self._encode(texts, self._prefixes[0])

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order."""
        return self._encode(texts, self._prefixes[1])

    def count_tokens(self, texts: Sequence[str], /) -> list[int]:
        """Return the number of tokens of each text."""
        if not texts:
            return []
        with self._lock:
            rows = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)[
                "input_ids"
            ]
        return [len(row) for row in rows]

    def _encode(self, texts: Sequence[str], prefix: str) -> Vectors:
        if not texts:
            return np.empty((0, self.identity.dimension), dtype=np.float32)
        with self._lock:  # tokenizers keep state while they truncate, so one caller at a time
            vectors = self._model.encode(
                list(texts),
                prompt=prefix,
                batch_size=BATCH_ROWS,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)

    @cached_property
    def _prefixes(self) -> tuple[str, str]:
        prompts = self._model.prompts or {}
        question = prompts.get("query") or ""
        passage = prompts.get("passage") or prompts.get("document") or ""
        if not question and not passage and E5_NAME.search(self._name):
            return "query: ", "passage: "
        return question, passage

    @cached_property
    def _model(self) -> SentenceTransformer:
        try:
            from sentence_transformers import SentenceTransformer
        except ModuleNotFoundError as error:
            raise MissingExtra(f"The encoder {self._name!r}", "torch") from error
        try:
            return SentenceTransformer(self._name, device=self._device, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"ZHIDA_ENCODER is {self._name!r}, which can't be loaded. "
                "It must be 'builtin', a model's folder, or the name of a sentence-transformers model."
            ) from error

    def _revision(self) -> str:
        transformer = getattr(self._model[0], "auto_model", None)
        commit = getattr(getattr(transformer, "config", None), "_commit_hash", None)
        if not commit:
            raise ConfigurationError(
                f"ZHIDA_ENCODER is {self._name!r}, whose revision is unknown. Download it and name its folder instead."
            )
        return hashlib.sha256(f"{self._name}@{commit}".encode()).hexdigest()


def _hash_folder(folder: Path) -> str:
    """SHA-256 over the names and contents of the files that decide what the vectors are."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in IDENTITY_SUFFIXES:
            digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while part := file.read(_READ_BYTES):
                    digest.update(part)
    return digest.hexdigest()
