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
from models.encoder import Spans, TokenEncoding, Vectors
from models.token_codec import TokenCodec

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

    @cached_property
    def tokens_key(self) -> str:
        """The encoder's key and the codec's."""
        return f"{self.identity.key}+{self._codec.key}"

    def encode_question_tokens(self, text: str, /) -> TokenEncoding:
        """Return the question's vector and those of its tokens, from one pass."""
        vectors, tokens, pieces = self._encode_tokens([text], QUESTION_PREFIX)
        return TokenEncoding(vectors[0], self._codec.project(tokens[0]), self._codec.information[pieces[0]])

    def encode_passage_tokens(self, texts: Sequence[str], /) -> tuple[Vectors, list[bytes]]:
        """Return one row per text, and its token vectors, compressed."""
        vectors, tokens, _ = self._encode_tokens(texts, PASSAGE_PREFIX)
        return vectors, [self._codec.compress(each) for each in tokens]

    def expand_tokens(self, stored: Sequence[bytes], /) -> list[Vectors]:
        """Each text's compressed token vectors as rows of length 1."""
        together = self._codec.expand(b"".join(stored))  # one step for all is several times as fast
        ends = np.cumsum([len(each) // self._codec.token_bytes for each in stored], dtype=np.int64)
        return np.split(together, ends[:-1]) if stored else []

    def token_spans(self, texts: Sequence[str], /) -> list[Spans]:
        """Where each of a text's token vectors stands in it, in characters."""
        encodings = self._tokenizer.encode_batch([PASSAGE_PREFIX + text for text in texts])
        skipped, before = self._skipped(PASSAGE_PREFIX), len(PASSAGE_PREFIX)
        return [np.array(each.offsets[skipped:-1], np.int64).reshape(-1, 2) - before for each in encodings]

    def token_vectors(self, texts: Sequence[str], prefix: str) -> list[Vectors]:
        """Return each text's token vectors as the model gives them, for fitting the codec."""
        return self._encode_tokens(texts, prefix)[1]

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for rows, (pooled,) in self._run(self._ids(texts), ["embedding"]):
            vectors[rows] = pooled
        return vectors

    def _encode_tokens(self, texts: Sequence[str], prefix: str) -> tuple[Vectors, list[Vectors], list[list[int]]]:
        """Vectors of the texts, and for each text those of its tokens and which pieces these are."""
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        tokens: list[Vectors] = [np.empty((0, DIMENSION), dtype=np.float32)] * len(texts)
        ids = self._ids([prefix + text for text in texts])
        skipped = self._skipped(prefix)
        for rows, (pooled, hidden) in self._run(ids, ["embedding", "token_embeddings"]):
            vectors[rows] = pooled
            for at, row in enumerate(rows):
                tokens[row] = hidden[at, skipped : len(ids[row]) - 1]
        return vectors, tokens, [row[skipped:-1] for row in ids]

    def _skipped(self, prefix: str) -> int:
        """Tokens of the start mark and of the prefix, whose blank the tokenizer may join with the text's first word."""
        return 1 + len(self._tokenizer.encode(prefix.strip(), add_special_tokens=False).ids)

    def _ids(self, texts: list[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(texts)]

    def _run(self, ids: list[list[int]], outputs: list[str]) -> Iterator[tuple[list[int], list[Vectors]]]:
        """Batch by batch: which texts, and the outputs."""
        for rows in _batches([len(row) for row in ids]):
            input_ids = np.full((len(rows), max(len(ids[row]) for row in rows)), PAD_ID, dtype=np.int64)
            mask = np.zeros_like(input_ids)
            for at, row in enumerate(rows):
                input_ids[at, : len(ids[row])] = ids[row]
                mask[at, : len(ids[row])] = 1
            yield rows, self._session.run(outputs, {"input_ids": input_ids, "attention_mask": mask})

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
    def _codec(self) -> TokenCodec:
        return TokenCodec.read(self._read("token_codec.npz"))

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
