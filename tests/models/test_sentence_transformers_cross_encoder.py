"""Specification of what can be told of a sentence-transformers cross-encoder without loading one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigurationError, MissingExtra
from core.settings import read_settings
from models.loading import load_cross_encoder
from models.sentence_transformers_cross_encoder import SentenceTransformersCrossEncoder


class Library:
    """Answers like the library's model."""

    def __init__(self, scores: np.ndarray) -> None:
        self._scores = scores

    def predict(self, pairs: list[tuple[str, str]], **_: object) -> np.ndarray:
        return self._scores


def test_a_classifier_of_several_labels_is_refused() -> None:
    """Three numbers a pair can't be ranked by; the message names the setting."""
    encoder = SentenceTransformersCrossEncoder("some/classifier")
    vars(encoder)["_model"] = Library(np.zeros((2, 3)))

    with pytest.raises(ConfigurationError, match="ZHIDA_RERANKER is 'some/classifier'"):
        encoder.score("q", ["a", "b"])


def test_nothing_is_loaded_unless_the_operator_names_it(tmp_path: Path) -> None:
    """No setting, no model."""
    assert load_cross_encoder(read_settings({}, home=tmp_path)) is None


@pytest.mark.skipif(find_spec("sentence_transformers") is not None, reason="the extra 'torch' is installed")
def test_without_the_extra_says_how_to_get_it(tmp_path: Path) -> None:
    """At start, not with the first customer."""
    settings = read_settings({"ZHIDA_RERANKER": "BAAI/bge-reranker-base"}, home=tmp_path)

    with pytest.raises(MissingExtra, match=r"zhida\[torch\]"):
        load_cross_encoder(settings)
