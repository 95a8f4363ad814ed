"""Specification of telling that the sources contradict each other."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.assistant import Assistant
from agent.conflicts import Conflict, find_conflict, tell
from agent.policy import AnswerPolicy
from core.types import Answer, Handover, Hit, Language, Passage, Tier, Turn, Why
from models.fake_encoder import FakeEncoder
from tests.agent.shop import ShelfFinder, passage

OLD = "退货期限\n自签收之日起 7 天内，商品完好的，可以申请无理由退货。"
NEW = "退货期限\n自签收之日起 15 天内，商品完好的，可以申请无理由退货。"
RETURNS = "几天内可以无理由退货"


def source(number: int, document: str, text: str, since: date | None = None, heading: tuple[str, ...] = ()) -> Passage:
    made = passage(number, document, text, start=10 * number, heading=heading)
    return Passage(*(getattr(made, name) for name in made.__slots__ if name != "since"), since=since)


def hits(*passages: Passage) -> list[Hit]:
    return [Hit(each, 1.0 / rank, Why((), rank, 0.9, rank, 5.0)) for rank, each in enumerate(passages, start=1)]


def found(question: str, *texts: str) -> Conflict | None:
    return find_conflict(question, hits(*(source(at, f"{at}.md", text) for at, text in enumerate(texts, start=1))))


class TestAContradiction:
    @pytest.mark.parametrize(
        ("question", "one", "other"),
        [
            (RETURNS, OLD, NEW),
            ("补开发票要多少钱", "补开纸质发票每张收取 10 元。", "补开纸质发票每张收取二十元。"),
            ("门店几点关门", "临汀门店每天 21:00 关门。", "临汀门店每天 22:00 关门。"),
            ("报名哪天截止", "春季课堂的报名 3 月 10 日截止。", "春季课堂的报名 3月15日 截止。"),
            ("信用卡分期手续费多少", "信用卡分 12 期的手续费是每期 0.6%。", "信用卡分 12 期的手续费是每期百分之一。"),
            (
                "How long does a refund take?",
                "A refund takes 3 working days after we receive the item.",
                "A refund takes five working days after we receive the item.",
            ),
            ("How much is gift wrapping?", "Gift wrapping costs ¥15 per item.", "Gift wrapping costs ¥20 per item."),
        ],
    )
    def test_is_two_values_for_the_same_thing(self, question: str, one: str, other: str) -> None:
        """Periods, prices, times, dates and percentages, in digits or in words."""
        assert found(question, one, other) is not None

    @pytest.mark.parametrize(
        ("question", "one", "other"),
        [
            # the same value, written otherwise
            (RETURNS, NEW, "退货期限\n自签收之日起十五天内，商品完好的，可以申请无理由退货。"),
            # another product
            ("保修多久", "X100 的整机保修 1 年。", "X200 的整机保修 2 年。"),
            ("X100 保修多久", "X100 的整机保修 1 年。", "X100 Pro 的整机保修 2 年。"),
            # another condition
            ("送货要几天", "标准配送需要 3 天送达。", "加急配送需要 1 天送达。"),
            ("满多少包邮", "普通会员满 99 元包邮。", "金卡会员满 59 元包邮。"),
            ("周末几点开门", "临汀门店周六 9:00 开门。", "临汀门店周日 10:00 开门。"),
            ("How long does delivery take?", "Standard delivery takes 3 days.", "Express delivery takes 1 day."),
            # another thing
            (RETURNS, NEW, "自签收之日起 30 天内，出现质量问题的，可以申请换货。"),
            # something that wasn't asked
            ("补开发票要多少钱", "补开纸质发票需要 3 天。", "补开纸质发票需要 5 天。"),
            ("你们支持微信支付吗", OLD, NEW),
            # several values differ: a whole table row or schedule, not one fact
            ("运费多少", "满 99 元免运费，不满收 10 元。", "满 199 元免运费，不满收 15 元。"),
        ],
    )
    def test_is_not_two_products_cases_or_facts(self, question: str, one: str, other: str) -> None:
        """A false alarm would make the customer doubt what is right."""
        assert found(question, one, other) is None

    def test_needs_two_documents(self) -> None:
        """A document that gives two values nearly always means two cases."""
        assert found(RETURNS, f"{OLD}\n{NEW}") is None

    def test_is_not_looked_for_far_down(self) -> None:
        """Only the best evidence counts."""
        others = [f"第 {number} 条与此无关。" for number in range(5)]

        assert found(RETURNS, OLD, *others, NEW) is None

    def test_a_product_in_the_documents_name_counts(self) -> None:
        """A manual says «the device» and means the one on its cover."""
        text = "整机保修 {} 年，自签收之日起算。"
        passages = [source(1, "SL-9手册.pdf", text.format(3)), source(2, "KT-17手册.pdf", text.format(1))]

        assert find_conflict("保修多久", hits(*passages)) is None

    @given(order=st.permutations(range(4)))
    def test_is_the_same_in_any_order_of_the_evidence(self, order: list[int]) -> None:
        """Ranks may change with the wording of a question; what is told doesn't."""
        passages = [
            source(1, "旧政策.pdf", OLD, date(2024, 1, 1)),
            source(2, "新政策.pdf", NEW, date(2026, 3, 1)),
            source(3, "网站.md", "退货期限\n自签收之日起 10 天内，商品完好的，可以申请无理由退货。"),
            source(4, "其他.md", "发票在签收后 24 小时内开具。"),
        ]
        expected = find_conflict(RETURNS, hits(*passages))

        assert expected is not None
        assert find_conflict(RETURNS, hits(*(passages[at] for at in order))) == expected


class TestTelling:
    def test_shows_both_with_citations_dates_and_which_is_newer(self) -> None:
        """The quotations are exact; nothing is averaged."""
        old, new = source(1, "旧政策.pdf", OLD, date(2024, 1, 1)), source(2, "新政策.pdf", NEW, date(2026, 3, 1))
        conflict = find_conflict(RETURNS, hits(old, new))
        assert conflict is not None

        answer = tell(conflict, Language.ZH, 0.8)

        assert "不一致" in answer.text
        assert "2026-03-01" in answer.text
        assert "《新政策》的日期较新" in answer.text
        assert [citation.document for citation in answer.citations] == ["新政策.pdf", "旧政策.pdf"]
        for citation, origin in zip(answer.citations, (new, old), strict=True):
            assert origin.text[citation.start - origin.start : citation.end - origin.start] == citation.quote
            assert f"{citation.quote}[{citation.number}]" in answer.text

    def test_says_so_when_the_dates_tell_nothing(self) -> None:
        """In the customer's language, whatever that of the sources."""
        one, other = source(1, "a.md", "Gift wrapping costs ¥15."), source(2, "b.md", "Gift wrapping costs ¥20.")
        conflict = find_conflict("How much is gift wrapping?", hits(one, other))
        assert conflict is not None

        assert conflict.newer is None
        assert "Their dates don't tell" in tell(conflict, Language.EN, 0.8).text

    def test_the_earlier_date_comes_second_whichever_was_found_first(self) -> None:
        """Newest first."""
        old, new = source(1, "旧政策.pdf", OLD, date(2024, 1, 1)), source(2, "新政策.pdf", NEW, date(2026, 3, 1))
        for order in permutations([old, new]):
            conflict = find_conflict(RETURNS, hits(*order))
            assert conflict is not None
            assert conflict.newer == conflict.first
            assert conflict.first.passage is new


class TestTheAssistant:
    PASSAGES = (source(1, "旧政策.pdf", OLD, date(2024, 1, 1)), source(2, "新政策.pdf", NEW, date(2026, 3, 1)))

    def test_tells_the_customer(self, encoder: FakeEncoder) -> None:
        """Instead of quoting whichever was ranked first."""
        outcome = Assistant(ShelfFinder(encoder, passages=self.PASSAGES), encoder).reply(Turn(text=RETURNS)).outcome

        assert isinstance(outcome, Answer)
        assert outcome.tier is Tier.QUOTED
        assert "7 天" in outcome.text
        assert "15 天" in outcome.text

    def test_hands_over_if_the_operator_wants_that(self, encoder: FakeEncoder) -> None:
        """The colleague reads both statements."""
        policy = AnswerPolicy(hand_over_conflicts=True)
        assistant = Assistant(ShelfFinder(encoder, passages=self.PASSAGES), encoder, policy=policy)
        outcome = assistant.reply(Turn(text=RETURNS)).outcome

        assert isinstance(outcome, Handover)
        assert "7 天" in outcome.reason
        assert "15 天" in outcome.reason
