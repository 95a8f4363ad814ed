"""Specification of what can be told of a sentence-transformers model without loading one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from core.errors import MissingExtra
from models.sentence_transformers_encoder import E5_NAME, SentenceTransformersEncoder, _hash_folder


class TestTheE5Family:
    @pytest.mark.parametrize("name", ["intfloat/multilingual-e5-small", "e5-base-v2", "/models/multilingual-e5-large"])
    def test_is_known_by_name(self, name: str) -> None:
        """Its models don't state their prefixes."""
        assert E5_NAME.search(name)

    @pytest.mark.parametrize("name", ["intfloat/multilingual-e5-large-instruct", "BAAI/bge-m3", "type5-model", "me5"])
    def test_is_not_seen_in_other_names(self, name: str) -> None:
        """Instruct models want instructions instead."""
        assert not E5_NAME.search(name)


class TestAModelFolder:
    def test_has_another_identity_after_any_change_that_matters(self, tmp_path: Path) -> None:
        """Weights and configuration count, notes don't."""
        (tmp_path / "model.safetensors").write_bytes(b"1")
        (tmp_path / "config.json").write_text("{}")
        first = _hash_folder(tmp_path)
        (tmp_path / "README.md").write_text("new")
        same = _hash_folder(tmp_path)
        (tmp_path / "config.json").write_text('{"a": 1}')

        assert first == same != _hash_folder(tmp_path)


@pytest.mark.skipif(find_spec("sentence_transformers") is not None, reason="the extra 'torch' is installed")
def test_without_the_extra_says_how_to_get_it() -> None:
    """Nothing is imported before the first use."""
    with pytest.raises(MissingExtra, match=r"zhida\[torch\]"):
        SentenceTransformersEncoder("any").encode_questions(["x"])
