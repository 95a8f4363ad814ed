"""`zhida eval nlu`: which label a text has, and whether it has one at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
from rich.table import Table

from core.analysis import SentimentLabel
from eval.measures.accuracy import label_accuracy
from eval.measures.auroc import auroc_mean
from eval.measures.judged import judged_measures
from eval.measures.macro_f1 import macro_f1_mean
from eval.measures.mean import Mean
from eval.runs import PRODUCT, CaseResult, Judgement, RunFile, RunKind, SystemRun, record
from eval.suite_labels import LabelKind, LabelledText, LabelSuite
from models.encoder import Encoder, Vectors
from nlu.classifier import Classified, Classifier, learn_vectors
from nlu.folds import stratified_folds
from nlu.sentiment.features import mood_features
from nlu.sentiment.reader import SentimentReader

FOLDS: Final = 5

BATCH: Final = 256
"""Texts encoded between two reports."""

SHIPPED: Final = "shipped"
"""The system that has learnt nothing from the set: the model of mood that comes with Zhida."""

MAJORITY: Final = "majority"
"""The system that always says the label with the most examples: what knowing nothing gives."""

_NAMES: Final = {LabelKind.NEAR: "near", LabelKind.FAR: "far"}

Heard = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Fold:
    """What was learnt from, as rows, and what it is measured on."""

    train: Sequence[int]
    cases: Sequence[int]


def measure_labels(
    suite: LabelSuite,
    encoder: Encoder,
    heard: Heard = lambda _done, _of: None,
    *,
    reader: SentimentReader | None = None,
    seed: int = 0,
) -> RunFile:
    """Learn and measure, with a train set or by five parts in turn.

    Texts without a label aren't learnt from. They count in the AUROC, not in accuracy. Where the labels
    are those of sentiment, the cues of mood are learnt from as well, and `reader` is measured beside.

    Raises:
        InvalidInput: fewer than two labels, or too few texts for five parts.
    """
    texts = [*suite.train, *suite.cases]
    plain = _encoded([each.text for each in texts], encoder, heard)
    moods = {each.label for each in texts} <= set(SentimentLabel)
    vectors = mood_features(plain, [each.text for each in texts]) if moods else plain
    found: dict[int, tuple[Classified, str]] = {}
    train_seconds, penalties, labels = 0.0, [], 0
    for fold in _folds(suite, seed):
        started = perf_counter()
        known = [texts[row].label for row in fold.train]
        classifier: Classifier = learn_vectors(vectors[fold.train], known, encoder, seed=seed)
        train_seconds += perf_counter() - started
        penalties.append(classifier.penalty)
        labels = max(labels, len(classifier.labels))
        commonest = max(sorted(set(known)), key=known.count)
        for row, one in zip(fold.cases, classifier.classify_vectors(vectors[fold.cases]), strict=True):
            found[row] = (one, commonest)
    rows = sorted(found)
    facts = {"labels": float(labels), "train_seconds": round(train_seconds, 3)}
    cases = [texts[row] for row in rows]
    systems = {PRODUCT: _system(cases, [found[row][0] for row in rows], facts, seed)}
    if moods and reader is not None:
        systems[SHIPPED] = _baseline(cases, _read(reader, plain[rows], cases), seed)
    systems[MAJORITY] = _baseline(cases, [found[row][1] for row in rows], seed)
    return record(
        RunKind.NLU,
        suite.name,
        systems,
        models={"encoder": encoder.identity.key},
        settings={"learnt_from": len(suite.train) or f"{FOLDS}-fold cross-validation", "penalties": penalties},
        seed=seed,
    )


def _read(reader: SentimentReader, vectors: Vectors, cases: Sequence[LabelledText]) -> list[str]:
    """The likeliest of those labels that the set has: a set of two labels has nothing neutral in it."""
    labels = [SentimentLabel(label) for label in sorted({case.label for case in cases})]
    shares = reader.shares(vectors, [case.text for case in cases])
    return [max(labels, key=each.__getitem__).value for each in shares]


def _encoded(texts: Sequence[str], encoder: Encoder, heard: Heard) -> Vectors:
    parts = []
    for start in range(0, len(texts), BATCH):
        parts.append(encoder.encode_questions(texts[start : start + BATCH]))
        heard(min(start + BATCH, len(texts)), len(texts))
    return np.vstack(parts)


def _folds(suite: LabelSuite, seed: int) -> list[_Fold]:
    if suite.train:
        count = len(suite.train)
        return [_Fold(range(count), range(count, count + len(suite.cases)))]
    inside = [row for row, case in enumerate(suite.cases) if case.kind is LabelKind.IN]
    outside = [row for row, case in enumerate(suite.cases) if case.kind is not LabelKind.IN]
    placed = stratified_folds([suite.cases[row].label for row in inside], FOLDS, seed=seed)
    return [
        _Fold(
            [row for row, at in zip(inside, placed, strict=True) if at != fold],
            [*(row for row, at in zip(inside, placed, strict=True) if at == fold), *outside[fold::FOLDS]],
        )
        for fold in range(FOLDS)
    ]


def _system(
    cases: Sequence[LabelledText], found: Sequence[Classified], facts: Mapping[str, float], seed: int
) -> SystemRun:
    """`auroc` and the like take the probability; `auroc_near` and `auroc_far` too; `…_familiarity` and the like say what they take."""
    results = [
        CaseResult(
            case.case_id,
            case.text,
            {"accuracy": label_accuracy(one.best, case.label)} if case.kind is LabelKind.IN else {},
            {"label": case.label, "predicted": one.best, "kind": case.kind.value, "energy": one.energy},
            Judgement(one.probability, case.kind is LabelKind.IN, case.kind is LabelKind.IN and one.best == case.label),
        )
        for case, one in zip(cases, found, strict=True)
    ]
    also = _macro(cases, [one.best for one in found], seed)
    also |= judged_measures([result.judgement for result in results if result.judgement is not None])
    also |= _areas(cases, [one.probability for one in found], "")
    also |= _areas(cases, [one.energy for one in found], "_energy")
    also |= _areas(cases, [one.similarity for one in found], "_similarity")
    also |= _areas(cases, [one.familiarity for one in found], "_familiarity")
    return SystemRun.of(results, also=also, facts=facts)


def _baseline(cases: Sequence[LabelledText], said: Sequence[str], seed: int) -> SystemRun:
    inside = [(case, label) for case, label in zip(cases, said, strict=True) if case.kind is LabelKind.IN]
    results = [
        CaseResult(case.case_id, case.text, {"accuracy": label_accuracy(label, case.label)}) for case, label in inside
    ]
    return SystemRun.of(results, also=_macro(cases, said, seed))


def _macro(cases: Sequence[LabelledText], said: Sequence[str], seed: int) -> dict[str, Mean]:
    inside = [(label, case.label) for case, label in zip(cases, said, strict=True) if case.kind is LabelKind.IN]
    found = macro_f1_mean([label for label, _ in inside], [truth for _, truth in inside], seed=seed)
    return {} if found is None else {"macro_f1": found}


def _areas(cases: Sequence[LabelledText], scores: Sequence[float], suffix: str) -> dict[str, Mean]:
    found = {}
    for kind, name in _NAMES.items():
        own = [
            (score, case.kind is LabelKind.IN)
            for case, score in zip(cases, scores, strict=True)
            if case.kind in (LabelKind.IN, kind)
        ]
        area = auroc_mean([score for score, _ in own], [inside for _, inside in own])
        if area is not None:
            found[f"auroc_{name}{suffix}"] = area
    area = auroc_mean(scores, [case.kind is LabelKind.IN for case in cases])
    if area is not None:
        found[f"auroc_out{suffix}"] = area
    return found


COLUMNS: Final[Mapping[str, str]] = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "auroc_near": "AUROC near",
    "auroc_near_familiarity": "near, familiarity",
    "auroc_far": "AUROC far",
    "auroc_far_familiarity": "far, familiarity",
    "auroc_out_familiarity": "near and far, familiarity",
    "span_f1": "span-F1",
    "precision": "precision",
    "recall": "recall",
}


def to_table(runs: Sequence[RunFile]) -> Table:
    """One line a suite and system, with the measures that any of them has."""
    shown = [
        name for name in COLUMNS if any(name in system.measures for run in runs for system in run.systems.values())
    ]
    table = Table(title="Understanding")
    table.add_column("suite", overflow="fold")
    table.add_column("system")
    for heading in ("cases", "labels", *(COLUMNS[name] for name in shown)):
        table.add_column(heading, justify="right")
    for run in runs:
        for name, system in run.systems.items():
            figures = [_shown(each, system.measures.get(each)) for each in shown]
            labels = f"{system.facts['labels']:.0f}" if "labels" in system.facts else "–"
            table.add_row(run.suite, name, str(len(system.cases)), labels, *figures)
    return table


def types_table(runs: Sequence[RunFile]) -> Table:
    """One line a suite and type of entity."""
    table = Table(title="By type")
    for heading in ("suite", "type"):
        table.add_column(heading, overflow="fold")
    for heading in ("span-F1", "precision", "recall"):
        table.add_column(heading, justify="right")
    for run in runs:
        measures = run.systems[PRODUCT].measures
        for name in sorted(measures):
            if name.startswith("span_f1_"):
                kind = name.removeprefix("span_f1_")
                figures = [f"{measures[f'{each}_{kind}'].value:.3f}" for each in ("span_f1", "precision", "recall")]
                table.add_row(run.suite, kind, *figures)
    return table


def _shown(name: str, value: Mean | None) -> str:
    if value is None:
        return "–"
    return f"{value.value:.3f} ± {value.stderr:.3f}" if name == "accuracy" else f"{value.value:.3f}"
