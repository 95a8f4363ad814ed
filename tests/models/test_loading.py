"""Specification of choosing models by settings."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from core.errors import ConfigurationError, MissingExtra
from core.settings import read_settings
from models.langchain_chat import LangChainModel
from models.loading import load_chat_model, load_encoder
from models.onnx_encoder import OnnxEncoder


def settings(tmp_path: Path, **variables: str):  # type: ignore[no-untyped-def]
    return read_settings({f"ZHIDA_{name.upper()}": value for name, value in variables.items()}, home=tmp_path)


class TestTheEncoder:
    def test_is_the_builtin_one_by_default(self, tmp_path: Path) -> None:
        """No setting, no download, no torch."""
        assert isinstance(load_encoder(settings(tmp_path)), OnnxEncoder)

    @pytest.mark.skipif(find_spec("sentence_transformers") is not None, reason="the extra 'torch' is installed")
    def test_by_another_name_needs_the_extra(self, tmp_path: Path) -> None:
        """The message names it."""
        with pytest.raises(MissingExtra, match=r"zhida\[torch\]"):
            load_encoder(settings(tmp_path, encoder="BAAI/bge-m3"))


class TestTheLanguageModel:
    def test_is_none_by_default(self, tmp_path: Path) -> None:
        """Zhida quotes without one."""
        assert load_chat_model(settings(tmp_path)) is None

    def test_by_provider_and_name_is_asked_through_langchain(self, tmp_path: Path) -> None:
        """Nothing is opened yet."""
        model = load_chat_model(settings(tmp_path, model="openai:qwen-plus", model_base_url="http://127.0.0.1:9/v1"))

        assert isinstance(model, LangChainModel)

    def test_at_an_address_without_a_name_is_refused(self, tmp_path: Path) -> None:
        """An address alone says nothing about the model."""
        with pytest.raises(ConfigurationError, match="ZHIDA_MODEL"):
            load_chat_model(settings(tmp_path, model_base_url="http://127.0.0.1:9/v1"))

    def test_in_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        """At start, not at the first question."""
        with pytest.raises(ConfigurationError, match="no such file"):
            load_chat_model(settings(tmp_path, model=str(tmp_path / "none.gguf")))

    @pytest.mark.skipif(find_spec("xllamacpp") is not None, reason="the extra 'local-llm' is installed")
    def test_in_a_file_needs_the_extra(self, tmp_path: Path) -> None:
        """The message names it."""
        (tmp_path / "small.gguf").write_bytes(b"GGUF")
        with pytest.raises(MissingExtra, match=r"zhida\[local-llm\]"):
            load_chat_model(settings(tmp_path, model=str(tmp_path / "small.gguf")))
