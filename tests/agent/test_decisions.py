"""Specification of why: every reply names the rule that decided it, and a model reads whole sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from agent.assistant import Assistant
from core.types import Answer, Audience, Hit, Query, Reply, Rule, Turn
from models.chat import Script, ScriptedModel
from models.fake_encoder import FakeEncoder
from retrieval.expansion import Section, alone
from tests.agent.shop import PASSAGES, WEAK, ShelfFinder, pair, passage

INVOICE = pair(1, "怎么开具发票", "在订单详情页申请。")
GOOD = "自签收之日起 7 天内可以申请无理由退货[1]。"


def asked(assistant: Assistant, text: str) -> Reply:
    return assistant.reply(Turn(text=text))


class TestTheRule:
    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("转人工", Rule.PERSON_REQUESTED),
            ("你好", Rule.SMALL_TALK),
            ("怎么开具发票", Rule.APPROVED_ANSWER),
            ("特价商品可以退货吗", Rule.QUOTED),
        ],
    )
    def test_without_a_model(self, encoder: FakeEncoder, text: str, rule: Rule) -> None:
        """Each step of the cascade."""
        reply = asked(Assistant(ShelfFinder(encoder, pairs=[INVOICE]), encoder), text)

        assert reply.decision is not None
        assert reply.decision.rule is rule

    @pytest.mark.parametrize(
        ("model", "rule"),
        [
            (ScriptedModel([GOOD]), Rule.MODEL_WROTE),
            (ScriptedModel(["NO_ANSWER"]), Rule.MODEL_DECLINED),
            (ScriptedModel([Script(fail_at=0)]), Rule.MODEL_FAILED),
        ],
    )
    def test_with_a_model(self, encoder: FakeEncoder, model: ScriptedModel, rule: Rule) -> None:
        """What it did, or failed to do."""
        reply = asked(Assistant(ShelfFinder(encoder), encoder, model=model), "特价商品可以退货吗")

        assert reply.decision is not None
        assert reply.decision.rule is rule

    def test_where_there_is_nothing_to_answer_from(self, encoder: FakeEncoder) -> None:
        """Nothing found, too little found, a search that failed."""
        finders = {
            Rule.NOTHING_FOUND: ShelfFinder(encoder, passages=()),
            Rule.BELOW_THRESHOLD: ShelfFinder(encoder, evidence=WEAK),
            Rule.SEARCH_FAILED: ShelfFinder(encoder, broken=True),
        }
        for rule, finder in finders.items():
            reply = asked(Assistant(finder, encoder), "特价商品可以退货吗")
            assert reply.decision is not None
            assert reply.decision.rule is rule

    def test_comes_with_probability_and_threshold_on_one_scale(self, encoder: FakeEncoder) -> None:
        """An answer's probability is at or above the threshold, a refusal's below."""
        strong = asked(Assistant(ShelfFinder(encoder), encoder), "特价商品可以退货吗").decision
        weak = asked(Assistant(ShelfFinder(encoder, evidence=WEAK), encoder), "特价商品可以退货吗").decision

        assert strong is not None
        assert weak is not None
        assert strong.probability is not None
        assert weak.probability is not None
        assert strong.threshold is not None
        assert strong.threshold == weak.threshold
        assert weak.probability < strong.threshold <= strong.probability


class JoiningReader:
    """Joins the two first passages of the shop, as if they were one section."""

    def __init__(self) -> None:
        self.queries: list[Query] = []

    def sections(self, query: Query, hits: Sequence[Hit]) -> list[Section]:
        self.queries.append(query)
        first, second = SECTION
        text = f"{first.text}\n{second.text}"
        whole = replace(first, text=text, end=second.end)
        own = [hit for hit in hits if hit.passage in SECTION]
        others = [alone(hit) for hit in hits if hit.passage not in SECTION]
        return [Section(whole, SECTION, tuple(own)), *others]


_FIRST = passage(8, "会员.md", "金卡会员每年享受四次免费上门检测。", start=40)
SECTION = (
    _FIRST,
    replace(
        passage(9, "会员.md", "检测须提前两天预约。", start=_FIRST.end + 1),
        document_id=_FIRST.document_id,
        ordinal=1,
        page=7,
    ),
)


class TestSections:
    @pytest.fixture
    def reader(self) -> JoiningReader:
        return JoiningReader()

    def reply(self, encoder: FakeEncoder, reader: JoiningReader, model: ScriptedModel) -> Reply:
        finder = ShelfFinder(encoder, passages=(SECTION[0], *PASSAGES))
        return asked(Assistant(finder, encoder, model=model, reader=reader), "金卡会员检测须提前几天预约？")

    def test_are_what_a_model_reads(self, encoder: FakeEncoder, reader: JoiningReader) -> None:
        """The neighbour that wasn't found itself is in the prompt."""
        model = ScriptedModel(["检测须提前两天预约[1]。"])

        self.reply(encoder, reader, model)

        assert "检测须提前两天预约。" in model.prompts[0][1].text

    def test_are_cited_by_the_passage_that_the_sentence_stands_in(
        self, encoder: FakeEncoder, reader: JoiningReader
    ) -> None:
        """To the character, with that passage's id and page."""
        reply = self.reply(encoder, reader, ScriptedModel(["检测须提前两天预约[1]。"]))

        assert isinstance(reply.outcome, Answer)
        (citation,) = reply.outcome.citations
        assert citation.quote == "检测须提前两天预约。"
        assert (citation.passage_id, citation.page) == (SECTION[1].passage_id, 7)
        assert (citation.start, citation.end) == (SECTION[1].start, SECTION[1].end)

    def test_are_read_for_who_asks(self, encoder: FakeEncoder, reader: JoiningReader) -> None:
        """Audience and day go along, so that nothing else comes in."""
        finder = ShelfFinder(encoder, passages=(SECTION[0], *PASSAGES))
        assistant = Assistant(finder, encoder, model=ScriptedModel(["检测须提前两天预约[1]。"]), reader=reader)

        assistant.reply(Turn(text="金卡会员检测？", audience=Audience.INTERNAL, as_of=date(2026, 1, 1)))

        (query,) = reader.queries
        assert (query.audience, query.as_of) == (Audience.INTERNAL, date(2026, 1, 1))

    def test_dont_change_what_was_found(self, encoder: FakeEncoder, reader: JoiningReader) -> None:
        """The record has the hits as the search gave them."""
        reply = self.reply(encoder, reader, ScriptedModel(["检测须提前两天预约[1]。"]))

        assert SECTION[0] in [hit.passage for hit in reply.hits]
        assert all(hit.passage in (*PASSAGES, *SECTION) for hit in reply.hits)
