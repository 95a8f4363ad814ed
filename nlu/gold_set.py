"""The project's own labelled messages: `nlu/gold/*.jsonl`, written for it, labelled by `docs/annotation.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.analysis import SentimentLevel
from core.types import Language

GOLD_FOLDER: Final = Path(__file__).parent / "gold"


class Split(StrEnum):
    """What a message is for. No wording of one split is made from the pattern of one in the other."""

    TRAIN = "train"
    TEST = "test"
    WORDING = "wording"
    """Reviews that only the model of wording is learnt from: pairs of almost the same words with the opposite verdict
    confuse a linear model on the vector, which hardly tells them apart, and loses up to two points by them."""
    BLIND = "blind"
    """Written before anything was tried, and measured once."""


@dataclass(frozen=True, slots=True)
class GoldMessage:
    """A message with what is true of it."""

    text: str
    language: Language
    split: Split
    intent: str | None
    """`None` where only the mood is labelled, as of reviews."""
    level: SentimentLevel
    anger: bool
    signals: tuple[str, ...]
    """Reasons to bring in a person; `EscalationKind` values."""


def read_gold(split: Split, folder: Path = GOLD_FOLDER) -> list[GoldMessage]:
    """All messages of a split, in the order of the files."""
    return [message for message in _all(folder) if message.split is split]


def _all(folder: Path) -> Iterator[GoldMessage]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield GoldMessage(
                row["text"],
                Language(row["language"]),
                Split(row["split"]),
                row["intent"],
                SentimentLevel(row["level"]),
                row["anger"],
                tuple(row["signals"]),
            )
