"""Understanding, joined: the command, the company's own products, the log, the model behind a mask."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands.session import Globals
from api.composition import Replacements, Services
from api.logs import MaskingFormatter
from api.understanding import product_names
from core.settings import read_settings
from core.vocabulary import VocabularyEntry, VocabularyKind
from models.chat import ChatMessage, ScriptedModel
from models.fake_encoder import FakeEncoder
from nlu.personal_data.finder import PersonalDataRecogniser
from nlu.personal_data.masking import Masker

SAID = "我叫李小明，昨天买的云朵吸尘器坏了，电话13812345678"


def run(*arguments: str, home: Path, stdin: bytes = b"") -> list[dict[str, object]]:
    given = Globals(replacements=Replacements(encoder=FakeEncoder()))
    result = CliRunner().invoke(
        app, ["nlu", *arguments], obj=given, input=stdin, env={"ZHIDA_HOME": str(home), "LC_ALL": "C.UTF-8"}
    )
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


class TestCommand:
    def test_one_text_is_one_object(self, tmp_path: Path) -> None:
        """Whose fields are a contract."""
        [found] = run(SAID, "--json", home=tmp_path)

        assert list(found) == ["language", "intent", "entities", "sentiment", "personal_data", "ms"]
        assert found["language"] == "zh"
        assert set(found["intent"]) == {"label", "probability"}  # type: ignore[call-overload]
        assert set(found["sentiment"]) == {"label", "level", "probability", "anger"}  # type: ignore[call-overload]
        assert {"type": "name", "start": 2, "end": 5, "text": "李小明", "value": "李小明"} in found["entities"]  # type: ignore[operator]
        assert {"type": "phone", "start": 20, "end": 31} in found["personal_data"]  # type: ignore[operator]

    def test_one_line_is_one_object_also_an_empty_one(self, tmp_path: Path) -> None:
        """Broken bytes and NULs are no reason to stop."""
        found = run("-", "--json", home=tmp_path, stdin="hello\n\n坏了\r\n".encode() + b"\xff\x00\n")

        assert [each["language"] for each in found] == ["en", "en", "zh", "en"]

    def test_options_may_stand_before_the_text(self, tmp_path: Path) -> None:
        """As with every command."""
        assert len(run("--json", "hello", home=tmp_path)) == 1


class TestProducts:
    def test_are_whole_words_and_what_means_the_same(self) -> None:
        """Synonyms that name no product stay out."""
        day = datetime(2026, 1, 1, tzinfo=UTC)
        entries = (
            VocabularyEntry(1, VocabularyKind.WORD, ("云朵吸尘器", "RX-20"), day),
            VocabularyEntry(2, VocabularyKind.SYNONYMS, ("小云", "云朵吸尘器"), day),
            VocabularyEntry(3, VocabularyKind.SYNONYMS, ("退货", "退款"), day),
        )

        assert product_names(entries) == {"云朵吸尘器": "云朵吸尘器", "rx-20": "RX-20", "小云": "云朵吸尘器"}

    def test_a_product_that_is_taught_counts_with_the_next_message(self, tmp_path: Path) -> None:
        """No restart."""
        services = Services(read_settings({}, home=tmp_path, cpus=1), Replacements(encoder=FakeEncoder()))
        try:
            before = [each.type for each in services.analyzer.analyze(SAID).entities]
            services.kb.vocabulary.add(VocabularyKind.WORD, ["云朵吸尘器"])
            after = [each.type for each in services.analyzer.analyze(SAID).entities]
        finally:
            services.close()

        assert "product" not in before
        assert "product" in after


class TestOutsideModel:
    def test_never_sees_whom_it_talks_about(self, tmp_path: Path) -> None:
        """Whoever of the program asks it."""
        model = ScriptedModel(["{NAME_1}，您好"])
        services = Services(read_settings({}, home=tmp_path, cpus=1), Replacements(encoder=FakeEncoder(), model=model))
        try:
            assert services.model is not None
            reply = "".join(piece.text for piece in services.model.stream([ChatMessage("user", SAID)], deadline_s=1))
        finally:
            services.close()

        assert reply == "李小明，您好"
        assert "李小明" not in model.prompts[0][0].text
        assert "13812345678" not in model.prompts[0][0].text


class TestLog:
    @pytest.fixture
    def log(self) -> tuple[logging.Logger, io.StringIO]:
        page = io.StringIO()
        handler = logging.StreamHandler(page)
        handler.setFormatter(MaskingFormatter(Masker(PersonalDataRecogniser()).masked))
        logger = logging.Logger("test")  # not in the tree of loggers, so that nothing else hears it
        logger.addHandler(handler)
        return logger, page

    def test_names_nobody(self, log: tuple[logging.Logger, io.StringIO]) -> None:
        """Neither in a message's values nor in a traceback."""
        logger, page = log
        try:
            raise ValueError(f"can't read {SAID}")
        except ValueError:
            logger.exception("The reply to %r failed.", "lin@mail.example")

        written = page.getvalue()
        assert "[email]" in written
        assert "[phone]" in written
        assert "ValueError" in written
        assert not any(each in written for each in ("lin@mail", "13812345678", "李小明"))

    def test_keeps_its_time(self, log: tuple[logging.Logger, io.StringIO]) -> None:
        """A day isn't a telephone number."""
        logger, page = log
        logger.warning("started")

        assert page.getvalue().startswith(f"{datetime.now().year}-")
        assert page.getvalue().endswith("WARNING test: started\n")
