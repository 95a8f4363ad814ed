"""Specification of which rule wins where several match."""

from __future__ import annotations

from dataclasses import replace

from agent.handover.findings import Act
from agent.handover.order import after_search, before_search
from core.types import HandoverCode
from tests.agent.handover.episodes import ANSWERED, UNKNOWN, past, situation


class TestBeforeAnythingIsSearched:
    def test_danger_comes_before_everything(self) -> None:
        """Also before the guards."""
        finding = before_search(situation("转人工，他触电了", retrieved=None, primary_contact=False))

        assert finding is not None
        assert finding.code is HandoverCode.SAFETY_LEGAL

    def test_an_ordinary_question_is_left_to_the_search(self) -> None:
        """Even by an angry customer: the documents may answer."""
        assert before_search(situation("太差劲了，退款多久到账", retrieved=None)) is None

    def test_a_bare_rejection_is_told_at_once(self) -> None:
        """There is nothing to search for."""
        finding = before_search(situation("没用", past(1, "运费"), retrieved=None))

        assert finding is not None
        assert (finding.code, finding.act) == (HandoverCode.USER_REJECTED, Act.SAY)


class TestAfterTheSearch:
    def test_handing_over_comes_before_offering_whatever_the_order(self) -> None:
        """A VIP's unanswered question goes to their people, not into a question back."""
        finding = after_search(situation("卖烤箱吗", retrieved=UNKNOWN, vip=True))

        assert finding is not None
        assert (finding.code, finding.act) == (HandoverCode.VIP_OR_OPEN_TICKET, Act.IMMEDIATE)

    def test_a_button_is_shown_once_in_an_episode(self) -> None:
        """Whichever rule showed it."""
        assert after_search(situation("太差劲了，运费多少", past(1, "运费", offered=HandoverCode.LOOP))) is None

    def test_who_lets_off_steam_isn_t_told_that_nothing_was_found(self) -> None:
        """An apology and the offer of a person."""
        finding = after_search(situation("你们太差劲了", retrieved=UNKNOWN))

        assert finding is not None
        assert (finding.code, finding.act, finding.offers) == (HandoverCode.NEGATIVE_SENTIMENT, Act.SAY, True)

    def test_a_request_that_was_understood_isn_t_either(self) -> None:
        """It is told that nobody here can do that."""
        finding = after_search(situation("帮我取消订单", retrieved=UNKNOWN))

        assert finding is not None
        assert finding.code is HandoverCode.UNSUPPORTED_REQUEST

    def test_a_plain_answer_is_left_alone(self) -> None:
        """No rule matches."""
        assert after_search(situation("运费多少", past(1, "你好", "clarification", "您好"))) is None

    def test_sources_that_contradict_each_other_go_to_a_person_with_what_they_say(self) -> None:
        """Where the policy leaves that to people."""
        retrieved = replace(ANSWERED, answers=False, contradiction="《甲》7 天 / 《乙》15 天")
        finding = after_search(situation("退货几天", retrieved=retrieved))

        assert finding is not None
        assert (finding.act, finding.reason.zh) == (Act.IMMEDIATE, "《甲》7 天 / 《乙》15 天")
