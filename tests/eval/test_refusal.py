"""Refusal suites through the assistant that customers talk to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput
from core.risk import RiskOf, Tolerance
from eval.refusal import AskedCase, RefusalBench
from eval.refusal_report import shares, to_run_file, to_table
from eval.runs import PRODUCT, read_run, write_run
from eval.suite_refusal import (
    SMALL_TALK,
    CaseKind,
    RefusalSuite,
    read_probes,
    read_refusal_suite,
    thinned,
    with_probes,
)
from models.fake_encoder import FakeEncoder
from retrieval.calibration.limit import EVERYTHING, SILENT, AnswerLimit

CORPUS = {
    "returns": "退货期限为签收后十五天，商品须完好。",
    "shipping": "订单满九十九元包邮，偏远地区除外。",
    "invoice": "电子发票在订单页下载，三天内开出。",
    "repair": "维修进度可以在服务页查看。",
}


def write(folder: Path, name: str, rows: list[Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Three questions beside a corpus; one of them knows which entries only look relevant."""
    folder = tmp_path / "shop"
    write(folder, "corpus.jsonl", [{"id": name, "title": "", "text": text} for name, text in CORPUS.items()])
    write(
        folder,
        "queries.jsonl",
        [
            {"id": "q1", "text": "退货期限是几天", "negative_ids": ["shipping", "unknown"]},
            {"id": "q2", "text": "满多少元包邮"},
            {"id": "q3", "text": "电子发票在哪里下载"},
        ],
    )
    (folder / "qrels.tsv").write_text("q1\treturns\t1\nq2\tshipping\t1\nq3\tinvoice\t1\n", encoding="utf-8")
    return folder


def asked(suite: RefusalSuite) -> dict[str, AskedCase]:
    with RefusalBench(suite, encoder=FakeEncoder(dimension=256)) as bench:
        return {each.case.case_id: each for each in bench.ask()}


class TestReading:
    def test_a_retrieval_suite_asks_each_question_with_and_without_its_entries(self, shop: Path) -> None:
        """And once more with the look-alikes alone, where they are known and in the corpus."""
        suite = read_refusal_suite(shop)

        found = {case.case_id: (case.kind, case.gone) for case in suite.cases if case.case_id.startswith("q1")}
        assert found == {
            "q1": (CaseKind.ANSWERED, frozenset()),
            "q1/gone": (CaseKind.GOLD_REMOVED, {"returns"}),
            "q1/negatives": (CaseKind.NEGATIVES_ONLY, {"returns", "invoice", "repair"}),
        }
        assert sum(case.kind is CaseKind.NEGATIVES_ONLY for case in suite.cases) == 1

    def test_queries_may_say_themselves_that_nothing_answers_them(self, tmp_path: Path) -> None:
        """The answerable ones name the passage that they were written on, one or several."""
        folder = tmp_path / "flagged" / "dev"
        write(folder.parent, "corpus.jsonl", [{"id": "a", "text": "文字"}, {"id": "b", "text": "别的文字"}])
        rows = [
            {"id": "1", "text": "有答案", "passage_id": "a", "unanswerable": False},
            {"id": "2", "text": "也有", "passage_ids": ["a", "b"], "unanswerable": False},
            {"id": "3", "text": "没有答案", "passage_id": "a", "unanswerable": True},
        ]
        write(folder, "queries.jsonl", rows)

        suite = read_refusal_suite(folder)

        assert [(case.kind, case.relevant) for case in suite.cases] == [
            (CaseKind.ANSWERED, {"a"}),
            (CaseKind.ANSWERED, {"a", "b"}),
            (CaseKind.UNANSWERABLE, frozenset()),
        ]

    def test_a_conversation_is_asked_by_its_last_turn(self, tmp_path: Path) -> None:
        """A part of an answer is worth giving, a guess at what is meant isn't."""
        folder = tmp_path / "talks" / "dev"
        write(folder.parent, "corpus.jsonl", [{"id": "a", "text": "文字"}])
        history = [
            {"role": "user", "text": "你们发货吗"},
            {"role": "agent", "text": "发的"},
            {"role": "user", "text": "多久"},
        ]
        kinds = ("ANSWERABLE", "PARTIAL", "UNDERSPECIFIED", "UNANSWERABLE")
        rows = [
            {"id": kind, "answerability": [kind], "history": history, "positive_ids": [] if kind == kinds[3] else ["a"]}
            for kind in kinds
        ]
        write(folder, "tasks.jsonl", rows)

        suite = read_refusal_suite(folder)

        assert [case.answerable for case in suite.cases] == [True, True, False, False]
        assert {case.text for case in suite.cases} == {"多久"}
        assert [text for _, text in suite.cases[0].history] == ["你们发货吗", "发的"]

    def test_a_conversation_of_an_unknown_kind_is_refused_with_its_line(self, tmp_path: Path) -> None:
        """Rather than counted as something."""
        write(tmp_path, "corpus.jsonl", [{"id": "a", "text": "文字"}])
        write(tmp_path, "tasks.jsonl", [{"id": "1", "answerability": ["MAYBE"], "history": []}])

        with pytest.raises(InvalidInput, match="line 1"):
            read_refusal_suite(tmp_path)

    def test_another_folder_is_refused_with_what_would_do(self, tmp_path: Path) -> None:
        """The message names the files."""
        with pytest.raises(InvalidInput, match=r"queries\.jsonl"):
            read_refusal_suite(tmp_path)

    def test_probes_are_asked_besides_together_with_small_talk(self, shop: Path, tmp_path: Path) -> None:
        """Each text once."""
        write(tmp_path / "probes", "a.jsonl", [{"text": "月亮上有兔子吗"}, {"text": "月亮上有兔子吗"}])

        suite = with_probes(read_refusal_suite(shop), read_probes(tmp_path / "probes"))

        kinds = [case.kind for case in suite.cases]
        assert (kinds.count(CaseKind.OFF_TOPIC), kinds.count(CaseKind.SMALL_TALK)) == (1, len(SMALL_TALK))

    def test_thinning_keeps_some_of_every_kind(self, shop: Path) -> None:
        """And the corpus whole, since a smaller one would be an easier one."""
        suite = thinned(with_probes(read_refusal_suite(shop), ["x", "y", "z"]), 2)

        assert {kind: sum(case.kind is kind for case in suite.cases) for kind in CaseKind if kind in {c.kind for c in suite.cases}} == {
            CaseKind.ANSWERED: 2, CaseKind.GOLD_REMOVED: 2, CaseKind.NEGATIVES_ONLY: 1,
            CaseKind.OFF_TOPIC: 2, CaseKind.SMALL_TALK: 2,
        }  # fmt: skip
        assert len(suite.corpus) == len(CORPUS)


class TestAsking:
    def test_what_is_gone_isn_t_found(self, shop: Path) -> None:
        """Neither relevant entries nor, with the look-alikes alone, anything else."""
        found = asked(read_refusal_suite(shop))

        assert "returns" in found["q1"].found
        assert "returns" not in found["q1/gone"].found
        assert found["q1/negatives"].found == ("shipping",)

    def test_only_an_answer_that_rests_on_a_relevant_entry_would_be_right(self, shop: Path) -> None:
        """The same question without its entry is never right, however sure the assistant is."""
        found = asked(read_refusal_suite(shop))

        assert found["q1"].right
        assert not found["q1/gone"].right
        assert found["q1"].score > found["q1/gone"].score

    def test_small_talk_isn_t_answered_at_any_threshold(self, shop: Path) -> None:
        """«你好» gets a friendly word and never a passage."""
        found = asked(thinned(with_probes(read_refusal_suite(shop), []), 3))

        greeting = next(each for each in found.values() if each.case.text == "你好")
        assert greeting.talk
        assert shares([greeting], EVERYTHING)["answered_share"].cases == 0
        assert greeting.scored.score == 0.0

    def test_pairs_are_matched_by_the_product_s_own_rules(self, tmp_path: Path) -> None:
        """A known wording gets its pair's answer word for word, whatever the threshold; another topic doesn't."""
        folder = tmp_path / "bank" / "dev"
        train = [("我的卡在哪里", "card"), ("卡还没收到", "card"), ("怎么改密码", "password"), ("忘记密码", "password")]
        write(folder, "train_10shot.jsonl", [{"text": text, "label": label} for text, label in train])
        valid = [("卡还没收到", "card", "in"), ("利率是多少", "oos", "near_oos"), ("火星有多远", "oos", "far_oos")]
        write(folder, "valid.jsonl", [{"text": text, "label": label, "kind": kind} for text, label, kind in valid])

        found = {each.case.kind: each for each in asked(read_refusal_suite(folder)).values()}

        assert found[CaseKind.ANSWERED].certain
        assert found[CaseKind.ANSWERED].right
        assert found[CaseKind.ANSWERED].found == ("card",)
        assert not found[CaseKind.FAR].certain
        assert found[CaseKind.ANSWERED].confidence > found[CaseKind.FAR].confidence

    def test_a_kept_knowledge_base_gives_the_same_again(self, shop: Path, tmp_path: Path) -> None:
        """Pairs and passages alike."""
        suite = read_refusal_suite(shop)

        def once() -> list[tuple[float, bool]]:
            with RefusalBench(suite, encoder=FakeEncoder(dimension=256), work=tmp_path / "work") as bench:
                return [(each.score, each.right) for each in bench.ask()]

        assert once() == once()


class TestReport:
    def test_shares_follow_the_limit(self, shop: Path) -> None:
        """Where everything is answered, everything that can't be right is wrong; where nothing is, nothing is."""
        cases = list(asked(read_refusal_suite(shop)).values())
        right = sum(each.right for each in cases)

        everything, nothing = shares(cases, EVERYTHING), shares(cases, SILENT)

        assert everything["answered_share"].value == 1.0
        assert everything["wrong_share"].value == pytest.approx(1 - right / len(cases))
        assert nothing["answered_share"].value == nothing["wrong_share"].value == 0.0

    def test_the_run_file_holds_every_case_and_judges_the_suite_s_own(self, shop: Path, tmp_path: Path) -> None:
        """Probes are easy, so they have measures of their own and don't flatter the others."""
        suite = with_probes(read_refusal_suite(shop), ["月亮上有兔子吗"])
        cases = list(asked(suite).values())

        run = to_run_file(
            "shop", cases, limit=AnswerLimit(0.5), tolerance=Tolerance(0.05, RiskOf.QUESTIONS), encoder_key="fake"
        )
        write_run(tmp_path / "run.json", run)
        system = read_run(tmp_path / "run.json").systems[PRODUCT]

        assert len(system.cases) == len(cases)
        assert sum(case.judgement is not None for case in system.cases) == 7
        assert system.measures["auroc"].cases == 7
        assert {"aurc", "ece", "wrong_share", "auroc_gold_removed", "auroc_off_topic", "answered_small_talk"} <= set(
            system.measures
        )
        assert to_table([run]).row_count > 1
