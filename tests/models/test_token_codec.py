"""Token vectors are compressed to half a byte a number and stay comparable."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import ConfigurationError
from models.token_codec import LEAST, TokenCodec, fit_codec, information_of

DIMENSION = 48
KEPT = 16
INFORMATION = np.asarray([0.1, 3.0], dtype=np.float32)


@pytest.fixture(scope="module")
def tokens() -> np.ndarray:
    """Vectors that lie mostly in a few directions, around a common centre, as token vectors do."""
    random = np.random.default_rng(7)
    strengths = np.linspace(3.0, 0.05, DIMENSION)
    return (random.normal(size=(4000, DIMENSION)) * strengths + 5.0).astype(np.float32)


@pytest.fixture(scope="module")
def codec(tokens: np.ndarray) -> TokenCodec:
    return fit_codec([tokens], INFORMATION, kept=KEPT)


def test_a_token_takes_half_a_byte_a_number(codec: TokenCodec, tokens: np.ndarray) -> None:
    assert len(codec.compress(tokens[:10])) == 10 * KEPT // 2


def test_what_comes_back_points_where_it_pointed_before(codec: TokenCodec, tokens: np.ndarray) -> None:
    projected, back = codec.project(tokens), codec.expand(codec.compress(tokens))

    assert back.shape == projected.shape
    assert np.allclose(np.linalg.norm(back, axis=1), 1.0, atol=1e-5)
    assert float((projected * back).sum(axis=1).mean()) > 0.98


def test_similarities_survive(codec: TokenCodec, tokens: np.ndarray) -> None:
    """The cosines of compressed tokens are those of the projected ones, give or take a few hundredths."""
    projected, back = codec.project(tokens[:200]), codec.expand(codec.compress(tokens[:200]))

    assert float(np.abs(projected @ projected.T - projected @ back.T).mean()) < 0.06


def test_no_tokens_are_no_bytes(codec: TokenCodec) -> None:
    nothing = np.empty((0, DIMENSION), dtype=np.float32)

    assert codec.compress(nothing) == b""
    assert codec.expand(b"").shape == (0, KEPT)


def test_the_shipped_form_is_the_same_codec_in_half_precision(codec: TokenCodec, tokens: np.ndarray) -> None:
    shipped = TokenCodec.read(codec.written())

    assert shipped.kept == KEPT
    assert float((shipped.project(tokens) * codec.project(tokens)).sum(axis=1).min()) > 0.999
    assert TokenCodec.read(codec.written()).key == shipped.key


def test_another_fit_has_another_key(codec: TokenCodec, tokens: np.ndarray) -> None:
    assert fit_codec([tokens[:1000]], INFORMATION, kept=KEPT).key != codec.key


def test_what_tells_two_languages_apart_is_left_out(tokens: np.ndarray) -> None:
    """A token and its counterpart, which differ only by their languages' means, come out as the same."""
    shift = np.zeros(DIMENSION, dtype=np.float32)
    shift[0] = 40.0
    both = fit_codec([tokens, tokens + shift], INFORMATION, kept=KEPT)

    assert float((both.project(tokens) * both.project(tokens + shift)).sum(axis=1).min()) > 0.999


def test_a_rare_piece_tells_more_than_a_common_one() -> None:
    of, particle, name = information_of(np.asarray([-3.0, -6.5, -12.0]))

    assert of == pytest.approx(LEAST)
    assert particle == pytest.approx(2.5)
    assert name == pytest.approx(8.0)


@pytest.mark.parametrize("stored", [b"", b"nonsense", b"PK\x03\x04"])
def test_what_is_no_codec_is_refused(stored: bytes) -> None:
    with pytest.raises(ConfigurationError):
        TokenCodec.read(stored)
