"""Specification of what is suggested to agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import log

import pytest

from agent.policy import AnswerPolicy
from agent.suggestions.asking import Writer
from agent.suggestions.drafting import Drafter
from agent.suggestions.offers import offers_person, without_offers
from agent.suggestions.rewriting import Rewriter
from agent.suggestions.service import difference
from agent.suggestions.summary import Summarizer
from core.episodes import PastTurn
from core.suggestions import DraftKind, Tone
from core.types import Audience, ConversationId, Message, MessageId, Role, TicketId
from desk.verification.resolved import ResolvedTicket
from desk.verification.suggestions import PreparedText
from models.chat import Script, ScriptedModel
from models.fake_encoder import FakeEncoder
from retrieval.calibration.limit import AnswerLimit
from retrieval.calibration.probability import Method, ProbabilityMap
from tests.agent.shop import PASSAGES, WEAK, ShelfFinder, pair

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def resolved(question: str, answer: str, *, audience: Audience = Audience.PUBLIC) -> ResolvedTicket:
    return ResolvedTicket(TicketId(12), ConversationId("c" * 32), question, answer, audience, NOW)


class Drawer:
    """Resolved tickets in memory."""

    def __init__(self, *tickets: ResolvedTicket) -> None:
        self._tickets = tickets

    def newest(self, *, limit: int) -> Sequence[ResolvedTicket]:
        return self._tickets[:limit]


def message(number: int, role: Role, text: str) -> Message:
    return Message(MessageId(f"{number:032x}"), role, text, NOW)


TALK = (
    message(1, Role.CUSTOMER, "你好"),
    message(2, Role.CUSTOMER, "我 11 月 20 日买的 X100 漏水，能换吗？"),
    message(3, Role.ASSISTANT, "自签收之日起 7 天内可以换货。"),
    message(4, Role.CUSTOMER, "运费谁出？你们明天能来取吗"),
    message(5, Role.NOTE, "老客户，注意态度"),
)


class TestDrafts:
    def test_come_from_an_approved_pair_a_like_ticket_and_the_documents(self, encoder: FakeEncoder) -> None:
        """Three at most, best first, each with what it rests on."""
        finder = ShelfFinder(encoder, pairs=[pair(1, "特价商品能退货吗", "特价商品不支持退货。")])
        tickets = Drawer(resolved("特价商品能退货吗？", "您好，这款特价水壶可以换一次同款。"))

        drafts = Drafter(finder, encoder, tickets).drafts("特价商品能退货吗")

        assert {draft.kind for draft in drafts} == set(DraftKind)
        assert [draft.confidence for draft in drafts] == sorted((each.confidence for each in drafts), reverse=True)
        approved = next(draft for draft in drafts if draft.kind is DraftKind.APPROVED)
        assert (approved.text, approved.citations[0].quote) == ("特价商品不支持退货。[1]", "特价商品不支持退货。")
        assert next(draft for draft in drafts if draft.kind is DraftKind.TICKET).source == "#12 特价商品能退货吗？"

    def test_never_offer_a_person(self, encoder: FakeEncoder) -> None:
        """Whoever reads them is the person."""
        finder = ShelfFinder(
            encoder, pairs=[pair(1, "特价商品能退货吗", "特价商品不支持退货。如有疑问请联系人工客服。")]
        )
        tickets = Drawer(resolved("特价商品能退货吗？", "我帮您转接专员处理。"))

        drafts = Drafter(finder, encoder, tickets).drafts("特价商品能退货吗")

        assert drafts
        assert not any(offers_person(draft.text) for draft in drafts)

    def test_of_a_ticket_for_colleagues_only_are_not_made_for_customers(self, encoder: FakeEncoder) -> None:
        """A draft is meant for the customer, so it knows no more than the customer may."""
        tickets = Drawer(resolved("特价商品能退货吗？", "内部价可以退。", audience=Audience.INTERNAL))

        drafts = Drafter(ShelfFinder(encoder), encoder, tickets).drafts("特价商品能退货吗？")

        assert DraftKind.TICKET not in {draft.kind for draft in drafts}

    def test_say_whether_they_rest_on_something_internal(self, encoder: FakeEncoder) -> None:
        """An agent reads everything, and must know what isn't for the customer: pairs, tickets and passages alike."""
        hidden = tuple(replace(each, audience=Audience.INTERNAL) for each in PASSAGES)
        pairs = [replace(pair(1, "特价商品能退货吗", "内部口径：可以破例一次。"), audience=Audience.INTERNAL)]
        tickets = Drawer(resolved("特价商品能退货吗？", "按内部价换了一次同款。", audience=Audience.INTERNAL))
        finder = ShelfFinder(encoder, passages=hidden, pairs=pairs)

        drafts = Drafter(finder, encoder, tickets).drafts("特价商品能退货吗？", audience=Audience.INTERNAL)
        public = Drafter(ShelfFinder(encoder), encoder, Drawer()).drafts(
            "特价商品能退货吗？", audience=Audience.INTERNAL
        )

        assert {draft.kind: draft.internal for draft in drafts} == dict.fromkeys(DraftKind, True)
        assert [draft.internal for draft in public] == [False]

    @pytest.mark.parametrize(("above", "shown"), [(-0.02, False), (0.02, True)])
    def test_are_composed_only_from_a_certainty_on(self, encoder: FakeEncoder, above: float, shown: bool) -> None:
        """Below, what was found is about something else, and reading it costs the person time."""
        certainty = AnswerPolicy().least_suggested + above
        always = ProbabilityMap(Method.IDENTITY, log(certainty / (1 - certainty)), 0.0, 0.0)
        calibrated = AnswerLimit(1.0, always)

        drafts = Drafter(ShelfFinder(encoder), encoder, Drawer(), limit=lambda: calibrated).drafts("特价商品退货")

        assert bool(drafts) == shown

    @pytest.mark.parametrize("text", ["好的，谢谢你", "在吗", "转人工", "Thanks!"])
    def test_reply_to_nothing_that_asks_nothing(self, encoder: FakeEncoder, text: str) -> None:
        """Thanks and calls for a person are no questions."""
        assert Drafter(ShelfFinder(encoder), encoder, Drawer()).drafts(text) == ()

    def test_are_written_by_a_model_and_checked(self, encoder: FakeEncoder) -> None:
        """What the documents don't say isn't in the draft either."""
        model = ScriptedModel(["特价商品和定制商品不支持退货[1]。我们赔偿您 500 元[1]。"])

        (draft,) = Drafter(ShelfFinder(encoder), encoder, Drawer(), model=model).drafts("特价商品退货")

        assert draft.text == "特价商品和定制商品不支持退货。[1]"
        assert draft.citations[0].quote == "特价商品和定制商品不支持退货。"

    def test_are_quoted_where_the_model_fails(self, encoder: FakeEncoder) -> None:
        """An agent isn't left alone because a model is down."""
        model = ScriptedModel([Script(fail_at=0)])

        (draft,) = Drafter(ShelfFinder(encoder), encoder, Drawer(), model=model).drafts("特价商品退货")

        assert "特价商品和定制商品不支持退货" in draft.text

    def test_are_none_where_nothing_helps(self, encoder: FakeEncoder) -> None:
        """No draft is better than one about something else."""
        finder = ShelfFinder(encoder, passages=(), evidence=WEAK)

        assert Drafter(finder, encoder, Drawer()).drafts("修咖啡机吗") == ()
        assert Drafter(finder, encoder, Drawer()).drafts("  ") == ()


class TestOffersOfAPerson:
    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("运费由买家承担。[1] 如需帮助，请联系人工客服。[2]谢谢。", "运费由买家承担。[1]谢谢。"),
            ("Returns are free. [1] A colleague will contact you. [2]", "Returns are free. [1]"),
            ("客服会尽快联系您。", ""),
            ("I can transfer you to an agent.", ""),
            ("七天内可以退货。", "七天内可以退货。"),
        ],
    )
    def test_are_taken_out_with_their_marks(self, text: str, left: str) -> None:
        """The rest stays word for word."""
        assert without_offers(text) == left


class TestASummary:
    def test_has_fixed_fields_with_message_ids(self) -> None:
        """By rules: sentences of the conversation, without notes of colleagues."""
        turns = (PastTurn(TALK[1].message_id, TALK[1].text, "", "answer", NOW, sentiment=2),)
        summary = Summarizer().summary(TALK, turns)

        assert summary is not None
        assert (summary.request.text, summary.request.message_ids) == (TALK[1].text, (TALK[1].message_id,))
        assert [line.message_ids for line in summary.summary] == [(TALK[2].message_id,)]
        assert TALK[3].message_id in {key for line in summary.open_questions for key in line.message_ids}
        assert any("明天" in line.text for line in summary.upcoming)
        assert (summary.mood.text, summary.written_by) == ("不满", "rules")
        assert "老客户" not in str(summary)

    def test_of_nothing_is_nothing(self) -> None:
        """There is no conversation yet."""
        assert Summarizer().summary(()) is None

    def test_by_a_model_keeps_lines_that_their_messages_bear_out(self) -> None:
        """A line without a message, or with a number that the message lacks, is left out."""
        written = (
            "REQUEST: 客户的 X100 漏水，想换货 [2]\nDONE: 告知 7 天内可换 [3]\nDONE: 已赔偿 500 元 [3]\n"
            "OPEN: 运费谁承担 [4]\nUPCOMING: 明天取件\nMOOD: 着急 [4]\n随便写一行"
        )
        summary = Summarizer(Writer(ScriptedModel([written]), deadline_s=5)).summary(TALK)

        assert summary is not None
        assert summary.request.message_ids == (TALK[1].message_id,)
        assert [line.text for line in summary.summary] == ["告知 7 天内可换"]
        assert (summary.upcoming, summary.mood.text, summary.written_by) == ((), "着急", "scripted")

    @pytest.mark.parametrize("reply", ["对不起，我不能。", Script(fail_at=0)])
    def test_falls_back_to_rules(self, reply: str | Script) -> None:
        """A model that fails or chats costs no summary."""
        summary = Summarizer(Writer(ScriptedModel([reply]), deadline_s=5)).summary(TALK)

        assert summary is not None
        assert summary.written_by == "rules"


class TestTones:
    def rewritten(self, text: str, reply: str) -> str | None:
        return Rewriter(Writer(ScriptedModel([reply]), deadline_s=5)).rewrite(text, Tone.POLITE)

    def test_keep_every_number_and_address(self) -> None:
        """A friendlier text that changes a fact is no rewrite."""
        assert self.rewritten("7 天内可退。", "您好，7 天内可以退货哦。") == "您好，7 天内可以退货哦。"
        assert self.rewritten("7 天内可退。", "您好，14 天内可以退货哦。") is None
        assert self.rewritten("7 天内可退。", "您好，可以退货哦。") is None
        assert self.rewritten("7 天内可退。", "您好，7 天内可退，见 https://evil.example") is None


class TestMacros:
    MACROS = (PreparedText(4, "开发票", "发票会在三天内寄出。"), PreparedText(9, "换货", "请寄回商品。"))

    @pytest.mark.parametrize(
        ("reply", "chosen"), [("2: 客户想换货", 9), ("[1]", 4), ("0", None), ("7: x", None), ("换货那个", None)]
    )
    def test_are_chosen_by_number_only(self, reply: str, chosen: int | None) -> None:
        """Whatever else a model writes chooses nothing."""
        found = Rewriter(Writer(ScriptedModel([reply]), deadline_s=5)).choose(TALK, self.MACROS)

        assert (None if found is None else found.macro_id) == chosen


def test_a_difference_shows_what_was_changed() -> None:
    """By sentence, so that a fact that was mended stands out."""
    shown = difference("您好。七天内可以退货。", "您好。十四天内可以退货。")

    assert "-七天内可以退货。" in shown
    assert "+十四天内可以退货。" in shown
