"""Specification of the encoder in the repository, beyond the contract of all encoders."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigurationError
from models.onnx_encoder import BATCH_ROWS, BATCH_TOKENS, BUILTIN_FOLDER, OnnxEncoder, _batches


@cache
def encoder() -> OnnxEncoder:
    return OnnxEncoder(threads=1)


class TestTheBuiltinEncoder:
    def test_is_the_one_that_was_committed(self) -> None:
        """Another file would silently make other vectors."""
        assert encoder().identity.name == "e5-small-zh-en"
        assert encoder().identity.dimension == 384
        assert {path.name for path in BUILTIN_FOLDER.iterdir()} >= {"model_int8.onnx", "tokenizer.json"}

    def test_finds_across_languages(self) -> None:
        """A Chinese question meets its English passage."""
        question = encoder().encode_questions(["特价商品能退货吗？"])[0]
        right, wrong = encoder().encode_passages(["Items on sale can't be returned.", "Our office is in Berlin."])

        assert right @ question > wrong @ question

    def test_encodes_questions_and_passages_differently(self) -> None:
        """The two prefixes of the E5 family."""
        text = ["退货政策"]

        assert not np.allclose(encoder().encode_questions(text), encoder().encode_passages(text))

    def test_without_its_files_says_so(self, tmp_path: Path) -> None:
        """At first use, in words, without the server's paths."""
        with pytest.raises(ConfigurationError, match="can't be read") as caught:
            OnnxEncoder(tmp_path).encode_questions(["x"])

        assert str(tmp_path.parent) not in str(caught.value)


class TestBatches:
    def test_hold_every_row_once_and_stay_within_their_size(self) -> None:
        """A batch costs as much as its longest row."""
        lengths = [5, 500, 7, 90, 3, 300, 1024, 2, 0] * 20
        batches = list(_batches(lengths))

        assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
        assert all(len(batch) <= BATCH_ROWS for batch in batches)
        assert all(
            len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= BATCH_TOKENS for batch in batches
        )
