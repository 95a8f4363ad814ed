"""Entities that service work needs, with their values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.lac_tagger import Word
from nlu.entities.finder import RULES, EntityFinder
from nlu.entities.named import NamedEntities
from nlu.entities.products import ProductRecogniser

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday."""

RULE_FINDER = EntityFinder(RULES)


def found(text: str, finder: EntityFinder = RULE_FINDER) -> list[tuple[str, str, str]]:
    return [(each.type, each.text, each.value) for each in finder.find(text, now=NOW)]


def values(text: str, kind: str) -> list[str]:
    return [value for own, _, value in found(text) if own == kind]


class TestReferences:
    @pytest.mark.parametrize(
        ("text", "kind", "value"),
        [
            ("订单号20261118003521到哪了", "order_number", "20261118003521"),
            ("订单 TH20260418 到哪了", "order_number", "TH20260418"),
            ("My order #a10023-99 is late", "order_number", "A10023-99"),
            ("顺丰SF1234567890123没动", "tracking_number", "SF1234567890123"),
            ("快递单号：773012345678901", "tracking_number", "773012345678901"),
            ("tracking number 1Z999AA10123456784", "tracking_number", "1Z999AA10123456784"),
            ("发票号INV20261101抬头错了", "invoice_number", "INV20261101"),
            ("工单号是 TK-20231", "ticket_number", "TK-20231"),
            ("about ticket 48213, please", "ticket_number", "48213"),
            ("２０２６１１１８００３５２１ 这个订单", "order_number", "20261118003521"),
        ],
    )
    def test_are_told_by_the_word_beside_them_or_by_their_form(self, text: str, kind: str, value: str) -> None:
        """In capitals and half-width."""
        assert [(own, said) for own, _, said in found(text) if own.endswith("_number")] == [(kind, value)]

    @pytest.mark.parametrize(
        "text", ["订单还没到", "order in 2026", "订单满300减50", "发票怎么开", "order status please"]
    )
    def test_a_word_alone_is_none(self, text: str) -> None:
        """Nor a year or a price."""
        assert [own for own, _, _ in found(text) if own.endswith("_number")] == []


class TestAmounts:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("退我1,299元", "1299.00 CNY"),
            ("￥99.9 能便宜吗", "99.90 CNY"),
            ("三百二十块五", "320.50 CNY"),
            ("1.5万元的货", "15000.00 CNY"),
            ("两千三块钱", "2300.00 CNY"),
            ("one for $49.99 please", "49.99 USD"),
            ("20 dollars", "20.00 USD"),
            ("RMB 300", "300.00 CNY"),
        ],
    )
    def test_have_a_sum_and_a_currency(self, text: str, value: str) -> None:
        """However they are written."""
        assert values(text, "amount") == [value]

    @pytest.mark.parametrize("text", ["元旦放假吗", "买了3个", "第5元素"])
    def test_other_numbers_are_none(self, text: str) -> None:
        """A currency stands beside an amount."""
        assert values(text, "amount") == []


class TestDates:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("2026年11月3日", "2026-11-03"),
            ("2026-11-03买的", "2026-11-03"),
            ("2026/11/3", "2026-11-03"),
            ("二〇二六年十一月三日", "2026-11-03"),
            ("11月3号", "2026-11-03"),
            ("1月5日能到吗", "2027-01-05"),
            ("昨天", "2026-11-22"),
            ("大后天", "2026-11-26"),
            ("上周三", "2026-11-18"),
            ("下周日", "2026-12-06"),
            ("这周五之前", "2026-11-27"),
            ("上周", "2026-11-16/2026-11-22"),
            ("下个月5号", "2026-12-05"),
            ("上个月", "2026-10-01/2026-10-31"),
            ("月底", "2026-11-21/2026-11-30"),
            ("去年12月", "2025-12-01/2025-12-31"),
            ("三天前", "2026-11-20"),
            ("两周后", "2026-12-07"),
            ("yesterday", "2026-11-22"),
            ("the day after tomorrow", "2026-11-25"),
            ("next Friday", "2026-11-27"),
            ("last month", "2026-10-01/2026-10-31"),
            ("3 days ago", "2026-11-20"),
            ("in two weeks", "2026-12-07"),
            ("Nov 3, 2026", "2026-11-03"),
            ("on 3rd of November", "2026-11-03"),
        ],
    )
    def test_are_days_of_the_calendar(self, text: str, value: str) -> None:
        """Seen from Monday, 23 November 2026."""
        assert values(text, "date") == [value]

    @pytest.mark.parametrize("text", ["2026-02-30", "13月40日", "3号楼", "may I return it", "8号线", "1.2.10版本"])
    def test_what_isn_t_in_the_calendar_is_none(self, text: str) -> None:
        """Nor a building or a word that is a month as well."""
        assert values(text, "date") == []


class TestDurationsAndTimes:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("7天无理由", "P7D"),
            ("3个工作日内", "P3D business"),
            ("一个半小时", "PT1.5H"),
            ("半个月", "P15D"),
            ("两年保修", "P2Y"),
            ("10 business days", "P10D business"),
            ("two weeks", "P2W"),
            ("等了30分钟", "PT30M"),
        ],
    )
    def test_durations_are_iso(self, text: str, value: str) -> None:
        """Working days say so."""
        assert values(text, "duration") == [value]

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("下午3点半", "15:30"),
            ("14:05", "14:05"),
            ("晚上8点", "20:00"),
            ("5pm", "17:00"),
            ("12am", "00:00"),
            ("上午十点一刻", "10:15"),
        ],
    )
    def test_times_have_24_hours(self, text: str, value: str) -> None:
        """Morning and afternoon are told apart."""
        assert values(text, "time") == [value]

    @pytest.mark.parametrize("text", ["一点都不好用", "两点建议", "3点击一下", "有时候"])
    def test_a_bit_is_no_time(self, text: str) -> None:
        """Chinese counts things and hours with the same character."""
        assert values(text, "time") == []


class TestProducts:
    class Shop:
        def names(self) -> Mapping[str, str]:
            return {"云朵吸尘器": "云朵吸尘器", "小云": "云朵吸尘器", "rx-20": "RX-20"}

    FINDER = EntityFinder((*RULES, ProductRecogniser(Shop())))

    def test_come_from_the_company_s_own_vocabulary(self) -> None:
        """With the first name of their entry, in any width, case and script."""
        assert found("小云和雲朵吸塵器", self.FINDER) == [
            ("product", "小云", "云朵吸尘器"),
            ("product", "雲朵吸塵器", "云朵吸尘器"),
        ]
        assert found("我的ｒｘ－２０坏了", self.FINDER) == [("product", "ｒｘ－２０", "RX-20")]

    def test_a_name_inside_a_longer_number_is_another_product(self) -> None:
        """RX-200 isn't RX-20: it is a model that the vocabulary doesn't know."""
        assert found("RX-200 Pro 坏了", self.FINDER) == [("model", "RX-200 Pro", "RX200PRO")]

    @pytest.mark.parametrize("text", ["MP3", "错误码E11", "A4纸", "in 2026", "Room 12"])
    def test_other_codes_are_no_models(self, text: str) -> None:
        """Formats, errors, paper, rooms."""
        assert values(text, "model") == []


class TestNames:
    @staticmethod
    def tagged(text: str, *words: tuple[str, str]) -> list[tuple[str, str]]:
        class Told:
            def words(self, _text: str, /) -> tuple[Word, ...]:
                found, at = [], 0
                for word, tag in words:
                    found.append(Word(at, at + len(word), tag))
                    at += len(word)
                return tuple(found)

        assert "".join(word for word, _ in words) == text
        finder = EntityFinder((NamedEntities(Told()),))
        return [(each.type, each.text) for each in finder.find(text, now=NOW)]

    def test_are_persons_bodies_and_positions_by_the_tagger_s_words(self) -> None:
        """Where a word ends is the tagger's business, what it is also that of its ending."""
        text = "杭州云朵科技有限公司总经理李小明"
        assert self.tagged(text, ("杭州云朵科技有限公司", "ORG"), ("总经理", "n"), ("李小明", "PER")) == [
            ("company", "杭州云朵科技有限公司"),
            ("position", "总经理"),
            ("name", "李小明"),
        ]

    def test_endings_tell_companies_from_associations_and_authorities(self) -> None:
        """A bureau, an association and a bank."""
        words = (("市场监督管理局", "ORG"), ("和", "c"), ("消费者协会", "ORG"), ("和", "c"), ("云朵银行", "ORG"))
        assert [kind for kind, _ in self.tagged("".join(word for word, _ in words), *words)] == [
            "government",
            "organization",
            "company",
        ]

    def test_places_that_stand_together_are_one(self) -> None:
        """With the house number behind them; a country alone is no address."""
        words = (("杭州市", "LOC"), ("西湖区", "LOC"), ("文三路", "LOC"), ("456号", "m"), ("在", "p"), ("中国", "LOC"))
        assert self.tagged("".join(word for word, _ in words), *words) == [("address", "杭州市西湖区文三路456号")]

    def test_titles_name_nobody(self) -> None:
        """What stands in 《》 is a book or a document."""
        assert self.tagged("《李小明传》", ("《", "w"), ("李小明", "PER"), ("传", "n"), ("》", "w")) == []


class TestEnglishNames:
    @pytest.mark.parametrize(
        ("text", "entity"),
        [
            ("The Acme Trading Company owes me", ("company", "Acme Trading Company")),
            ("I paid with PayPal", ("company", "PayPal")),
            ("I work at the University of Leeds", ("organization", "University of Leeds")),
            ("the Department of Health says", ("government", "Department of Health")),
            ("ship it to San Francisco please", ("address", "San Francisco")),
            ("Please tell Jennifer Brown", ("name", "Jennifer Brown")),
        ],
    )
    def test_are_told_by_endings_and_lists(self, text: str, entity: tuple[str, str]) -> None:
        """Without the article before them."""
        assert [(kind, said) for kind, said, _ in found(text)] == [entity]

    def test_capitals_alone_name_nothing(self) -> None:
        """People shout."""
        assert found("WHY IS MY PARCEL LATE? The Parcel Is Late") == []


class TestAnyText:
    @settings(deadline=None, max_examples=150)
    @given(st.text(max_size=120) | st.text("1一二三年月日号天周点半:.-/元块￥$nextdaysRX张中 ", max_size=80))
    def test_is_read_without_an_error_and_parts_never_overlap(self, text: str) -> None:
        """And what is told stands in the text."""
        entities = RULE_FINDER.find(text, now=NOW)

        assert all(text[each.start : each.end] == each.text != "" for each in entities)
        assert all(one.end <= other.start for one, other in pairwise(entities))

    def test_keeps_positions_of_the_text_as_written(self) -> None:
        """Full-width digits and invisible characters change nothing."""
        text = "😀订\u200b单号：２０２６１１１８００３５２１！"
        [order] = RULE_FINDER.find(text, now=NOW)

        assert (order.text, order.value) == ("２０２６１１１８００３５２１", "20261118003521")
