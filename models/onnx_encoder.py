"""The default encoder: ONNX Runtime on the CPU, weights in the repository."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
import tokenizers

from core.errors import ConfigurationError
from core.types import EncoderIdentity
from models.encoder import Vectors

BUILTIN_FOLDER: Final = Path(__file__).parent / "e5-small-zh-en"

QUESTION_PREFIX: Final = "query: "
PASSAGE_PREFIX: Final = "passage: "
"""E5 was trained with these two (Wang et al., "Multilingual E5 Text Embeddings", arXiv 2402.05672)."""

MAX_TOKENS: Final = 512
PAD_ID: Final = 1
DIMENSION: Final = 384

BATCH_TOKENS: Final = 1024
"""Padded tokens per batch: larger ones leave the processor's cache and are slower (measured on 2 cores)."""

BATCH_ROWS: Final = 32


class OnnxEncoder:
    """Encodes with `model_int8.onnx` and `tokenizer.json` of a folder.

    Rows are computed in batches of similar length, because a batch costs as much as its longest
    row, and are returned in the order in which they were given.
    """

    def __init__(self, folder: Path = BUILTIN_FOLDER, *, threads: int = 2) -> None:
        self._folder = folder
        self._threads = threads

    @cached_property
    def identity(self) -> EncoderIdentity:
        """Name of the folder and SHA-256 over the weights and the tokenizer."""
        digest = hashlib.sha256()
        for name in ("model_int8.onnx", "tokenizer.json"):
            digest.update(self._read(name))
        return EncoderIdentity(self._folder.name, digest.hexdigest(), DIMENSION)

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens."""
        return MAX_TOKENS

    def encode_questions(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order."""
        return self._encode([QUESTION_PREFIX + text for text in texts])

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order."""
        return self._encode([PASSAGE_PREFIX + text for text in texts])

    def count_tokens(self, texts: Sequence[str], /) -> list[int]:
        """Return the number of tokens of each text."""
        return [
            len(encoding.ids) for encoding in self._counter.encode_batch_fast(list(texts), add_special_tokens=False)
        ]

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(texts)]
        for rows in _batches([len(row) for row in ids]):
            width = max(len(ids[row]) for row in rows)
            input_ids = np.full((len(rows), width), PAD_ID, dtype=np.int64)
            mask = np.zeros((len(rows), width), dtype=np.int64)
            for at, row in enumerate(rows):
                input_ids[at, : len(ids[row])] = ids[row]
                mask[at, : len(ids[row])] = 1
            vectors[rows] = self._session.run(["embedding"], {"input_ids": input_ids, "attention_mask": mask})[0]
        return vectors

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.force_spinning_stop", "1")  # idle threads must not burn a core
        return onnxruntime.InferenceSession(self._read("model_int8.onnx"), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> tokenizers.Tokenizer:
        tokenizer = tokenizers.Tokenizer.from_buffer(self._read("tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer

    @cached_property
    def _counter(self) -> tokenizers.Tokenizer:
        tokenizer = tokenizers.Tokenizer.from_buffer(self._read("tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise ConfigurationError(
                f"The encoder's file {name!r} can't be read in folder {self._folder.name!r}. Reinstall Zhida."
            ) from error


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group row numbers by length, longest first, at most `BATCH_TOKENS` padded tokens a group."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    while order:
        size = min(BATCH_ROWS, max(1, BATCH_TOKENS // max(1, lengths[order[0]])))
        yield order[:size]
        order = order[size:]
