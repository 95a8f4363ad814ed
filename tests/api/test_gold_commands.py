"""`zhida gold …` and `zhida eval gate` on the gold set: names, JSON fields and exit codes are a contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands.session import Globals
from api.composition import Replacements
from core.errors import Conflict, InvalidInput
from eval.runs import RunKind, read_run
from models.fake_encoder import FakeEncoder
from tests.api.shop import PAIRS, lines
from tests.api.test_cli import Ran

QUESTIONS = (
    {"question": "下单后多久发货？", "facts": ["24 小时"], "sources": [{"document": "问答.jsonl", "quote": ""}]},
    {"question": "运费多少？", "facts": ["99 元"]},
    {"question": "今天天气如何，要带伞吗？", "answerable": False},
)


class Home:
    """A home folder with a shop's Q&A and a gold set, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "files").mkdir()
        self.publish(*PAIRS)
        (folder / "gold.jsonl").write_bytes(lines(*QUESTIONS))
        self.zhida("gold", "import", str(folder / "gold.jsonl"))

    def zhida(self, *arguments: str) -> Ran:
        given = Globals(replacements=Replacements(encoder=FakeEncoder()))
        environment = {"ZHIDA_HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8"}
        result = CliRunner().invoke(app, list(arguments), obj=given, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def publish(self, *pairs: object) -> None:
        path = self.folder / "files" / "问答.jsonl"
        path.write_bytes(lines(*pairs))
        assert self.zhida("qa", "import", str(path)).code == 0

    def spoil(self) -> None:
        """Publish an answer that lacks what a right one contains."""
        self.publish({**PAIRS[0], "answer": "付款后很快发货。"}, PAIRS[1])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


class TestQuestions:
    def test_are_listed_added_and_deleted(self, home: Home) -> None:
        """One JSON value each; without `--json` for people."""
        added = home.zhida(
            "gold", "add", "补偿券多少？", "--fact", "五十 | 50", "--fact", "券", "--document", "a.pdf",
            "--quote", "五十元", "--quote", "另一处", "--audience", "internal", "--note", "n", "--json",
        ).value  # fmt: skip
        listed = home.zhida("gold", "list", "--json").value
        home.zhida("gold", "delete", str(added["gold_id"]))

        assert added["facts"] == ["五十 | 50", "券"]
        assert added["sources"] == [{"document": "a.pdf", "quote": "五十元"}, {"document": "", "quote": "另一处"}]
        assert [each["text"] for each in listed][:2] == ["补偿券多少？", "今天天气如何，要带伞吗？"]
        assert listed[0]["last"] is None
        assert "补偿券" not in home.zhida("gold", "list").out

    def test_that_say_nothing_are_refused(self, home: Home) -> None:
        """An unanswerable one has to be called so."""
        with pytest.raises(InvalidInput, match="Nothing says"):
            home.zhida("gold", "add", "修车吗？")

        assert home.zhida("gold", "add", "修车吗？", "--unanswerable", "--json").value["answerable"] is False

    @pytest.mark.parametrize("name", ["gold.csv", "gold.jsonl"])
    def test_go_out_and_come_in(self, home: Home, tmp_path: Path, name: str) -> None:
        """The same file again changes nothing."""
        home.zhida("gold", "export", str(tmp_path / name))

        again = home.zhida("gold", "import", str(tmp_path / name), "--json").value

        assert again == {"added": 0, "changed": 0, "unchanged": 3}

    def test_go_to_standard_output(self, home: Home) -> None:
        """JSON lines and nothing else, in the order in which they were added."""
        assert [each["question"] for each in home.zhida("gold", "export").values] == [
            each["question"] for each in QUESTIONS
        ]

    def test_of_an_unreadable_file_are_refused(self, home: Home, tmp_path: Path) -> None:
        """By name, not by a trace."""
        with pytest.raises(InvalidInput, match=r"missing\.csv"):
            home.zhida("gold", "import", str(tmp_path / "missing.csv"))


class TestRun:
    def test_shows_what_changed(self, home: Home, tmp_path: Path) -> None:
        """And writes a run file for the other commands of `zhida eval`."""
        home.zhida("gold", "run")
        home.spoil()

        ran = home.zhida("gold", "run", "--run", str(tmp_path / "run.json"), "--json").value

        assert (ran["counts"]["fell"], ran["run"]["wrong"], ran["against"]["right"]) == (1, 1, 2)
        quotes = [ran["changes"][0][side]["citations"][0]["quote"] for side in ("before", "after")]
        assert quotes == ["付款后 24 小时内发货。", "付款后很快发货。"]
        assert read_run(tmp_path / "run.json").kind is RunKind.GOLD
        assert [run["cause"] for run in home.zhida("gold", "runs", "--json").value] == ["requested", "requested"]

    def test_speaks_to_people(self, home: Home) -> None:
        """Question, before, after."""
        home.zhida("gold", "run")
        home.spoil()

        out = home.zhida("gold", "run").out

        assert "fell: 下单后多久发货？" in out
        assert "- [right] 付款后 24 小时内发货。" in out
        assert "+ [wrong] 付款后很快发货。" in out


class TestGate:
    def test_passes_the_first_time_and_records_it(self, home: Home) -> None:
        """There is nothing yet to fall behind."""
        ran = home.zhida("eval", "gate", "--max-drop", "0.05", "--json")

        assert (ran.code, ran.value["passed"], ran.value["fallen"]) == (0, True, [])
        assert home.zhida("gold", "runs", "--json").value[0]["cause"] == "gate"

    def test_fails_with_the_questions_that_fell(self, home: Home) -> None:
        """Each time until it is mended: a failed run isn't what the next one is held against."""
        home.zhida("eval", "gate")
        home.spoil()

        first, again = (home.zhida("eval", "gate", "--max-drop", "0.05", "--json") for _ in range(2))
        tolerated = home.zhida("eval", "gate", "--max-drop", "0.5")

        assert (first.code, again.code, tolerated.code) == (1, 1, 0)
        assert [each["text"] for each in first.value["fallen"]] == ["下单后多久发货？"]
        assert first.value["fallen"][0]["after"]["missing"] == ["24 小时"]
        assert any("as_expected" in failure for failure in first.value["failures"])

    def test_tells_people_which_ones(self, home: Home) -> None:
        """Before the figures, with both answers."""
        home.zhida("eval", "gate")
        home.spoil()

        ran = home.zhida("eval", "gate")

        assert ran.code == 1
        assert "Fell: 下单后多久发货？" in ran.out
        assert "+ [wrong] 付款后很快发货。" in ran.out

    def test_holds_against_a_file(self, home: Home, tmp_path: Path) -> None:
        """As continuous integration has it, which builds the knowledge base anew each time."""
        baseline = tmp_path / "baseline.json"
        home.zhida("eval", "gate", "--run", str(baseline))
        other = tmp_path / "other"
        other.mkdir()
        rebuilt = Home(other)
        rebuilt.zhida("gold", "add", "另一个问题？", "--fact", "x")

        same = rebuilt.zhida("eval", "gate", "--baseline", str(baseline), "--json")
        rebuilt.spoil()
        worse = rebuilt.zhida("eval", "gate", "--baseline", str(baseline))

        assert (same.code, worse.code) == (0, 1)
        assert any("1 are new" in note for note in same.value["notes"])

    def test_refuses_what_is_no_gold_run(self, home: Home, tmp_path: Path) -> None:
        """A run of something else would be compared with nothing."""
        baseline = tmp_path / "baseline.json"
        home.zhida("eval", "gate", "--run", str(baseline))
        held = json.loads(baseline.read_text())
        held["runs"][0]["kind"] = "retrieval"
        baseline.write_text(json.dumps(held))

        with pytest.raises(InvalidInput, match="not of a gold set"):
            home.zhida("eval", "gate", "--baseline", str(baseline))

    def test_needs_questions(self, home: Home) -> None:
        """An empty gold set proves nothing."""
        for each in home.zhida("gold", "list", "--json").value:
            home.zhida("gold", "delete", str(each["gold_id"]))

        with pytest.raises(Conflict, match="no question"):
            home.zhida("eval", "gate")
