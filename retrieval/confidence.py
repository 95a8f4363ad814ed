"""How likely the evidence answers the question: a small logistic model on three plain features."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from math import exp
from pathlib import Path
from typing import Final

from core.text import HAN, fold
from core.types import Hit
from kb.index import Candidate
from models.encoder import Vectors
from retrieval.background import Background
from retrieval.explanation import folded_passage

MODEL_FILE: Final = Path(__file__).with_name("confidence.json")
"""Weights with the suites they were fitted on; `python -m eval.benchmarks.fit_confidence` writes it."""

_RUNS: Final = re.compile(f"[{HAN}]+|[a-z0-9]+")

_ASKING: Final = re.compile(
    "请问|麻烦问一?下|想问一?下|想知道|告诉我|为什么|为啥|怎么样|怎么办|怎么|怎样|如何|什么时候|什么|多少|多久|多长时间|哪里|哪儿|哪些|哪个|几个|几天|"
    "能不能|可不可以|可以|是不是|有没有|是否|需要|你好|您好|谢谢|你们|我们|您|你|我|吗|呢|吧|啊|呀|嘛|了|的|是|在|有|和|与|或|能|要|会不会|一下"
)
"""What asks rather than says, longest first. «会» alone is left: it begins «会员»."""

_ENGLISH_EMPTY: Final = (
    "a an and are as at be by can could did do does for from had has have how i if in is it its me my of on or our "
    "should that the there this to was we were what when where which who why will with would you your"
)
_EMPTY_WORDS: Final = frozenset(_ENGLISH_EMPTY.split())


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the model reads. All features grow with the chance that the question is answered."""

    standing: float
    """How far the best cosine is above what chance would give, in deviations: see `retrieval.background`."""
    coverage: float
    """Share of the question's content that the best passage contains word for word, 0.0 to 1.0."""
    weakest: float | None
    """How well the best passage meets even those tokens of the question that it meets least, -1.0 to 1.0; `None` where
    the encoder gives no token vectors."""


NO_EVIDENCE: Final = Evidence(0.0, 0.0, None)


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """A logistic regression: `1 / (1 + exp(-(bias + weights · features)))`."""

    bias: float
    weights: Sequence[float]
    """One for each field of `Evidence`, in order."""
    typical_weakest: float
    """Stands in for a `weakest` that isn't known: the mean where the model was fitted."""


@lru_cache(maxsize=1)
def load_model() -> ConfidenceModel:
    """Read the shipped weights."""
    raw = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    weights = [float(raw["weights"][field.name]) for field in fields(Evidence)]
    return ConfidenceModel(raw["bias"], weights, raw["typical_weakest"])


def confidence(evidence: Evidence) -> float:
    """Probability that the evidence answers the question, 0.0 to 1.0; 0.0 when nothing was found."""
    if evidence == NO_EVIDENCE:
        return 0.0
    model = load_model()
    values = [model.typical_weakest if value is None else value for value in astuple(evidence)]
    score = model.bias + sum(weight * value for weight, value in zip(model.weights, values, strict=True))
    return 1.0 / (1.0 + exp(-score))


def weigh(
    question: str, vector: Vectors, dense: Sequence[Candidate], hits: Sequence[Hit], background: Background
) -> Evidence:
    """Read the features off the dense ranking and the best hit. `vector` is the question's."""
    if not hits or not dense:
        return NO_EVIDENCE
    return Evidence(
        standing=background.standing(vector, dense[0].score),
        coverage=coverage(question, hits[0].passage.indexed_text),
        weakest=hits[0].why.weakest,
    )


def coverage(question: str, text: str) -> float:
    """Share of the question's content that `text` contains: Chinese by pairs of characters, the rest by words.

    Words that ask rather than say («请问», «how») don't count. A question of nothing else gives 0.0.
    """
    units = content(question)
    return sum(contains(text, units)) / len(units) if units else 0.0


def contains(text: str, units: Sequence[str]) -> list[bool]:
    """Whether the text has each of the units that `content` gave."""
    folded = folded_passage(text)
    words = frozenset(run for run in _RUNS.findall(folded) if run.isascii())
    return [unit in (words if unit.isascii() else folded) for unit in units]


def content(question: str) -> list[str]:
    """What a question says, apart from how it asks: pairs of Chinese characters, and words."""
    units: list[str] = []
    for run in _RUNS.findall(_ASKING.sub(" ", fold(question))):
        if run.isascii():
            units += [] if run in _EMPTY_WORDS else [run]
        else:
            units += [run[at : at + 2] for at in range(max(1, len(run) - 1))]
    return units
