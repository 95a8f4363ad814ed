"""Chinese words and names by characters: Baidu LAC (small) on ONNX Runtime, weights in the repository.

Jiao, Sun, Sun: "Chinese Lexical Analysis with Deep Bi-GRU-CRF Network", arXiv 1807.01882.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from core.errors import ConfigurationError

BUILTIN_FOLDER: Final = Path(__file__).parent / "lac-small-zh"

UNKNOWN: Final = "\0"
"""Stands for every character without a vector of its own."""

KEPT_RESULTS: Final = 16
"""A message's words are asked for twice: for its entities and for the names to be hidden."""

_PUNCTUATION: Final = str.maketrans("。“”‘’、…—–【】「」『』〈〉", '.""\'\'，.--[]""""《》'.replace("，", ","))
"""The model was trained on half-width punctuation; each character maps to one, so that positions stay."""


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A word of a text. `tag` is LAC's: PER, LOC, ORG, TIME, n, v, nz, …"""

    start: int
    end: int
    tag: str


class WordTagger(Protocol):
    """Cuts a text into words and says of each what it is."""

    def words(self, text: str, /) -> tuple[Word, ...]:
        """The words in order, without gaps: every character belongs to one."""
        ...


class LacTagger:
    """Words and their tags. Weights are read with the first use. Safe to use from several threads."""

    def __init__(self, folder: Path = BUILTIN_FOLDER, *, threads: int = 1) -> None:
        self._folder = folder
        self._threads = threads
        self._remembered = lru_cache(maxsize=KEPT_RESULTS)(self._words)

    def words(self, text: str, /) -> tuple[Word, ...]:
        """The words in order; none for an empty text."""
        return self._remembered(text) if text else ()

    def _words(self, text: str) -> tuple[Word, ...]:
        decoder = self._decoder
        ids = np.array([decoder.rows.get(character, decoder.unknown) for character in plain(text)], np.int64)
        (scores,) = self._session.run(["scores"], {"ids": ids})
        words: list[Word] = []
        for at, number in enumerate(decoder.best(scores)):
            tag, _, part = decoder.tags[number].partition("-")
            if part == "I" and words and words[-1].tag == tag:
                words[-1] = Word(words[-1].start, at + 1, tag)
            else:
                words.append(Word(at, at + 1, tag))
        return tuple(words)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self._read("tagger.onnx"), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _decoder(self) -> _Decoder:
        with np.load(BytesIO(self._read("decoder.npz")), allow_pickle=False) as stored:
            characters = [str(each) for each in stored["characters"]]
            return _Decoder(
                {character: row for row, character in enumerate(characters[:-1])},
                len(characters) - 1,
                tuple(str(tag) for tag in stored["tags"]),
                stored["start"],
                stored["stop"],
                stored["transitions"],
            )

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise ConfigurationError(
                f"The tagger's file {name!r} can't be read in folder {self._folder.name!r}. Reinstall Zhida."
            ) from error


@dataclass(frozen=True, slots=True)
class _Decoder:
    """From scores to the likeliest sequence of tags."""

    rows: dict[str, int]
    unknown: int
    tags: tuple[str, ...]
    start: NDArray[np.float32]
    stop: NDArray[np.float32]
    transitions: NDArray[np.float32]
    """From the row's tag to the column's."""

    def best(self, scores: NDArray[Any]) -> list[int]:
        """Viterbi: shape `(length, tags)` to one tag a character."""
        reached = self.start + scores[0]
        came_from = np.empty(scores.shape, np.intp)
        columns = np.arange(scores.shape[1])
        for at in range(1, len(scores)):
            ways = reached[:, None] + self.transitions
            came_from[at] = ways.argmax(axis=0)
            reached = ways[came_from[at], columns] + scores[at]
        path = [int((reached + self.stop).argmax())]
        for at in range(len(scores) - 1, 0, -1):
            path.append(int(came_from[at, path[-1]]))
        return path[::-1]


def plain(text: str) -> str:
    """The text in the form that the model knows, character for character."""
    return "".join(map(_plain, text.translate(_PUNCTUATION)))


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    form = character if character.isascii() else unicodedata.normalize("NFKC", character)
    return form if len(form) == 1 else character
