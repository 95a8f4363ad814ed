"""The contract of `models.cross_encoder.CrossEncoder`, on every implementation."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from math import isfinite

import pytest

from models.cross_encoder import CrossEncoder
from models.fake_cross_encoder import FakeCrossEncoder


@cache
def make_sentence_transformers() -> CrossEncoder:
    folder = os.environ.get("ZHIDA_TEST_CROSS_ENCODER")
    if find_spec("sentence_transformers") is None or folder is None:
        pytest.skip("needs the extra 'torch' and a model's folder in ZHIDA_TEST_CROSS_ENCODER")
    from models.sentence_transformers_cross_encoder import SentenceTransformersCrossEncoder

    return SentenceTransformersCrossEncoder(folder, device="cpu")


CROSS_ENCODERS: dict[str, Callable[[], CrossEncoder]] = {
    "fake": cache(FakeCrossEncoder),
    "sentence-transformers": make_sentence_transformers,
}

QUESTION = "How long does standard delivery take?"
PASSAGES = [
    "The warranty of every appliance is two years.",
    "Standard delivery takes three to five working days.",
    "",
    "delivery " * 2000,
]


@pytest.fixture(params=CROSS_ENCODERS.values(), ids=CROSS_ENCODERS)
def cross_encoder(request: pytest.FixtureRequest) -> CrossEncoder:
    make: Callable[[], CrossEncoder] = request.param
    return make()


class TestScores:
    def test_are_one_finite_number_a_passage(self, cross_encoder: CrossEncoder) -> None:
        """Also for an empty passage, and for one that is longer than any model reads."""
        scores = cross_encoder.score(QUESTION, PASSAGES)

        assert len(scores) == len(PASSAGES)
        assert all(isinstance(score, float) and isfinite(score) for score in scores)

    def test_of_no_passages_are_none(self, cross_encoder: CrossEncoder) -> None:
        """Not an error."""
        assert cross_encoder.score(QUESTION, []) == []

    def test_are_higher_for_the_passage_that_answers(self, cross_encoder: CrossEncoder) -> None:
        """The point of it all."""
        other, answer, *_ = cross_encoder.score(QUESTION, PASSAGES)

        assert answer > other

    def test_belong_to_their_passages_whatever_the_order(self, cross_encoder: CrossEncoder) -> None:
        """Batching by length doesn't show."""
        forward = cross_encoder.score(QUESTION, PASSAGES)
        backward = cross_encoder.score(QUESTION, PASSAGES[::-1])

        assert backward[::-1] == pytest.approx(forward, abs=1e-3)
