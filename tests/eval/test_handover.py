"""Specification of the measurement of hand-overs: what is read, what counts as missed and as needless."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput
from core.types import HandoverCode
from eval.handover import HandoverBench, LedCase, by_code, missed_and_needless, to_run_file
from eval.measures.proportion import Proportion
from eval.runs import PRODUCT
from eval.suite_dialogues import Expected
from eval.suite_handover import SHIPPED, in_first_person, read_handover_suite
from models.fake_encoder import FakeEncoder
from retrieval.calibration.limit import AnswerLimit

EVERYTHING = AnswerLimit(0.0)

CONVERSATIONS: list[dict[str, Any]] = [
    {"id": "asked", "turns": [{"say": "退货期限是几天", "expect": "answer"}, {"say": "转人工", "expect": "handover", "code": "customer_request"}]},
    {"id": "needless", "turns": [{"say": "我要起诉", "expect": "answer"}]},
    {"id": "missed", "turns": [{"say": "退货期限是几天", "expect": "handover", "code": "loop"}]},
    {"id": "broken", "turns": [{"say": "退货期限是几天", "expect": "handover", "code": "tool_failure", "search_fails": True}]},
    {"id": "vip", "facts": {"vip": True}, "turns": [{"say": "退货期限是几天", "expect": "handover", "code": "vip_or_open_ticket"}]},
    {"id": "down", "turns": [
        {"say": "退货期限是几天", "thumbs_down": True, "offer": False}, {"say": "没用", "expect": "handover", "code": "user_rejected"}]},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "corpus.jsonl", [{"id": "a", "text": "退货期限为签收后十五天。"}])
    write(tmp_path / "conversations.jsonl", CONVERSATIONS)
    return tmp_path


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def led(folder: Path) -> list[LedCase]:
    with HandoverBench(read_handover_suite(folder), encoder=FakeEncoder(dimension=256)) as bench:
        return bench.lead(limit=EVERYTHING)


class TestLeading:
    def test_a_conversation_ends_with_its_hand_over(self, led: list[LedCase]) -> None:
        """What the assistant said is the rest of it; facts and thumbs count."""
        known = {each.case.case_id: each for each in led}

        assert [known[name].as_expected for name in ("asked", "broken", "vip")] == [True, True, True]
        assert [step.outcome for step in known["asked"].steps] == [Expected.ANSWER, Expected.HANDOVER]

    def test_missed_and_needless_are_counted_with_intervals(self, led: list[LedCase]) -> None:
        """Of those that need a person, and of all."""
        missed, needless = missed_and_needless(led)

        assert (missed.of, needless.hits, needless.of) == (5, 1, 6)
        assert "missed" in {each.case.case_id for each in led if each.missed}
        assert next(figures for figures in by_code(led) if figures.code is HandoverCode.LOOP).handed_over == 0

    def test_a_run_file_tells_every_message(self, led: list[LedCase]) -> None:
        """With what was expected and what came."""
        system = to_run_file("x", led, models={}, settings={}, passages=1).systems[PRODUCT]

        assert system.measures["needless_handovers"].cases == 6
        assert system.cases[1].details["steps"][0]["code"] is HandoverCode.SAFETY_LEGAL


class TestReading:
    @pytest.mark.parametrize(
        ("row", "told"),
        [
            ({"turns": []}, "`turns` must be a list"),
            ({"turns": [{"text": "x"}]}, "a turn needs `say`"),
            ({"turns": [{"say": "x", "code": "anger"}]}, "Codes are"),
            ({"turns": [{"say": "x", "expects": "answer"}]}, "not 'expects'"),
            ({"turns": [{"say": "x"}], "facts": {"rich": True}}, "`facts` has"),
        ],
    )
    def test_a_mistake_is_told_with_its_line(self, folder: Path, row: dict[str, Any], told: str) -> None:
        """And what would do."""
        write(folder / "conversations.jsonl", [{"id": "1", **row}])

        with pytest.raises(InvalidInput, match="line 1") as refused:
            read_handover_suite(folder)
        assert told in str(refused.value)

    def test_tasks_of_tau_bench_are_conversations_of_one_message(self, tmp_path: Path) -> None:
        """In the customer's words, with the policies as documents."""
        (tmp_path / "dev").mkdir()
        (tmp_path / "policy").mkdir()
        (tmp_path / "policy" / "shop.md").write_text(
            "# Policy\n\nReturns are possible within seven days.\n", encoding="utf-8"
        )
        tasks = [
            {"id": "a", "reason_for_call": "You want to change your address.", "transfer_to_human": False},
            {"id": "b", "user_instructions": '1. **Opening:** "Hi, my card was declined."', "transfer_to_human": True},
        ]
        write(tmp_path / "dev" / "tasks.jsonl", tasks)
        suite = read_handover_suite(tmp_path)

        assert [case.steps[0].text for case in suite.cases] == [
            "I want to change my address.",
            "Hi, my card was declined.",
        ]
        assert [case.needs_person for case in suite.cases] == [False, True]
        assert len(suite.corpus) == 1

    def test_second_person_becomes_first(self) -> None:
        """Well enough for an opening message."""
        said = in_first_person("You are angry because they charged you twice. Keep your card yourself.")

        assert said == "I am angry because they charged me twice. Keep my card myself."


class TestOurOwn:
    def test_cover_every_code_in_both_languages(self) -> None:
        """And near misses: more than a hundred and twenty conversations."""
        suite = read_handover_suite(SHIPPED)
        wanted = {step.code for case in suite.cases for step in case.steps if step.code} | {
            step.offer for case in suite.cases for step in case.steps if isinstance(step.offer, HandoverCode)
        }
        near = [case for case in suite.cases if not case.needs_person]

        assert wanted == set(HandoverCode)
        assert len(suite.cases) >= 120
        assert len(near) >= 40
        assert {case.language for case in suite.cases} == {"zh", "en"}
        assert len({case.case_id for case in suite.cases}) == len(suite.cases)


def test_a_share_of_nothing_is_anything() -> None:
    """Wilson's interval: never beyond 0 and 1, and wide for few cases."""
    low, high = Proportion(0, 10).interval

    assert Proportion(0, 0).interval == (0.0, 1.0)
    assert (low, round(high, 3)) == (0.0, 0.278)
    assert str(Proportion(1, 4)).startswith("1/4 = 25.0 %")
