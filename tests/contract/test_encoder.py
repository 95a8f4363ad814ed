"""The contract of `models.encoder.Encoder`, on every implementation."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest

from models.encoder import Encoder, TokenEncoder
from models.fake_encoder import FakeEncoder
from models.onnx_encoder import OnnxEncoder


@cache
def make_sentence_transformers() -> Encoder:
    folder = os.environ.get("ZHIDA_TEST_SENTENCE_TRANSFORMERS")
    if find_spec("sentence_transformers") is None or folder is None:
        pytest.skip("needs the extra 'torch' and a model's folder in ZHIDA_TEST_SENTENCE_TRANSFORMERS")
    from models.sentence_transformers_encoder import SentenceTransformersEncoder

    return SentenceTransformersEncoder(folder, device="cpu")


ENCODERS: dict[str, Callable[[], Encoder]] = {
    "builtin": cache(lambda: OnnxEncoder(threads=1)),
    "fake": cache(FakeEncoder),
    "sentence-transformers": make_sentence_transformers,
}

TEXTS = ["How do I return an item?", "运费多少？", "", "the delivery fee is paid by the customer " * 30, "退"]


@pytest.fixture(params=ENCODERS.values(), ids=ENCODERS)
def encoder(request: pytest.FixtureRequest) -> Encoder:
    make: Callable[[], Encoder] = request.param
    return make()


class TestVectors:
    def test_have_one_row_per_text_in_order(self, encoder: Encoder) -> None:
        """Batching by length doesn't show."""
        together = encoder.encode_passages(TEXTS)
        alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])

        assert together.shape == (len(TEXTS), encoder.identity.dimension)
        assert together.dtype == np.float32
        # int8 activations are scaled per batch, so the same text differs slightly with its neighbours
        assert (together * alone).sum(axis=1).min() > 0.98

    def test_of_no_texts_are_an_empty_matrix(self, encoder: Encoder) -> None:
        """Not an error, and of the right width."""
        assert encoder.encode_questions([]).shape == (0, encoder.identity.dimension)
        assert encoder.encode_passages([]).shape == (0, encoder.identity.dimension)

    def test_have_length_one(self, encoder: Encoder) -> None:
        """A dot product is a cosine, also for an empty text."""
        lengths = np.linalg.norm(encoder.encode_questions(TEXTS), axis=1)

        assert np.allclose(lengths, 1.0, atol=1e-3)

    def test_are_the_same_each_time(self, encoder: Encoder) -> None:
        """What is stored today matches what is asked tomorrow."""
        assert np.array_equal(encoder.encode_questions(TEXTS[:1]), encoder.encode_questions(TEXTS[:1]))

    def test_of_alike_texts_are_nearer_than_of_others(self, encoder: Encoder) -> None:
        """The point of it all."""
        question = encoder.encode_questions(["How can I return an item that I bought?"])[0]
        near, far = encoder.encode_passages(
            ["An item that you bought can be returned within 30 days.", "Quarterly dividends were announced."]
        )

        assert near @ question > far @ question

    def test_of_a_text_beyond_the_limit_are_those_of_its_beginning(self, encoder: Encoder) -> None:
        """Too long isn't an error."""
        assert encoder.encode_passages(["word " * 3 * encoder.max_tokens]).shape == (1, encoder.identity.dimension)


class TestTokens:
    def test_are_counted_without_a_limit(self, encoder: Encoder) -> None:
        """Splitting needs the true length of long texts."""
        short, long = encoder.count_tokens(["word", "word " * 2000])

        assert 0 < short < 5
        assert long > encoder.max_tokens
        assert encoder.count_tokens([]) == []


class TestTokenVectors:
    def test_know_where_they_stand_in_the_text(self, encoder: Encoder) -> None:
        """There is a span for each vector, in order, and together they cover what the text says."""
        if not isinstance(encoder, TokenEncoder):
            pytest.skip("gives no token vectors")
        texts = ["退货政策\nSL-9 支持 15 天内退货。", "Refunds take three days.", "０ 元", ""]

        rows = encoder.expand_tokens(encoder.encode_passage_tokens(texts)[1])
        spans = encoder.token_spans(texts)

        for text, vectors, places in zip(texts, rows, spans, strict=True):
            assert len(vectors) == len(places)
            starts, ends = places[:, 0].tolist(), places[:, 1].tolist()
            assert starts == sorted(starts)
            assert ends == sorted(ends)
            covered = {at for start, end in zip(starts, ends, strict=True) for at in range(start, end)}
            assert {at for at, letter in enumerate(text) if not letter.isspace()} <= covered


class TestIdentity:
    def test_names_model_hash_and_dimension(self, encoder: Encoder) -> None:
        """It is stored with every vector."""
        identity = encoder.identity

        assert identity.key == f"{identity.name}@{identity.sha256[:16]}/{identity.dimension}"
        assert len(identity.sha256) == 64
        assert encoder.identity == identity
