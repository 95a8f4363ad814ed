"""How well unanswered questions are grouped: `python -m eval.benchmarks.measure_grouping FILE.jsonl …`.

Each line of a file has `text` and `label` (or `cluster`, or `intent`): questions of one label are one need; lines
without one are left out. Printed are, for each threshold, the pairwise precision and recall of the groups (a pair is
two questions in one group) and how many groups there are: first by the nearest questions alone (`analytics.grouping`,
which the candidates' questions still use), then as the board does it (`analytics.needs`), with the milliseconds that
one more question takes on the full board.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from analytics.grouping import Group, nearest
from analytics.needs import SAME_NEED, Needs
from core.settings import read_settings
from models.encoder import Vectors
from models.loading import load_encoder

QUESTIONS: Final = 400
BEFORE: Final = (0.90, 0.91, 0.92, 0.93, 0.94, 0.95)
NOW: Final = (0.39, 0.42, 0.45, 0.48, SAME_NEED, 0.54, 0.57)


def read(path: Path) -> list[tuple[str, str]]:
    """Questions with their labels, a random part of a large set."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    labelled = [(row["text"], row.get("label", row.get("cluster", row.get("intent")))) for row in rows]
    pairs = [(str(text).strip(), str(label)) for text, label in labelled if label is not None]
    random.Random(0).shuffle(pairs)
    return pairs[:QUESTIONS]


def by_nearest(texts: Sequence[str], vectors: Vectors, least: float) -> list[int]:
    """The number of each question's group, as they come in, by the questions that are nearest."""
    groups: list[Group] = []
    chosen: list[int] = []
    for text, vector in zip(texts, vectors, strict=True):
        at = nearest(text, vector, groups, least=least)
        if at is None:
            groups.append(Group((text,), vector[None]))
            chosen.append(len(groups) - 1)
        else:
            groups[at] = Group((*groups[at].texts, text), np.vstack([groups[at].vectors, vector]))
            chosen.append(at)
    return chosen


def as_the_board(key: str, texts: Sequence[str], vectors: Vectors, least: float) -> list[int]:
    """The number of each question's group as they come in, one at a time: what is rare is known of the past only."""
    members: dict[int, list[int]] = defaultdict(list)
    chosen: list[int] = []
    for at, (text, vector) in enumerate(zip(texts, vectors, strict=True)):
        groups = [Group(tuple(texts[each] for each in own), vectors[own]) for own in members.values()]
        needs = Needs(groups, encoder_key=key, coming=[text])
        found = needs.place(text, vector, least=least)
        chosen.append(len(members) if found is None else found)
        members[chosen[-1]].append(at)
    return chosen


def milliseconds(key: str, texts: Sequence[str], vectors: Vectors, chosen: Sequence[int]) -> float:
    """What placing one question on a board of all the others takes, all that is read from SQL given."""
    members: dict[int, list[int]] = defaultdict(list)
    for at, number in enumerate(chosen[:-1]):
        members[number].append(at)
    groups = [Group(tuple(texts[each] for each in own), vectors[own]) for own in members.values()]
    Needs(groups, encoder_key=key, coming=[texts[-1]])  # from then on the texts are known, as on a running server
    begun = time.perf_counter()
    for _ in range(5):
        Needs(groups, encoder_key=key, coming=[texts[-1]]).place(texts[-1], vectors[-1])
    return (time.perf_counter() - begun) / 5 * 1000


def pairs_within(labels: Sequence[object]) -> int:
    """How many pairs have the same label."""
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def show(name: str, least: float, chosen: Sequence[int], labels: Sequence[str]) -> None:
    """Print one row."""
    both = pairs_within(list(zip(chosen, labels, strict=True)))
    precision, recall = both / (pairs_within(chosen) or 1), both / (pairs_within(labels) or 1)
    print(
        f"  {name} {least:.2f}  precision {precision:.3f}  recall {recall:.3f}  groups {len(set(chosen))}", flush=True
    )


def main() -> None:
    """Print the table of each file."""
    encoder = load_encoder(read_settings({}))
    key = encoder.identity.key
    for name in sys.argv[1:]:
        rows = read(Path(name))
        texts, labels = [row[0] for row in rows], [row[1] for row in rows]
        vectors = encoder.encode_questions(texts)
        print(f"{name}: {len(rows)} questions, {len(set(labels))} needs")
        for least in BEFORE:
            show("nearest", least, by_nearest(texts, vectors, least), labels)
        for least in NOW:
            chosen = as_the_board(key, texts, vectors, least)
            show("board  ", least, chosen, labels)
        print(f"  {milliseconds(key, texts, vectors, chosen):.1f} ms for one more question")


if __name__ == "__main__":
    main()
