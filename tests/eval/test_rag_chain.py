"""Specification of measuring with a slow model: kept replies, withheld passages, and how refusals are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmarks.rag_chain.chain import RagChain, declines
from eval.benchmarks.rag_chain.known import KnownEncoder
from eval.measures.faithfulness import faithfulness
from eval.recorded_model import RecordedModel, Replies
from eval.suite_answers import AnswerCase, read_answer_suites
from eval.suite_withheld import withhold
from models.chat import ChatMessage, Script, ScriptedModel
from models.fake_encoder import FakeEncoder
from tests.agent.shop import PASSAGES

ASKED = [ChatMessage("user", "几天能退？")]


def said(model: RecordedModel) -> str:
    return "".join(delta.text for delta in model.stream(ASKED, deadline_s=5))


class TestKeptReplies:
    def test_are_asked_for_once_also_by_the_next_run(self, tmp_path: Path) -> None:
        """The file outlives the process."""
        path = tmp_path / "replies.jsonl"
        model = ScriptedModel(["七天。[1]", "别的"])
        first = said(RecordedModel(model, Replies(path)))

        assert first == said(RecordedModel(model, Replies(path))) == "七天。[1]"
        assert len(model.prompts) == 1

    def test_that_were_cut_off_are_not_kept(self, tmp_path: Path) -> None:
        """They would be repeated as if they were complete."""
        path = tmp_path / "replies.jsonl"
        said(RecordedModel(ScriptedModel([Script(text="七天", finish="length")]), Replies(path)))

        assert said(RecordedModel(ScriptedModel(["七天内。"]), Replies(path))) == "七天内。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "set" / "dev"
    place.mkdir(parents=True)
    corpus = [{"id": f"p{at}", "text": f"第 {at} 段。"} for at in range(4)]
    queries = [
        {"id": "q0", "text": "零？", "answers": ["0"], "positive_ids": ["p0"]},
        {"id": "q1", "text": "一？", "answers": ["1"], "positive_ids": ["p1", "p2"]},
        {"id": "q2", "text": "二？", "answers": ["2"], "positive_ids": ["p2"]},
        {"id": "q3", "text": "三？", "answers": ["3"], "positive_ids": ["p3"]},
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (place / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return place


class TestWithheldPassages:
    def test_make_a_question_unanswerable_unless_another_needs_them(self, folder: Path) -> None:
        """q1's second passage is q2's, so q1 stays as it is; q3 loses its own."""
        (suite,) = read_answer_suites(folder)

        thinned = withhold(suite, folder, every=2)

        cases = [case for case in thinned.cases if isinstance(case, AnswerCase)]
        assert [case.answerable for case in cases] == [True, True, True, False]
        assert cases[3].references == ()
        assert [entry.corpus_id for entry in thinned.corpus] == ["p0", "p1", "p2"]


@pytest.mark.parametrize(
    ("answer", "declined"),
    [
        ("I don't know.", True),
        ("The context does not mention a deadline.", True),
        ("文档中没有提到这一点。", True),
        ("", True),
        ("七天内可以退货。", False),
        ("Returns are free.", False),
    ],
)
def test_a_refusal_is_told_by_its_words(answer: str, declined: bool) -> None:
    """In both languages, and generously."""
    assert declines(answer) is declined


def test_faithfulness_is_the_share_of_sentences_that_the_sources_bear_out() -> None:
    """By numbers and words."""
    source = "自签收之日起 7 天内可以申请无理由退货。"

    assert faithfulness("7 天内可以申请无理由退货。9 天内到账。", [source]) == 0.5
    assert faithfulness("", [source]) == 1.0


def test_the_chain_puts_the_nearest_passages_into_its_prompt(tmp_path: Path) -> None:
    """With a kept reply no server is needed."""
    replies = Replies(tmp_path / "replies.jsonl")
    encoder = FakeEncoder(dimension=256)
    chain = RagChain(KnownEncoder(encoder, {}), PASSAGES, base_url="http://127.0.0.1:9/v1", model="m", replies=replies)

    with pytest.raises(Exception, match="onnect"):
        chain.answer("特价商品退货")
