"""Fits `analytics/needs.npz`, the metric by which unanswered questions are put together.

    python -m eval.benchmarks.fit_needs SET.jsonl… [--write]

A line of a set has `text` and `label` (or `intent`, with `language`, as in `nlu/gold/service.jsonl`); lines without a
label, and those labelled `oos`, are left out. Each set and language is centred on its own, so that the map learns what
wordings of one intent share, not what tells sets apart. Without `--write` nothing is stored.
`eval.benchmarks.measure_grouping` measures the result; its sets are none of these.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.needs import FILE
from core.settings import read_settings
from models.encoder import Encoder, Vectors
from models.loading import load_encoder

RIDGE: Final = 1.0
"""Added to the scatter within classes, in multiples of its mean variance. With 3 the figures differ by a point."""

KEPT: Final = 128
"""Directions. With 96 or 256 recall is a little lower at the same precision."""

Texts = Mapping[str, Sequence[str]]
"""The texts of each label."""


def read(path: Path) -> dict[str, Texts]:
    """A file's texts by language and label."""
    sets: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        label = row.get("label") or row.get("intent")
        if label and label != "oos":
            sets[f"{path} {row.get('language', '')}"][str(label)].append(str(row["text"]))
    return {name: dict(labels) for name, labels in sets.items()}


def fit(encoder: Encoder, sets: Sequence[Texts]) -> tuple[Vectors, Vectors]:
    """The centre and the map of all sets together."""
    size = encoder.identity.dimension
    within, between = np.zeros((size, size)), np.zeros((size, size))
    free = questions = 0
    centres = []
    for labels in sets:
        rows = {label: encoder.encode_questions(texts) for label, texts in labels.items()}
        centre = np.concatenate(list(rows.values())).mean(axis=0)
        centres.append(centre)
        for own in rows.values():
            if len(own) < 2:
                continue
            middle = own.mean(axis=0)
            within += (own - middle).T @ (own - middle)
            between += len(own) * np.outer(middle - centre, middle - centre)
            free, questions = free + len(own) - 1, questions + len(own)
    matrix = _directions(within / free, between / questions)
    return np.mean(centres, axis=0).astype(np.float32), matrix.astype(np.float32)


def _directions(within: NDArray[np.float64], between: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whiten what varies within the classes, then keep the directions in which they lie furthest apart."""
    ridge = RIDGE * np.trace(within) / len(within) * np.eye(len(within))
    values, vectors = np.linalg.eigh(within + ridge)
    whiten = vectors / np.sqrt(values)
    _, best = np.linalg.eigh(whiten.T @ between @ whiten)
    return np.asarray(whiten @ best[:, ::-1][:, :KEPT])


def main() -> None:
    """Fit and, with `--write`, store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    encoder = load_encoder(read_settings({}))
    sets = {name: texts for path in arguments.sets for name, texts in read(path).items()}
    for name, labels in sets.items():
        print(f"{name}: {sum(map(len, labels.values()))} questions, {len(labels)} labels")
    centre, matrix = fit(encoder, list(sets.values()))
    if arguments.write:
        # Half precision: the figures are the same, and the file is half as large
        half = np.float16
        key = np.array(encoder.identity.key)
        np.savez_compressed(FILE, encoder_key=key, centre=centre.astype(half), matrix=matrix.astype(half))
        print(f"{FILE}: {FILE.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
