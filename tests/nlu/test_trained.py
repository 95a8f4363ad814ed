"""The operator's own models: read from files of labels, kept in the home folder, and left again."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidInput, UnsupportedFormat
from models.fake_encoder import FakeEncoder
from models.onnx_encoder import OnnxEncoder
from nlu.classifier import Example
from nlu.own_labels import read_labels
from nlu.trained import forget, keep, readers_for
from nlu.training import learn_intents

OWN = [Example(text, label) for label in ("红", "蓝") for text in (f"{label}色一", f"{label}色二", f"要{label}的")]


class TestReaders:
    def test_without_any_of_the_operator_s_those_of_zhida_are_taken(self, tmp_path: Path) -> None:
        """They read the vectors of its own encoder."""
        readers = readers_for(OnnxEncoder().identity.key, tmp_path)

        assert readers.intents is not None
        assert readers.sentiment is not None
        assert readers.escalation is not None

    def test_for_another_encoder_there_are_none_until_they_are_learnt(self, tmp_path: Path) -> None:
        """Vectors of another encoder mean nothing to them."""
        encoder = FakeEncoder()
        assert readers_for(encoder.identity.key, tmp_path).intents is None

        keep(tmp_path, learn_intents(OWN, encoder).model, None)

        found = readers_for(encoder.identity.key, tmp_path)
        assert found.intents is not None
        assert found.intents.labels == ("红", "蓝")
        assert found.sentiment is None

    def test_what_was_learnt_for_an_encoder_that_has_gone_isn_t_used(self, tmp_path: Path) -> None:
        """Zhida's own are, as they fit."""
        keep(tmp_path, learn_intents(OWN, FakeEncoder()).model, None)

        found = readers_for(OnnxEncoder().identity.key, tmp_path)

        assert found.intents is not None
        assert "invoice" in found.intents.labels

    def test_forgetting_goes_back(self, tmp_path: Path) -> None:
        """And says whether there was anything."""
        keep(tmp_path, learn_intents(OWN, FakeEncoder()).model, None)

        assert forget(tmp_path)
        assert not forget(tmp_path)
        assert readers_for(FakeEncoder().identity.key, tmp_path).intents is None


class TestFiles:
    def test_json_lines_and_csv_are_read(self, tmp_path: Path) -> None:
        """A byte order mark, empty lines and either name of the column are fine."""
        (tmp_path / "a.jsonl").write_text('{"text": "要红的", "intent": "红"}\n\n', encoding="utf-8")
        (tmp_path / "b.csv").write_text("\ufefftext,label\n要蓝的,蓝\n,\n", encoding="utf-8")

        assert read_labels(tmp_path / "a.jsonl") == [Example("要红的", "红")]
        assert read_labels(tmp_path / "b.csv") == [Example("要蓝的", "蓝")]

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("a.jsonl", b'{"text": "x"}\n', "a.jsonl line 1"),
            ("a.jsonl", b"{}\n[1]\n", "a.jsonl line 1"),
            ("a.jsonl", b"nothing\n", "isn't JSON"),
            ("a.jsonl", b"", "no labelled message"),
            ("a.csv", b"text,intent\nhello,\n", "a.csv line 2"),
            ("a.csv", b"text,intent\n\xff\xfe,x\n", "UTF-8"),
        ],
    )
    def test_what_can_t_be_used_is_named(self, tmp_path: Path, name: str, content: bytes, said: str) -> None:
        """With file and line, so that it can be mended."""
        (tmp_path / name).write_bytes(content)

        with pytest.raises(InvalidInput, match=said):
            read_labels(tmp_path / name)

    def test_another_format_is_refused(self, tmp_path: Path) -> None:
        """Labels come as JSONL or CSV."""
        (tmp_path / "a.xlsx").write_bytes(b"")

        with pytest.raises(UnsupportedFormat):
            read_labels(tmp_path / "a.xlsx")
