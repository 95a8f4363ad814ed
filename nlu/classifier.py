"""Which label a text has, learnt in seconds from examples; or that it may have none of them.

    classifier = learn(examples, encoder)
    [found] = classifier.classify(["我的卡还没到"], least=0.5)

The encoder isn't trained: a linear model on its vectors needs few examples, no GPU, and is learnt
anew whenever somebody adds an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from models.encoder import Encoder, Vectors
from nlu.folds import stratified_folds
from nlu.logistic import Logistic, Matrix, fit_logistic, log_sum_exp, softmax

PENALTIES: Final = (3e-2, 3e-3, 3e-4, 3e-5)
"""Tried on left-out examples, strongest first."""

CLOSENESS: Final = 30.0
"""Weight of the similarity in `Classified.familiarity`: one deviation of it counts a little more than one of the log
probability. On two development sets anything from 20 to 60 gives the same AUROC to half a point."""

TINY: Final = 1e-12

FOLDS: Final = 3
"""Of the examples, to choose among `PENALTIES`."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose label is known."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Classified:
    """What a classifier makes of a text."""

    label: str | None
    """`None` where it isn't sure enough to say."""
    best: str
    """The likeliest label, sure or not."""
    probability: float
    """Of `best`, 0.0 to 1.0, given that the text has one of the labels."""
    energy: float
    """How familiar the text is; higher is more. Tells foreign texts from known ones, has no fixed scale.
    The negative free energy of Liu et al., "Energy-based out-of-distribution detection", 2020."""
    similarity: float
    """Cosine with the most similar example. Better than energy at telling texts about something else.
    Sun et al., "Out-of-distribution detection with deep nearest neighbors", 2022."""

    @property
    def familiarity(self) -> float:
        """Whether a text has one of the labels at all; higher is likelier, has no fixed scale. The best of all.

        Probability sees texts between two labels, similarity texts beside all of them.
        """
        return log(max(self.probability, TINY)) + CLOSENESS * self.similarity


@dataclass(frozen=True, slots=True)
class Classifier:
    """A learnt set of labels. Safe to use from several threads."""

    labels: tuple[str, ...]
    """In alphabetical order."""
    model: Logistic
    penalty: float
    examples: Vectors
    """What it was learnt from: shape `(examples, dimension)`, rows of length 1."""
    encoder: Encoder

    def classify(self, texts: Sequence[str], *, least: float = 0.0) -> list[Classified]:
        """One result for each text, in order. Below the probability `least` it abstains."""
        return self.classify_vectors(self.encoder.encode_questions(texts), least=least)

    def classify_vectors(self, vectors: Vectors, *, least: float = 0.0) -> list[Classified]:
        """As `classify`, of questions that are encoded already: shape `(texts, dimension)`, rows of length 1."""
        if not len(vectors):
            return []
        logits = self.model.logits(vectors)
        shares, energies = softmax(logits), log_sum_exp(logits)
        nearest = (vectors @ self.examples.T).max(axis=1)
        found = []
        for row, at in enumerate(shares.argmax(axis=1)):
            best, probability = self.labels[at], float(shares[row, at])
            label = best if probability >= least else None
            found.append(Classified(label, best, probability, float(energies[row]), float(nearest[row])))
        return found


def learn(examples: Sequence[Example], encoder: Encoder, *, penalty: float | None = None, seed: int = 0) -> Classifier:
    """Learn labels from examples.

    Raises:
        InvalidInput: there are fewer than two labels.
    """
    vectors = encoder.encode_questions([example.text for example in examples])
    return learn_vectors(vectors, [example.label for example in examples], encoder, penalty=penalty, seed=seed)


def learn_vectors(
    vectors: Vectors, labels: Sequence[str], encoder: Encoder, *, penalty: float | None = None, seed: int = 0
) -> Classifier:
    """As `learn`, of questions that are encoded already: shape `(len(labels), dimension)`, rows of length 1.

    Without `penalty` the one with the lowest log loss on left-out examples is taken, so that
    probabilities mean something; `seed` says which examples are left out together.
    """
    known = tuple(sorted(set(labels)))
    if len(known) < 2:
        raise InvalidInput(f"{len(known)} labels can't be told apart. Give examples of two labels or more.")
    places = {label: at for at, label in enumerate(known)}
    classes = np.array([places[label] for label in labels], dtype=np.intp)
    chosen = _best_penalty(vectors, labels, classes, len(known), seed) if penalty is None else penalty
    return Classifier(known, fit_logistic(vectors, classes, len(known), penalty=chosen), chosen, vectors, encoder)


def _best_penalty(vectors: Vectors, labels: Sequence[str], classes: NDArray[np.intp], count: int, seed: int) -> float:
    if len(labels) < FOLDS:
        return PENALTIES[0]
    folds = stratified_folds(labels, FOLDS, seed=seed)
    losses = [
        sum(_loss(vectors, classes, folds == fold, count, penalty) for fold in range(FOLDS)) for penalty in PENALTIES
    ]
    return PENALTIES[int(np.argmin(losses))]


def _loss(
    vectors: Vectors, classes: NDArray[np.intp], left_out: NDArray[np.bool_], count: int, penalty: float
) -> float:
    """Log loss of what was left out, summed. A label that is left out whole costs every penalty about the same."""
    model = fit_logistic(vectors[~left_out], classes[~left_out], count, penalty=penalty)
    logits: Matrix = model.logits(vectors[left_out])
    return float((log_sum_exp(logits) - logits[np.arange(len(logits)), classes[left_out]]).sum())
