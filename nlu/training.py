"""Learns intents, mood and escalation from labelled messages, in seconds on a CPU: the encoder isn't trained.

learnt = learn_intents(examples_of(read_gold(Split.TRAIN)), encoder)
learnt.model.write(path)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from models.encoder import Encoder, Vectors
from nlu.classifier import Example
from nlu.escalation.reader import NONE
from nlu.folds import stratified_folds
from nlu.gold_set import GoldMessage
from nlu.intents.model import IntentModel, fit_intents
from nlu.linear import LinearModel
from nlu.logistic import Logistic, fit_logistic
from nlu.sentiment.features import mood_features
from nlu.sentiment.reader import ANGRY, CALM

FOLDS: Final = 3

MOOD_PENALTY: Final = 1e-3
"""Of the model of mood: the best on the development sets, which aren't what it is learnt from."""

RARE_PENALTY: Final = 1e-4
RARE_SHARE: Final = 0.15
"""Anger and reasons to escalate are rare among the gold messages and must still be found."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model, and what is known of it."""

    model: LinearModel
    examples: int
    accuracy: float
    """On parts left out of the learning. Wordings of one person resemble each other, so that customers give less."""


@dataclass(frozen=True, slots=True)
class LearntIntents:
    """The same of intents."""

    model: IntentModel
    examples: int
    accuracy: float


def examples_of(messages: Sequence[GoldMessage]) -> list[Example]:
    """Messages with an intent, as examples of it."""
    return [Example(message.text, message.intent) for message in messages if message.intent is not None]


def learn_intents(examples: Sequence[Example], encoder: Encoder, *, seed: int = 0) -> LearntIntents:
    """Learn labels from examples; several files of labels are simply put together.

    Raises:
        InvalidInput: there are fewer than two labels.
    """
    vectors = encoder.encode_questions([example.text for example in examples])
    return learn_intent_vectors(vectors, [example.label for example in examples], encoder, seed=seed)


def learn_intent_vectors(vectors: Vectors, labels: Sequence[str], encoder: Encoder, *, seed: int = 0) -> LearntIntents:
    """As `learn_intents`, of questions that are encoded already: shape `(len(labels), dimension)`."""
    if len(set(labels)) < 2:
        raise InvalidInput(f"{len(set(labels))} labels can't be told apart. Give examples of two labels or more.")
    wanted = np.array(labels)
    right = 0
    if len(labels) >= FOLDS:
        folds = stratified_folds(labels, FOLDS, seed=seed)
        for fold in range(FOLDS):
            rest = wanted[folds != fold].tolist()
            if len(set(rest)) > 1:
                model = fit_intents(vectors[folds != fold], rest, encoder.identity.key)
                said = np.array(model.labels)[model.probabilities(vectors[folds == fold]).argmax(axis=1)]
                right += int((said == wanted[folds == fold]).sum())
    model = fit_intents(vectors, list(labels), encoder.identity.key)
    return LearntIntents(model, len(labels), right / len(labels))


def learn_levels(messages: Sequence[GoldMessage], vectors: Vectors, encoder: Encoder, *, seed: int = 0) -> Learnt:
    """Learn the five levels of mood; `vectors` are those of the messages."""
    features = mood_features(vectors, [message.text for message in messages])
    return _learn(features, [str(int(message.level)) for message in messages], encoder, MOOD_PENALTY, seed)


def learn_anger(messages: Sequence[GoldMessage], vectors: Vectors, encoder: Encoder, *, seed: int = 0) -> Learnt:
    """Learn what anger is; `vectors` are those of the messages."""
    features = mood_features(vectors, [message.text for message in messages])
    labels = [ANGRY if message.anger else CALM for message in messages]
    return _learn(features, labels, encoder, RARE_PENALTY, seed, share=RARE_SHARE)


def learn_escalation(messages: Sequence[GoldMessage], vectors: Vectors, encoder: Encoder, *, seed: int = 0) -> Learnt:
    """Learn the reasons to bring in a person; of a message with several, the first counts."""
    features = mood_features(vectors, [message.text for message in messages])
    labels = [message.signals[0] if message.signals else NONE for message in messages]
    return _learn(features, labels, encoder, RARE_PENALTY, seed, share=RARE_SHARE)


def _learn(
    features: Vectors, labels: Sequence[str], encoder: Encoder, penalty: float, seed: int, *, share: float = 0.0
) -> Learnt:
    known = tuple(sorted(set(labels)))
    places = {label: at for at, label in enumerate(known)}
    classes = np.array([places[label] for label in labels], dtype=np.intp)
    folds = stratified_folds(labels, FOLDS, seed=seed)
    right = 0
    for fold in range(FOLDS):
        out = folds == fold
        fitted = _fit(features[~out], classes[~out], len(known), penalty, share)
        right += int((fitted.logits(features[out]).argmax(axis=1) == classes[out]).sum())
    model = LinearModel(known, _fit(features, classes, len(known), penalty, share), encoder.identity.key)
    return Learnt(model, len(labels), right / len(labels))


def _fit(features: Vectors, classes: NDArray[np.intp], count: int, penalty: float, share: float) -> Logistic:
    """Rows of rare classes are counted several times, so that each class has at least `share` of the largest."""
    sizes = np.maximum(np.bincount(classes, minlength=count), 1)
    times = np.maximum(1, np.rint(share * sizes.max() / sizes)).astype(np.intp)
    rows = np.repeat(np.arange(len(classes)), times[classes])
    return fit_logistic(features[rows], classes[rows], count, penalty=penalty)
