"""Tolerated wrong answers over HTTP and on the command line, and what they do to the assistant's answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.calibrating import calibrate_on_gold
from api.cli import app as cli
from api.client import Client
from api.commands.session import Globals
from api.composition import Replacements, Services, open_services
from core.errors import Conflict, InvalidInput
from core.gold import GoldEntry, GoldSource
from core.risk import CalibrationSource, RiskOf
from core.settings import read_settings
from core.types import Answer, Handover, Turn
from models.fake_encoder import FakeEncoder
from tests.api.shop import KEY, Serve, fill

ANSWERABLE = [f"质量问题由谁承担来回运费，第{number}次问" for number in range(60)]
UNANSWERABLE = [f"{word}的价格" for word in "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"]

TOO_MUCH = 0.9
"""A share beyond what can be set."""


def add_gold(services: Services) -> None:
    """More than a calibration of one's own needs."""
    source = GoldSource("退换货政策.md", "来回运费")
    for text in ANSWERABLE:
        services.gold.add(GoldEntry(text=text, sources=(source,)))
    for text in UNANSWERABLE:
        services.gold.add(GoldEntry(text=text, answerable=False))


@pytest.fixture
def web(shop: Services) -> TestClient:
    return TestClient(create_app(shop), headers={"Authorization": f"Bearer {KEY.reveal()}"})


class TestSetting:
    def test_is_five_in_a_hundred_questions_at_first(self, web: TestClient) -> None:
        """A start value holds until somebody says so; then it is the calibration that comes with Zhida."""
        found = web.get("/v1/risk").json()

        assert found["tolerance"] == {"share": 0.05, "of": "questions", "updated_at": None}
        assert found["source"] == "start"
        assert web.put("/v1/risk", json={"share": 0.05, "of": "questions"}).json()["source"] == "shipped"

    def test_what_was_set_is_shown_and_holds_for_the_next_answer(self, shop: Services, web: TestClient) -> None:
        """The same limit that the chat's assistant asks for."""
        shown = web.put("/v1/risk", json={"share": 0.3, "of": "questions"}).json()

        assert web.get("/v1/risk").json() == shown
        assert shown["tolerance"]["share"] == 0.3
        assert shop.risk.limit().threshold == shown["outlook"]["threshold"]

    @pytest.mark.parametrize(
        "body", [{"share": TOO_MUCH}, {"share": 0}, {"share": "much"}, {"share": 0.1, "of": "all"}, {}]
    )
    def test_what_can_t_be_promised_is_refused(self, web: TestClient, body: dict[str, object]) -> None:
        """And nothing changes."""
        refused = web.put("/v1/risk", json=body)

        assert refused.status_code == 422
        assert web.get("/v1/risk").json()["tolerance"]["share"] == 0.05

    def test_the_client_reads_what_the_server_sends(self, shop: Services, serve: Serve) -> None:
        """As the nouns that both know."""
        with Client(serve(create_app(shop)), KEY) as client:
            assert client.risk() == shop.risk.report()
            assert client.tolerate(0.1, RiskOf.ANSWERS).tolerance.of is RiskOf.ANSWERS
            with pytest.raises(InvalidInput):
                client.tolerate(TOO_MUCH)
            with pytest.raises(Conflict, match="gold question"):
                client.recalibrate()


class TestCalibration:
    def test_on_the_gold_set_replaces_the_shipped_one(self, shop: Services, web: TestClient) -> None:
        """Every enabled question counts once, and the threshold becomes that of this knowledge base."""
        add_gold(shop)

        found = web.post("/v1/risk/calibration").json()

        assert found["source"] == "own"
        assert found["questions"] == found["own_questions"] == len(ANSWERABLE) + len(UNANSWERABLE)
        assert sum(each["questions"] for each in found["reliability"]) == found["questions"]
        assert found["outlook"]["wrong_of_questions"] <= 0.05

    def test_the_assistant_s_answers_follow(self, shop: Services) -> None:
        """A question that nothing answers is handed over by a strict tolerance; a lax one lets a guess through."""
        add_gold(shop)
        calibrate_on_gold(shop)
        question = Turn(text="天的价格")

        shop.risk.tolerate(0.03, RiskOf.QUESTIONS)
        strict = shop.assistant.reply(question).outcome
        shop.risk.tolerate(0.5, RiskOf.QUESTIONS)
        lax = shop.assistant.reply(question).outcome

        assert isinstance(strict, Handover)
        assert isinstance(lax, Answer)

    def test_without_a_gold_question_says_what_to_do(self, shop: Services) -> None:
        """Nothing is stored."""
        with pytest.raises(Conflict, match="Add some"):
            calibrate_on_gold(shop)

        assert shop.risk.report().own_questions == 0

    def test_a_changed_knowledge_base_scores_anew(self, shop: Services) -> None:
        """The passage that answered them is gone: what was right before is left out or wrong now."""
        add_gold(shop)
        before = calibrate_on_gold(shop)
        returns = shop.kb.find("退换货政策.md")
        assert returns is not None
        shop.kb.delete(returns.document_id)

        after = calibrate_on_gold(shop)

        assert before.right > 0
        assert (after.right, after.own_questions) != (before.right, before.own_questions)


class TestCommand:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        """A shop in a folder, as a user has it."""
        services = open_services(
            read_settings({"ZHIDA_ADMIN_KEY": KEY.reveal()}, home=tmp_path), Replacements(encoder=FakeEncoder())
        )
        fill(services)
        services.close()
        return tmp_path

    def run(self, home: Path, *arguments: str) -> str:
        given = Globals(replacements=Replacements(encoder=FakeEncoder()))
        environment = {"ZHIDA_HOME": str(home), "LC_ALL": "C.UTF-8"}
        result = CliRunner().invoke(cli, ["eval", "calibrate", *arguments], obj=given, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    def test_calibrates_on_a_file(self, home: Path, tmp_path: Path) -> None:
        """And keeps the result: the next look shows it."""
        rows = [{"question": text, "facts": ["来回运费"]} for text in ANSWERABLE]
        rows += [{"question": text, "answerable": False} for text in UNANSWERABLE]
        file = tmp_path / "gold.jsonl"
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")

        fitted = json.loads(self.run(home, "--gold", str(file), "--json"))
        shown = json.loads(self.run(home, "--show", "--json"))

        assert fitted["source"] == CalibrationSource.OWN
        assert shown == fitted

    def test_sets_the_tolerance_and_tells_a_person_what_it_means(self, home: Path) -> None:
        """One line for each share, that of the setting among them."""
        said = self.run(home, "--show", "--tolerate", "0.07", "--of", "questions")

        assert "At most 7 wrong answers in 100 questions" in said
        assert "needs 57 gold questions" in said
        assert any(line.split()[:1] == ["7"] for line in said.splitlines())
