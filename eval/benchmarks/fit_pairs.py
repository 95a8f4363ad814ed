"""Fits `retrieval/pairs.json` on sets of questions with Q&A pairs, and reports it on sets left out.

    python -m eval.benchmarks.fit_pairs SET… [--work FOLDER] [--write]

A set is a folder of one of these forms:

    train_10shot.jsonl and valid.jsonl or val.jsonl   `text`, `label`, perhaps `kind`; the first are the wordings
    other *.jsonl with `text` and `label`             half of each label are wordings; every fourth label is unknown
    queries.jsonl and corpus.jsonl with `cluster`     the corpus are the wordings; every fourth cluster is unknown
    *.jsonl with `a`, `b` and `label` 0 or 1          `b` are pairs of one wording, `a` asks the same or doesn't

Every question gives one row: the nearest pair, and whether it is the right one. Sets of thousands
of narrow pairs are cut into knowledge bases of `SMALL` pairs, since their labels don't say that two
pairs ask the same. Each set weighs the same and has a bias of its own while the weights are fitted,
so that they tell questions of one set apart, not sets; the shipped bias is the mean of them.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.fit_confidence import auroc
from models.encoder import Vectors
from retrieval.pairs import MODEL_FILE, READ, Near, PairEvidence, alone, weigh

RIDGE: Final = 1.0
"""L2 penalty on standardised weights."""

STEPS: Final = 25
SMALL: Final = 40
"""Pairs in a knowledge base, where a set is cut into several."""

DEPTH: Final = 10
"""Pairs looked at, as the product does."""

KNOWN, NEAR, FAR = "in", "near_oos", "far_oos"
UNKNOWN_EVERY: Final = 4
MOST_WORDINGS: Final = 10
THRESHOLDS: Final = (0.5, 0.6, 0.7, 0.75, 0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.92, 0.94, 0.96, 0.98)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the number of the pair that answers it, or `None`, and how far off it is."""

    text: str
    pair: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Base:
    """A knowledge base of Q&A pairs, each by its wordings, and what is asked of it."""

    pairs: tuple[tuple[str, ...], ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Features of one set, shape (questions, 5); 1.0 where the nearest pair is right; the kinds."""

    name: str
    features: Floats
    either: Floats
    """The same as if the nearest pair were alone."""
    right: Floats
    kinds: tuple[str, ...]


# Reading


def read_sets(folder: Path) -> dict[str, list[Base]]:
    """The sets of a folder by name, each as one or several knowledge bases."""
    name = folder.parent.name if folder.name == "dev" else folder.name
    if (folder / "train_10shot.jsonl").is_file():
        valid = next(path for path in (folder / "valid.jsonl", folder / "val.jsonl") if path.is_file())
        return {name: [_intents(_lines(folder / "train_10shot.jsonl"), _lines(valid))]}
    if (folder / "queries.jsonl").is_file():
        return {name: _clusters(_lines(folder / "corpus.jsonl"), _lines(folder / "queries.jsonl"))}
    found: dict[str, list[Base]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        rows = _lines(path)
        if "a" in rows[0]:
            found[f"{name}/{path.stem}"] = _paraphrases(rows)
        elif "text" in rows[0]:
            found[f"{name}/{path.stem}"] = [_split_intents(rows)]
    if not found:
        raise SystemExit(f"Folder {str(folder)!r} has none of the forms that the module's text lists.")
    return found


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _intents(wordings: Iterable[Mapping[str, Any]], asked: Iterable[Mapping[str, Any]]) -> Base:
    by_label: dict[str, dict[str, None]] = defaultdict(dict)
    for row in wordings:
        by_label[row["label"]][row["text"]] = None
    numbers = {label: number for number, label in enumerate(by_label)}
    questions = tuple(
        Asked(row["text"], numbers.get(row["label"]), row.get("kind") or (KNOWN if row["label"] in numbers else FAR))
        for row in asked
    )
    return Base(tuple(tuple(texts) for texts in by_label.values()), questions)


def _split_intents(rows: Sequence[Mapping[str, Any]]) -> Base:
    by_label: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_label[row["label"]].append(row["text"])
    wordings, asked = [], []
    for number, label in enumerate(sorted(by_label)):
        texts = by_label[label]
        half = 0 if number % UNKNOWN_EVERY == UNKNOWN_EVERY - 1 else min(MOST_WORDINGS, len(texts) // 2)
        wordings += [{"text": text, "label": label} for text in texts[:half]]
        asked += [{"text": text, "label": label, "kind": KNOWN if half else NEAR} for text in texts[half:]]
    return _intents(wordings, asked)


def _clusters(corpus: Iterable[Mapping[str, Any]], queries: Sequence[Mapping[str, Any]]) -> list[Base]:
    wordings = [row for row in corpus if row["cluster"] is not None]
    parts = max(1, len({row["cluster"] for row in wordings}) // SMALL)
    bases = []
    for part in range(parts):
        known = [
            {"text": row["text"], "label": str(row["cluster"])}
            for row in wordings
            if row["cluster"] % parts == part and row["cluster"] // parts % UNKNOWN_EVERY != UNKNOWN_EVERY - 1
        ]
        labels = {row["label"] for row in known}
        asked = [
            {
                "text": row["text"],
                "label": str(row["cluster"]),
                "kind": KNOWN if str(row["cluster"]) in labels else NEAR,
            }
            for row in queries
            if row["cluster"] % parts == part
        ]
        bases.append(_intents(known, asked))
    return bases


def _paraphrases(rows: Sequence[Mapping[str, Any]]) -> list[Base]:
    rows = [row for row in rows if row["a"] != row["b"]]
    bases = []
    for start in range(0, len(rows), SMALL):
        some = rows[start : start + SMALL]
        pairs = {text: number for number, text in enumerate(dict.fromkeys(row["b"] for row in some))}
        asked = tuple(
            Asked(row["a"], pairs[row["b"]] if row["label"] else None, KNOWN if row["label"] else NEAR) for row in some
        )
        bases.append(Base(tuple((text,) for text in pairs), asked))
    return bases


# Features


class Encoded:
    """Vectors of many texts by text, kept in a file for the next run."""

    def __init__(self, work: Path | None) -> None:
        self._file = work / "pairs-vectors.npz" if work else None
        self._vectors: dict[str, Vectors] = {}
        if self._file and self._file.is_file():
            stored = np.load(self._file, allow_pickle=False)
            self._vectors = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    def add(self, texts: Iterable[str]) -> None:
        """Encode those that are missing."""
        from models.onnx_encoder import OnnxEncoder

        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            self._vectors.update(zip(missing, OnnxEncoder().encode_questions(missing), strict=True))
        if missing and self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, texts=np.array(list(self._vectors)), vectors=np.stack(list(self._vectors.values())))

    def rows(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""
        return np.stack([self._vectors[text] for text in texts])


def collect(name: str, bases: Sequence[Base], encoded: Encoded) -> Rows:
    """The nearest pair of every question, as the product finds it."""
    features, either, right, kinds = [], [], [], []
    for base in bases:
        for asked, best, evidence in _nearest(base, encoded):
            features.append(astuple(evidence))
            either.append(astuple(alone(evidence)))
            right.append(float(best == asked.pair))
            kinds.append(asked.kind)
    return Rows(name, np.array(features), np.array(either), np.array(right), tuple(kinds))


def _nearest(base: Base, encoded: Encoded) -> Iterator[tuple[Asked, int, PairEvidence]]:
    wordings = [(number, text) for number, texts in enumerate(base.pairs) for text in texts]
    of_pair = np.array([number for number, _ in wordings])
    vectors = encoded.rows([text for _, text in wordings])
    centres = np.stack([vectors[of_pair == number].mean(axis=0) for number in range(len(base.pairs))])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    for asked, vector in zip(base.asked, encoded.rows([each.text for each in base.asked]), strict=True):
        cosines = vectors @ vector
        order = np.argsort(-cosines)
        first = {int(of_pair[at]): int(at) for at in order[::-1]}  # the last one written is the nearest
        numbers = sorted(first, key=lambda number: -cosines[first[number]])[:DEPTH]
        near = [
            Near(
                base.pairs[number],
                wordings[first[number]][1],
                float(cosines[first[number]]),
                float(centres[number] @ vector) if rank < READ else float(cosines[first[number]]),
            )
            for rank, number in enumerate(numbers)
        ]
        best = max(range(min(READ, len(near))), key=lambda at: near[at].meaning)
        yield asked, numbers[best], weigh(asked.text, near)[best]


# Fitting


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of the features, and the mean of the sets' biases."""

    bias: float
    weights: Floats

    def probabilities(self, features: Floats) -> Floats:
        """By the logistic function."""
        odds: Floats = np.exp(-(self.bias + features @ self.weights))
        return 1 / (1 + odds)


def fit(rows: Sequence[Rows]) -> Fitted:
    """By iteratively reweighted least squares on standardised features, with one bias a set."""
    features = np.concatenate([each.features for each in rows])
    right = np.concatenate([each.right for each in rows])
    weight = np.concatenate([np.full(len(each.right), _weight(each, rows)) for each in rows])
    sets = np.concatenate([np.full(len(each.right), at) for at, each in enumerate(rows)])
    centre, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = np.column_stack([sets[:, None] == np.arange(len(rows)), (features - centre) / scale]).astype(np.float64)
    penalty = np.diag([RIDGE / 100] * len(rows) + [RIDGE] * features.shape[1])
    solution = np.zeros(design.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-design @ solution))
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + penalty
        solution += np.linalg.solve(curvature, design.T @ (weight * (right - p)) - penalty @ solution)
    weights = solution[len(rows) :] / scale
    shares = np.array([_weight(each, rows) * len(each.right) for each in rows])
    return Fitted(float(np.average(solution[: len(rows)], weights=shares) - centre @ weights), weights)


def family(name: str) -> str:
    """Sets of one folder are left out together."""
    return name.split("/")[0]


def _weight(rows: Rows, among: Sequence[Rows]) -> float:
    """Weight of a row: each family counts 1000, whatever its size."""
    return 1000 / len(rows.right) / sum(family(each.name) == family(rows.name) for each in among)


def report(rows: Sequence[Rows]) -> list[dict[str, float]]:
    """Each set by weights fitted on the others. Returns the shares of wrong answers by threshold."""
    print(
        f"{'set left out':28} {'cases':>6} {'right':>6} {'mean p':>7} {'Brier':>6} {'AUROC':>6} {'near':>6} {'far':>6}"
    )
    probabilities: list[Floats] = []
    for left in rows:
        model = fit([each for each in rows if family(each.name) != family(left.name)])
        p = model.probabilities(left.features)
        probabilities.append(p)
        either = model.probabilities(left.either)
        print(
            f"{left.name:28} {len(p):6} {left.right.mean():6.3f} {p.mean():7.3f} {np.mean((p - left.right) ** 2):6.3f} "
            f"{auroc(p, left.right):6.3f} {_apart(either, left, NEAR):6.3f} {_apart(either, left, FAR):6.3f}"
        )
    print("near and far: AUROC of questions that a pair answers against those that none does, by the probability")
    print("that one of the nearest pairs is meant")
    return _wrong(rows, probabilities)


def _apart(p: Floats, rows: Rows, kind: str) -> float:
    kinds = np.array(rows.kinds)
    chosen = (kinds == KNOWN) | (kinds == kind)
    return auroc(p[chosen], (kinds[chosen] == KNOWN).astype(np.float64))


def _wrong(rows: Sequence[Rows], probabilities: Sequence[Floats]) -> list[dict[str, float]]:
    """Shares of all questions that are answered by a pair, and answered wrongly, from each probability on.

    Each family of sets counts the same. What is returned is made to fall where a few cases make it rise.
    """
    table: list[dict[str, float]] = []
    lowest = of_answers = 1.0
    print(f"{'from':>9} {'answered':>9} {'wrong':>6} {'of answers':>11}")
    for lower in THRESHOLDS:
        answered = _mean([float((p >= lower).mean()) for p in probabilities], rows)
        missed = [float(((p >= lower) & (each.right == 0)).mean()) for each, p in zip(rows, probabilities, strict=True)]
        wrong = _mean(missed, rows)
        of_answers = min(of_answers, wrong / max(answered, 1e-9))
        lowest = min(lowest, wrong)
        print(f"{lower:9.2f} {answered:9.3f} {wrong:6.3f} {wrong / max(answered, 1e-9):11.3f}")
        table.append({"probability": lower, "of_questions": round(lowest, 4), "of_answers": round(of_answers, 4)})
    return table


def _mean(values: Sequence[float], rows: Sequence[Rows]) -> float:
    """Over families, each the mean of its sets."""
    by_family: dict[str, list[float]] = defaultdict(list)
    for each, value in zip(rows, values, strict=True):
        by_family[family(each.name)].append(value)
    return fmean(map(fmean, by_family.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, help="keep the vectors here for the next run")
    parser.add_argument("--write", action="store_true", help=f"write {MODEL_FILE.name}")
    options = parser.parse_args()
    sets = {name: bases for folder in options.sets for name, bases in read_sets(folder).items()}
    encoded = Encoded(options.work)
    encoded.add(
        text
        for bases in sets.values()
        for base in bases
        for text in (*(each.text for each in base.asked), *(each for pair in base.pairs for each in pair))
    )
    rows = [collect(name, bases, encoded) for name, bases in sets.items()]
    wrong = report(rows)
    model = fit(rows)
    names = [field.name for field in fields(PairEvidence)]
    weights = {name: round(float(value), 4) for name, value in zip(names, model.weights, strict=True)}
    shipped = {
        "bias": round(model.bias, 4),
        "weights": weights,
        "wrong": wrong,
        "fitted_on": sorted(sets),
        "fitted": date.today().isoformat(),
    }
    print(json.dumps(shipped["weights"]), shipped["bias"])
    if options.write:
        MODEL_FILE.write_text(json.dumps(shipped, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
