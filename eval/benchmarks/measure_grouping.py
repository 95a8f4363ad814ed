"""How well unanswered questions are grouped: `python -m eval.benchmarks.measure_grouping FILE.jsonl …`.

Each line of a file has `text` and `label` (or `cluster`): questions of one label are one need. Printed are, for
each threshold, the pairwise precision and recall of the groups (a pair is two questions in one group) and how many
groups there are.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from analytics.grouping import Group, nearest
from core.settings import read_settings
from models.encoder import Vectors
from models.loading import load_encoder

QUESTIONS: Final = 400
THRESHOLDS: Final = (0.90, 0.91, 0.92, 0.93, 0.94, 0.95)


def read(path: Path) -> list[tuple[str, str]]:
    """Questions with their labels, a random part of a large set."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    pairs = [(str(row["text"]).strip(), str(row.get("label", row.get("cluster")))) for row in rows]
    random.Random(0).shuffle(pairs)
    return pairs[:QUESTIONS]


def group(texts: Sequence[str], vectors: Vectors, least: float) -> list[int]:
    """The number of each question's group, as they come in."""
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


def pairs_within(labels: Sequence[object]) -> int:
    """How many pairs have the same label."""
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def main() -> None:
    """Print the table of each file."""
    encoder = load_encoder(read_settings({}))
    for name in sys.argv[1:]:
        rows = read(Path(name))
        texts, labels = [row[0] for row in rows], [row[1] for row in rows]
        vectors = encoder.encode_questions(texts)
        print(f"{name}: {len(rows)} questions, {len(set(labels))} needs")
        for least in THRESHOLDS:
            chosen = group(texts, vectors, least)
            both = pairs_within(list(zip(chosen, labels, strict=True)))
            precision = both / (pairs_within(chosen) or 1)
            recall = both / (pairs_within(labels) or 1)
            print(f"  {least:.2f}  precision {precision:.3f}  recall {recall:.3f}  groups {len(set(chosen))}")


if __name__ == "__main__":
    main()
