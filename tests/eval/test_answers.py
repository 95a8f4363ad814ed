"""Answer suites: reading them, and what the assistant's replies come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands.session import Globals
from api.composition import Replacements
from core.errors import InvalidInput
from core.types import Answer, Handover, HandoverCode, Reply, Role, Tier
from eval.answers import AnswerBench, AskedAnswer, right, to_run_file, values_of
from eval.measures.containment import contains, key_point_recall, says
from eval.measures.overlap import exact_match, overlap_f1, units
from eval.runs import PRODUCT, read_run, write_run
from eval.suite import CaseId
from eval.suite_answers import AnswerCase, AnswersAre, read_answer_suites
from eval.suite_dialogues import DialogueCase, Expected
from models.chat import ScriptedModel
from models.fake_encoder import FakeEncoder
from retrieval.calibration.limit import EVERYTHING, SILENT

CORPUS = {
    "returns": "退货期限为签收后十五天，商品须完好。",
    "shipping": "订单满 1,299 元包邮，偏远地区除外。",
}


def write(folder: Path, name: str, rows: list[Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A question of each sort, and two conversations."""
    folder = tmp_path / "shop"
    write(folder, "corpus.jsonl", [{"id": name, "title": "", "text": text} for name, text in CORPUS.items()])
    queries = [
        {"id": "q1", "text": "退货期限是几天", "answers": ["十五天", "15天"], "key_points": ["十五天", "须完好"]},
        {"id": "q2", "text": "订单满多少元包邮", "answers": "99元"},
        {"id": "q3", "text": "你们卖保险吗", "unanswerable": True},
        {"id": "q4", "text": "没有答案也没有要点的问题"},
    ]
    write(folder, "queries.jsonl", queries)
    dialogues = [
        {
            "id": "d1",
            "turns": [{"role": "user", "text": "退货期限是几天"}, {"role": "agent", "text": "十五天"}, {"role": "user", "text": "转人工"}],
            "expected": "handover",
            "code": "customer_request",
        },
        {"id": "d2", "turns": [{"role": "customer", "text": "退货期限是几天"}], "expected": "answer"},
    ]  # fmt: skip
    write(folder, "dialogues.jsonl", dialogues)
    return folder


def references(folder: Path, row: dict[str, Any], how: str = "") -> tuple[tuple[str, ...], ...]:
    write(folder / "one", "corpus.jsonl", [{"id": "a", "text": "文字"}])
    write(folder / "one", "queries.jsonl", [{"id": "1", "text": "问", **row}])
    [suite] = read_answer_suites(folder / f"one{how}")
    [case] = suite.cases
    assert isinstance(case, AnswerCase)
    return case.references


class TestReading:
    def test_a_folder_may_hold_questions_and_dialogues(self, shop: Path) -> None:
        """Two suites. A question that nothing can be said about is left out."""
        questions, dialogues = read_answer_suites(shop)

        assert [case.case_id for case in questions.cases] == ["q1", "q2", "q3"]
        assert (questions.name, dialogues.name) == ("shop", "shop/dialogues")
        [first, _] = dialogues.cases
        assert isinstance(first, DialogueCase)
        assert (first.text, first.code, len(first.history)) == ("转人工", HandoverCode.CUSTOMER_REQUEST, 2)

    def test_a_list_holds_alternatives_whose_inner_lists_are_parts(self, tmp_path: Path) -> None:
        """Unless something else is said."""
        assert references(tmp_path, {"answers": ["甲", ["乙", "丙"]]}) == (("甲",), ("乙", "丙"))

    def test_with_all_it_holds_parts_whose_inner_lists_are_alternatives(self, tmp_path: Path) -> None:
        """Said behind the folder, or by a row itself."""
        wanted = (("甲", "乙"), ("甲", "丙"))

        assert references(tmp_path, {"answers": ["甲", ["乙", "丙"]]}, "?all") == wanted
        assert references(tmp_path, {"answers": ["甲", ["乙", "丙"]], "answers_are": "all"}) == wanted

    def test_how_many_lists_were_read_by_guess_is_known(self, shop: Path) -> None:
        """One answer alone reads the same either way."""
        assert read_answer_suites(shop)[0].guessed == 1
        assert read_answer_suites(shop.with_name("shop?all"))[0].guessed == 0
        assert read_answer_suites(shop.with_name("shop?all"))[0].answers_are is AnswersAre.ALL

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ({"answers": [["甲"], []]}, "lists of texts"),
            ({"answers": 5}, "lists of texts"),
            ({"answers": ["甲"], "answers_are": "some"}, "any or all"),
            ({"answers": ["甲"], "key_points": "甲"}, "key_points"),
            ({"answers": ["甲"], "history": [{"role": "robot", "text": "嗨"}]}, "role"),
            ({"answers": [[f"{part}{at}" for at in range(8)] for part in "甲乙丙丁"], "answers_are": "all"}, "1024"),
        ],
    )
    def test_a_row_that_can_t_be_read_is_named(self, row: dict[str, Any], said: str, tmp_path: Path) -> None:
        """With its line and what would do."""
        with pytest.raises(InvalidInput, match=rf"queries\.jsonl line 1.*{said}"):
            references(tmp_path, row)

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ({"turns": [], "expected": "answer"}, "last of"),
            ({"turns": [{"role": "agent", "text": "嗨"}], "expected": "answer"}, "last of"),
            ({"turns": [{"role": "user", "text": "嗨"}], "expected": "silence"}, "expected"),
            ({"turns": [{"role": "user", "text": "嗨"}], "expected": "answer", "code": "tool_failure"}, "hand-overs"),
        ],
    )
    def test_so_is_a_dialogue(self, row: dict[str, Any], said: str, tmp_path: Path) -> None:
        """The customer speaks last, and what is expected is one of three."""
        write(tmp_path, "corpus.jsonl", [{"id": "a", "text": "文字"}])
        write(tmp_path, "dialogues.jsonl", [{"id": "1", **row}])

        with pytest.raises(InvalidInput, match=rf"dialogues\.jsonl line 1.*{said}"):
            read_answer_suites(tmp_path)

    def test_thinning_spreads_and_keeps_the_corpus(self, shop: Path) -> None:
        """A smaller corpus would be an easier one."""
        thin = read_answer_suites(shop)[0].thinned(2)

        assert [case.case_id for case in thin.cases] == ["q1", "q2"]
        assert len(thin.corpus) == 2


class TestContainment:
    @pytest.mark.parametrize(
        ("answer", "wording", "said"),
        [
            ("退货期限为 15 天。", "15天", True),
            ("退貨期限為１５天", "退货期限", True),
            ("满 1,299 元", "1299元", True),
            ("十五天内。", "十五天。", True),
            ("一共 115 天", "15天", False),
            ("要 2.15 元", "15元", False),
            ("version 3.5", "3", False),
            ("a party of five", "art", False),
            ("Refunds take a week", "refund", True),
            ("什么也没说。", "。", False),
        ],
    )
    def test_form_doesn_t_matter_but_numbers_and_words_are_whole(self, answer: str, wording: str, said: bool) -> None:
        """Width, script, spacing, separators and punctuation at the ends are form."""
        assert says(answer, wording) is said

    def test_all_parts_of_one_reference_must_be_said(self) -> None:
        """Parts of two references don't add up."""
        assert contains("张丹和张昊主演", [("李四",), ("张丹", "张昊")])
        assert not contains("张丹和李四主演", [("李四", "王五"), ("张丹", "张昊")])
        assert not contains("什么都行", [])
        assert not contains("什么都行", [()])

    def test_key_points_count_one_by_one(self) -> None:
        """None to say is no recall."""
        assert key_point_recall("十五天内可退", ["十五天", "须完好"]) == 0.5
        assert key_point_recall("十五天内可退", []) is None


class TestOverlap:
    def test_units_are_characters_of_one_script_and_words_of_the_other(self) -> None:
        """Numbers stay whole, punctuation and English articles go."""
        assert units("The iPhone 14 賣 1,299.5 元。") == ["iphone", "14", "卖", "1299.5", "元"]

    def test_f1_is_worked_out_by_hand(self) -> None:
        """退货期限 and 退货天数 share 2 of 4 and 4; the best reference counts."""
        assert overlap_f1("退货期限", [("退货天数",)]) == 0.5
        assert overlap_f1("退货期限", [("退货天数",), ("退货", "期限")]) == 1.0
        assert overlap_f1("退退退", [("退",)]) == 0.5
        assert overlap_f1("", [("退",)]) == overlap_f1("退", []) == 0.0

    def test_an_exact_match_has_the_units_in_order(self) -> None:
        """And no other."""
        assert exact_match("「十五天」", [("15天",), ("十五天",)])
        assert not exact_match("天五十", [("十五天",)])
        assert not exact_match("", [()])


def replied(case: AnswerCase | DialogueCase, text: str | None) -> AskedAnswer:
    """A case that was answered with a text, or handed over."""
    outcome = (
        Handover(HandoverCode.MISSING_KNOWLEDGE, "", "不知道", 0.1)
        if text is None
        else Answer(text, (), 0.9, Tier.QUOTED)
    )
    return AskedAnswer(case, Reply(outcome, (), {"total": 1.0}), 0.001)


QUESTION = AnswerCase(CaseId("q"), "退货期限", answerable=True, references=(("十五天",),))
UNANSWERABLE = AnswerCase(CaseId("u"), "卖保险吗", answerable=False)


class TestValues:
    def test_a_wrong_answer_is_worse_than_none(self) -> None:
        """Both aren't right, but only one of them is wrong."""
        wrong, silent = values_of(replied(QUESTION, "三十天 [1]。")), values_of(replied(QUESTION, None))

        assert wrong["contains"] == silent["contains"] == 0.0
        assert (wrong["wrong_share"], silent["wrong_share"]) == (1.0, 0.0)
        assert (wrong["handed_over_share"], silent["handed_over_share"]) == (0.0, 1.0)
        assert wrong.keys() == silent.keys(), "compare wants the same measures of a case in both runs"

    def test_marks_of_citations_aren_t_part_of_an_answer(self) -> None:
        """Else no answer with a citation would ever match."""
        values = values_of(replied(QUESTION, "十五天 [1]。"))

        assert values["exact"] == values["f1"] == values["contains"] == 1.0

    def test_answering_what_nobody_can_answer_is_wrong(self) -> None:
        """And only that."""
        assert values_of(replied(UNANSWERABLE, "卖"))["wrong_share"] == 1.0
        assert values_of(replied(UNANSWERABLE, None)) == {
            "as_expected": 1.0, "answered_unanswerable": 0.0, "wrong_share": 0.0,
        }  # fmt: skip

    def test_a_long_reference_isn_t_expected_word_for_word(self) -> None:
        """Then key points tell, and without them nothing is called right or wrong."""
        long = AnswerCase(CaseId("l"), "怎么退货", answerable=True, references=(("请先申请退货" * 10,),))
        points = AnswerCase(CaseId("p"), "怎么退货", answerable=True, key_points=("十五天", "完好"))

        assert right(long, "请先申请退货" * 10) is None
        assert "wrong_share" not in values_of(replied(long, "请先申请"))
        assert (right(points, "十五天内完好"), right(points, "十五天内")) == (True, False)

    def test_a_hand_over_is_missed_or_needless(self) -> None:
        """A code that is given must be the one."""
        person = DialogueCase(CaseId("d"), "转人工", Expected.HANDOVER, HandoverCode.CUSTOMER_REQUEST)
        question = DialogueCase(CaseId("e"), "退货期限", Expected.ANSWER)

        assert values_of(replied(person, "十五天")) == {"as_expected": 0.0, "missed_handovers": 1.0}
        assert values_of(replied(person, None)) == {"as_expected": 0.0, "missed_handovers": 0.0}
        assert values_of(replied(question, None)) == {"as_expected": 0.0, "needless_handovers": 1.0}


class TestAsking:
    def test_the_assistant_quotes_the_suite_s_corpus(self, shop: Path, tmp_path: Path) -> None:
        """What it says is in the run file, with what it cites; the reference of the second question is wrong on purpose."""
        suite = read_answer_suites(shop)[0]
        with AnswerBench(suite, encoder=FakeEncoder(dimension=256)) as bench:
            asked = bench.ask(limit=EVERYTHING)
        write_run(
            tmp_path / "run.json",
            to_run_file("shop", asked, models={"encoder": "fake"}, settings={}, passages=2),
        )

        system = read_run(tmp_path / "run.json").systems[PRODUCT]
        first, second, _ = system.cases
        assert (first.values["contains"], first.values["key_points"]) == (1.0, 1.0)
        assert first.details["citations"] == [CORPUS["returns"]]
        assert second.values["wrong_share"] == 1.0
        assert system.measures["auroc"].cases == 3
        assert (system.measures["contains_of_answers"].value, system.measures["contains_of_answers"].cases) == (0.5, 2)

    def test_what_is_handed_over_is_judged_by_what_was_found(self, shop: Path) -> None:
        """So that confidence is judged on every question, not only on those that got an answer."""
        suite = read_answer_suites(shop)[0]
        with AnswerBench(suite, encoder=FakeEncoder(dimension=256)) as bench:
            asked = bench.ask(limit=SILENT)

        cases = to_run_file("shop", asked, models={}, settings={}, passages=2).systems[PRODUCT].cases
        assert {case.details["outcome"] for case in cases} == {"handover"}
        assert [case.judgement is not None and case.judgement.right for case in cases] == [True, False, False]

    def test_a_configured_model_writes_the_answers(self, shop: Path) -> None:
        """The same path as in the chat: it is given the evidence and its citations are checked."""
        suite = read_answer_suites(shop)[0].thinned(1)
        model = ScriptedModel(["退货期限为签收后十五天 [1]。"])
        with AnswerBench(suite, encoder=FakeEncoder(dimension=256), model=model) as bench:
            [asked] = bench.ask(limit=EVERYTHING)

        assert isinstance(asked.reply.outcome, Answer)
        assert asked.reply.outcome.tier is Tier.GENERATED
        assert CORPUS["returns"] in "".join(message.text for prompt in model.prompts for message in prompt)
        assert values_of(asked)["contains"] == 1.0

    def test_a_dialogue_s_last_message_is_answered_with_what_came_before(self, shop: Path) -> None:
        """Who asks for a person gets one."""
        suite = read_answer_suites(shop)[1]
        with AnswerBench(suite, encoder=FakeEncoder(dimension=256)) as bench:
            asked = bench.ask(limit=EVERYTHING)

        assert [values_of(each)["as_expected"] for each in asked] == [1.0, 1.0]
        assert [role for role, _ in asked[0].case.history] == [Role.CUSTOMER, Role.ASSISTANT]


class TestCommand:
    def test_measures_questions_and_dialogues_into_one_run_file(self, shop: Path, tmp_path: Path) -> None:
        """And warns that a list was read by guess."""
        given = Globals(replacements=Replacements(encoder=FakeEncoder(dimension=256)))
        result = CliRunner().invoke(
            app,
            ["eval", "answers", "--data", str(shop), "--run", str(tmp_path / "run.json"), "--most", "2"],
            obj=given,
            env={"ZHIDA_HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8"},
            catch_exceptions=False,
        )

        from eval.runs import read_runs

        assert result.exit_code == 0
        assert [(run.suite, len(run.systems[PRODUCT].cases)) for run in read_runs(tmp_path / "run.json")] == [
            ("shop", 2), ("shop/dialogues", 2),
        ]  # fmt: skip
        assert "FOLDER?all" in result.stderr
        assert "wrong" in result.stdout
