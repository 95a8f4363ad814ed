"""Specification of the fifteen rules: when each hands over, when it offers, and what is close to it and isn't."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from agent.handover.findings import Act, Finding
from agent.handover.going_round import loop, turn_budget, user_rejected
from agent.handover.guards import failed, other_participant, usage_limit, vip_or_open_ticket
from agent.handover.knowledge import missing_knowledge, pending_clarification
from agent.handover.mood import negative_sentiment
from agent.handover.requests import (
    customer_request,
    identity_required,
    policy_restriction,
    safety_legal,
    text_of,
    unsupported_request,
)
from agent.handover.situation import Situation
from core.analysis import EscalationKind, EscalationSignal, NamedEntity, SentimentLevel
from core.episodes import LateTicket, PastTurn
from core.errors import StorageError
from core.handover import Figure
from core.types import HandoverCode, TicketId
from tests.agent.handover.episodes import NOTHING, UNKNOWN, limits, past, read, situation, switched_off

MISS = HandoverCode.MISSING_KNOWLEDGE
CLARIFIED = HandoverCode.PENDING_CLARIFICATION


def asked_back(number: int, text: str = "那个怎么弄", code: HandoverCode = MISS) -> PastTurn:
    return past(number, text, "clarification", "能换个说法吗？", code=code)


def act(finding: Finding | None) -> Act | None:
    return None if finding is None else finding.act


class TestDanger:
    @pytest.mark.parametrize(
        "text",
        [
            "水壶漏电，把我妈电到了", "再不处理我就打12315", "我 要 找 律 師 起訴你們", "我不想活了",
            "I'll sue you", "I'LL SUE YOU", "someone made unauthorized charges on my card", "going to the press",
        ],
    )  # fmt: skip
    def test_hands_over_at_once_with_the_words_as_written(self, text: str) -> None:
        """Case, blanks and traditional characters don't matter; what is quoted stands in the message."""
        finding = safety_legal(situation(text))

        assert act(finding) is Act.IMMEDIATE
        assert finding is not None
        assert all(word in text for word in finding.evidence.words)

    @pytest.mark.parametrize(
        "text",
        [
            "水壶有漏电保护吗",
            "报警声一直响怎么办",
            "笑死我了",
            "怎么防诈骗",
            "会不会漏电？",
            "fraud prevention tips",
            "FBI",
        ],
    )
    def test_isn_t_seen_in_words_that_mean_something_else(self, text: str) -> None:
        """The manager's exceptions."""
        assert safety_legal(situation(text)) is None

    def test_other_wordings_are_told_by_the_classifier_where_it_is_sure(self) -> None:
        """Its probability is the evidence, beside the limit."""
        text = "我妈被它弄了一下，手麻了"
        sure, unsure = (
            replace(read(text), escalation=(EscalationSignal(EscalationKind.SAFETY, share),)) for share in (0.9, 0.5)
        )
        finding = safety_legal(situation(text, analysis=sure))

        assert finding is not None
        assert finding.evidence.figures == (Figure("safety", 0.9, 0.7),)
        assert safety_legal(situation(text, analysis=unsure)) is None

    def test_can_be_switched_off(self) -> None:
        """The table decides."""
        rules = switched_off(HandoverCode.SAFETY_LEGAL)

        assert safety_legal(situation("我不想活了", rules=rules)) is None


class TestAPersonAskedFor:
    @pytest.mark.parametrize(
        "text", ["转人工", "轉真人客服", "zhuan rengong", "找你们经理", "agnet please", "let me talk to someone"]
    )
    def test_is_handed_over_in_any_wording(self, text: str) -> None:
        """Phrases of the code, words of the table."""
        analysis = read(text, intent=("human_agent", 0.95)) if text == "agnet please" else None

        assert act(customer_request(situation(text, analysis=analysis))) is Act.IMMEDIATE

    @pytest.mark.parametrize("text", ["人工客服几点上班", "人工客服电话是多少", "人工智能是什么"])
    def test_a_question_about_the_desk_is_no_request(self, text: str) -> None:
        """Even if the intent is taken for one."""
        assert customer_request(situation(text, analysis=read(text, intent=("human_agent", 0.99)))) is None

    def test_an_unsure_intent_isn_t_enough(self) -> None:
        """The limit is the manager's."""
        assert customer_request(situation("嗯", analysis=read("嗯", intent=("human_agent", 0.6)))) is None


class TestWhatIsKeptToPeople:
    def money(self, text: str, value: str) -> Situation:
        amount = NamedEntity("amount", 0, 2, text[:2], value)
        return situation(text, analysis=read(text, entities=(amount,)))

    def test_a_refund_above_the_limit_is_handed_over_with_both_numbers(self) -> None:
        """The amount is the analyzer's, the limit the table's."""
        finding = policy_restriction(self.money("给我退款3000元", "3000.00 CNY"))

        assert act(finding) is Act.IMMEDIATE
        assert finding is not None
        [figure] = finding.evidence.figures
        assert (figure.value, figure.limit) == (3000.0, 1000.0)
        assert finding.evidence.topic == "refund or compensation above the limit"

    def test_a_smaller_one_isn_t(self) -> None:
        """Nor is an amount that is asked about."""
        assert policy_restriction(self.money("给我退款300元", "300.00 CNY")) is None
        assert policy_restriction(self.money("满3000元的订单怎么退款", "3000.00 CNY")) is None

    def test_a_scripted_refusal_comes_with_an_offer_and_then_a_person(self) -> None:
        """The second time in the episode."""
        first = policy_restriction(situation("给我打个折"))
        again = policy_restriction(situation("给我打个折", asked_back(1, "便宜点", HandoverCode.POLICY_RESTRICTION)))

        assert (act(first), first is not None and first.offers) == (Act.SAY, True)
        assert act(again) is Act.IMMEDIATE


class TestIdentity:
    def test_a_change_of_the_account_needs_a_verified_customer(self) -> None:
        """Unknown: a person. Verified: no finding."""
        text = "帮我把手机号改成13800000000"

        assert act(identity_required(situation(text))) is Act.IMMEDIATE
        assert identity_required(situation(text, identity_level=2)) is None

    @pytest.mark.parametrize("text", ["怎么更换手机号", "How do I change my address?"])
    def test_how_to_do_it_oneself_may_be_asked_by_anybody(self, text: str) -> None:
        """The documents tell."""
        assert identity_required(situation(text)) is None

    def test_verifying_may_be_tried_as_often_as_the_table_says(self) -> None:
        """Three failures, then a person."""
        rules = limits(HandoverCode.IDENTITY_REQUIRED, attempts=3)
        tried = [asked_back(number, code=HandoverCode.IDENTITY_REQUIRED) for number in range(3)]

        assert act(identity_required(situation("查我的订单", *tried[:2], rules=rules))) is Act.SAY
        assert act(identity_required(situation("查我的订单", *tried, rules=rules))) is Act.IMMEDIATE


class TestMissingKnowledge:
    @pytest.mark.parametrize(("text", "still"), [("烤箱呢", "还是"), ("Do you sell ovens?", "still")])
    def test_only_a_second_miss_is_called_one(self, text: str, still: str) -> None:
        """A question that is handed over at once wasn't looked up before."""
        alone = situation(text, retrieved=UNKNOWN, in_conversation=False)
        second = situation(text, asked_back(1), retrieved=UNKNOWN)
        said = [text_of(found, each) for each in (alone, second) if (found := missing_knowledge(each))]

        assert [still in each for each in said] == [False, True]

    def test_the_first_miss_is_said(self) -> None:
        """With the probability that wasn't enough."""
        finding = missing_knowledge(situation("卖洗碗机吗", retrieved=UNKNOWN))

        assert act(finding) is Act.SAY
        assert finding is not None
        assert (finding.evidence.figures[0].value, finding.evidence.figures[0].limit) == (0.2, 0.6)

    def test_the_second_in_a_row_is_handed_over_and_names_the_first(self) -> None:
        """Small talk between them doesn't count."""
        talk = past(2, "好的", "clarification", "不客气。")
        finding = missing_knowledge(situation("那烘干机呢", asked_back(1), talk, retrieved=UNKNOWN))

        assert act(finding) is Act.IMMEDIATE
        assert finding is not None
        assert finding.evidence.messages == ("m1",)

    def test_an_answer_in_between_starts_anew(self) -> None:
        """Two misses in a row, not two misses."""
        finding = missing_knowledge(situation("烤箱呢", asked_back(1), past(2, "运费"), retrieved=UNKNOWN))

        assert act(finding) is Act.SAY

    def test_where_asking_back_is_of_no_use_a_person_takes_over(self) -> None:
        """Nothing was found at all, or nobody could reply."""
        assert act(missing_knowledge(situation("烤箱呢", retrieved=NOTHING))) is Act.IMMEDIATE
        alone = situation("烤箱呢", retrieved=UNKNOWN, in_conversation=False)
        assert act(missing_knowledge(alone)) is Act.IMMEDIATE

    def test_isn_t_found_where_the_evidence_answers(self) -> None:
        """However many misses there were."""
        assert missing_knowledge(situation("运费", asked_back(1), asked_back(2))) is None


class TestWhatNobodyHereDoes:
    def test_an_action_is_offered_beside_the_answer_and_said_without_one(self) -> None:
        """How to do it oneself is worth telling."""
        assert act(unsupported_request(situation("帮我取消订单"))) is Act.OFFER
        assert act(unsupported_request(situation("帮我取消订单", retrieved=UNKNOWN))) is Act.SAY

    def test_the_second_time_a_person_does_it(self) -> None:
        """Whatever was answered the first time."""
        before = past(1, "帮我取消订单", offered=HandoverCode.UNSUPPORTED_REQUEST)

        assert act(unsupported_request(situation("快帮我取消订单", before))) is Act.IMMEDIATE

    def test_what_isn_t_about_the_service_is_no_work_for_a_colleague(self) -> None:
        """Said every time, and never handed over."""
        analysis = read("讲个笑话", intent=("out_of_scope", 0.95))
        before = asked_back(1, code=HandoverCode.UNSUPPORTED_REQUEST)
        finding = unsupported_request(situation("讲个笑话", before, retrieved=UNKNOWN, analysis=analysis))

        assert (act(finding), finding is not None and finding.offers) == (Act.SAY, False)


class TestAnger:
    def test_is_offered_first_and_handed_over_the_second_time(self) -> None:
        """By words or by the reading."""
        before = past(1, "太差劲了", anger=0.9, sentiment=1)

        assert act(negative_sentiment(situation("受够了"))) is Act.OFFER
        assert act(negative_sentiment(situation("怎么还不到", analysis=read("x", anger=0.8)))) is Act.OFFER
        second = negative_sentiment(situation("你们搞什么", before))
        assert act(second) is Act.IMMEDIATE
        assert second is not None
        assert second.evidence.messages == ("m1",)

    def test_stays_between_the_two_limits_once_it_is_there(self) -> None:
        """Hysteresis: a reading of 0.5 isn't anger by itself."""
        half = read("到底怎么办", anger=0.5)

        assert negative_sentiment(situation("到底怎么办", analysis=half)) is None
        angry = past(1, "x", anger=0.9, sentiment=1)
        assert act(negative_sentiment(situation("到底怎么办", angry, analysis=half))) is Act.IMMEDIATE

    def test_is_over_after_a_friendly_message(self) -> None:
        """Then it is the first time again."""
        angry, calm = past(1, "x", anger=0.9, sentiment=1), past(2, "谢谢", anger=0.05, sentiment=4)

        assert act(negative_sentiment(situation("太差劲了", angry, calm))) is Act.OFFER

    @pytest.mark.parametrize(
        "text", ["我要投诉你们", "你们这群骗子", "this is bullshit", "I want to make a formal complaint"]
    )
    def test_a_complaint_or_abuse_goes_to_a_person_at_once(self, text: str) -> None:
        """The first time."""
        assert act(negative_sentiment(situation(text))) is Act.IMMEDIATE

    @pytest.mark.parametrize(
        "text", ["怎么投诉", "How do I file a complaint?", "厨余垃圾怎么处理", "吸尘器的垃圾怎么清空"]
    )
    def test_isn_t_seen_in_plain_questions(self, text: str) -> None:
        """A word that also stands in other phrases."""
        assert negative_sentiment(situation(text)) is None

    def test_a_mood_that_falls_twice_is_offered_a_person(self) -> None:
        """From good over neutral to bad."""
        turns = past(1, "a", sentiment=4), past(2, "b", sentiment=3)
        now = read("不太行", level=SentimentLevel.NEGATIVE)
        finding = negative_sentiment(situation("不太行", *turns, analysis=now))

        assert act(finding) is Act.OFFER
        assert finding is not None
        assert finding.evidence.messages == ("m1", "m2")


class TestGoingRound:
    def test_the_same_again_is_offered_and_the_third_time_handed_over(self) -> None:
        """By the cosine of the messages."""
        one, two = past(1, "退款多久到"), past(2, "退款啥时候到")

        assert loop(situation("退款几天到", one, alike=(0.9,))) is None
        assert act(loop(situation("退款几天到", one, alike=(0.97,)))) is Act.OFFER
        assert act(loop(situation("退款几天到", one, two, alike=(0.97, 0.98)))) is Act.IMMEDIATE

    def test_another_model_or_the_opposite_isn_t_the_same(self) -> None:
        """However close an encoder finds them."""
        assert loop(situation("X200 保修多久", past(1, "X100 保修多久"), alike=(0.99,))) is None
        assert loop(situation("怎么关闭通知", past(1, "怎么打开通知"), alike=(0.99,))) is None

    def test_what_we_asked_for_isn_t_a_repetition(self) -> None:
        """After a question back the customer has to say it again."""
        assert loop(situation("退款几天到", asked_back(1, "退款几天到"), alike=(1.0,))) is None

    def test_the_same_answer_counts_as_well(self) -> None:
        """Told by its words, without its marks."""
        reply = "仓库收到退回的商品并验收后，三个工作日内原路退款。"
        turns = past(1, "甲", reply=reply), past(2, "乙", reply=reply + "[1]")

        assert act(loop(situation("丙", *turns, answer=reply + "[1]"))) is Act.IMMEDIATE
        assert loop(situation("丙", *turns, answer="满九十九元包邮，不满收取运费八元，偏远地区另计。")) is None

    def test_two_replies_that_didn_t_help_are_handed_over(self) -> None:
        """By thumb or by word, in any mixture."""
        down = past(1, "退款", rejected=True)

        assert act(user_rejected(situation("没用", past(1, "退款")))) is Act.SAY
        assert act(user_rejected(situation("没用", down, past(2, "运费")))) is Act.IMMEDIATE
        assert user_rejected(situation("退款几天", down)) is None

    @pytest.mark.parametrize("text", ["不对，我问的是 X200", "没有发票怎么办", "No, I meant the X200", "为什么没用"])
    def test_a_correction_or_a_question_isn_t_a_rejection(self, text: str) -> None:
        """It says more than no."""
        assert user_rejected(situation(text, past(1, "X100 多少钱", rejected=False), past(2, "x"))) is None

    def test_no_after_small_talk_rejects_nothing(self) -> None:
        """«Anything else?» — «no»."""
        talk = past(2, "谢谢", "clarification", "不客气，还有什么可以帮您？")

        assert user_rejected(situation("没有", past(1, "运费"), talk)) is None

    def test_many_answers_are_offered_a_person_and_some_more_get_one(self) -> None:
        """Six, then two more."""
        answers = [past(number, f"问题{number}") for number in range(9)]

        assert turn_budget(situation("再问", *answers[:5])) is None
        assert act(turn_budget(situation("再问", *answers[:6]))) is Act.OFFER
        assert act(turn_budget(situation("再问", *answers[:8]))) is Act.IMMEDIATE

    def test_a_confirmation_starts_the_count_anew(self) -> None:
        """What helped isn't held against the assistant."""
        answers = [past(number, f"问题{number}") for number in range(6)]
        yes = past(6, "解决了", "clarification", "不客气。")

        assert turn_budget(situation("再问", *answers, yes)) is None


class TestGuards:
    def test_a_vip_and_a_late_ticket_go_to_their_people(self) -> None:
        """With the ticket's number."""
        late = vip_or_open_ticket(situation("运费", late_tickets=(LateTicket(TicketId(7)),)))

        assert act(vip_or_open_ticket(situation("运费", vip=True))) is Act.IMMEDIATE
        assert late is not None
        assert "7" in late.reason.zh
        assert vip_or_open_ticket(situation("运费")) is None

    def test_a_late_ticket_counts_for_what_it_is_about(self) -> None:
        """Another matter stays with the assistant; asking after it doesn't."""
        late = (LateTicket(TicketId(7), "return_item"),)

        assert (
            vip_or_open_ticket(situation("发票", analysis=read("发票", intent=("invoice", 0.9)), late_tickets=late))
            is None
        )
        assert (
            act(
                vip_or_open_ticket(
                    situation("退款呢", analysis=read("退款呢", intent=("refund_status", 0.9)), late_tickets=late)
                )
            )
            is Act.IMMEDIATE
        )

    def test_more_messages_than_allowed(self) -> None:
        """The next one after the limit."""
        rules = limits(HandoverCode.USAGE_LIMIT, messages=5)
        turns = [past(number, "x") for number in range(5)]

        assert usage_limit(situation("x", *turns[:4], rules=rules)) is None
        assert act(usage_limit(situation("x", *turns, rules=rules))) is Act.IMMEDIATE

    def test_somebody_else_is_told_nothing(self) -> None:
        """A person looks at it."""
        assert act(other_participant(situation("运费", primary_contact=False))) is Act.IMMEDIATE

    def test_a_failure_names_its_kind_and_nothing_else(self) -> None:
        """Its text may quote what it worked on."""
        finding = failed(StorageError("secret"), searching=True)

        assert "StorageError" in finding.reason.en
        assert "secret" not in finding.reason.en


class TestAnUnclearAnswer:
    def test_twice_is_offered_a_person(self) -> None:
        """The first time it is only said."""
        one, two = asked_back(1, code=CLARIFIED), asked_back(2, "不知道", CLARIFIED)
        first, second = (pending_clarification(situation("我也不清楚", *turns)) for turns in ((one,), (one, two)))

        assert (act(first), first is not None and first.offers) == (Act.SAY, False)
        assert (act(second), second is not None and second.offers) == (Act.SAY, True)

    def test_needs_a_question_back(self) -> None:
        """Otherwise it is a message like any other."""
        assert pending_clarification(situation("不知道", past(1, "运费"))) is None


RULES: tuple[Callable[[Situation], Finding | None], ...] = (
    safety_legal, customer_request, policy_restriction, identity_required, missing_knowledge, unsupported_request,
    negative_sentiment, loop, user_rejected, turn_budget, vip_or_open_ticket, pending_clarification, usage_limit,
    other_participant,
)  # fmt: skip


@pytest.mark.parametrize("text", ["", "？", "…", "a" * 5000, "\x00\ud800", "退" * 3000, "👨‍👩‍👧", "&lt;script&gt;"])
def test_no_rule_fails_on_any_message(text: str) -> None:
    """Nor finds anything in it."""
    assert [rule(situation(text)) for rule in RULES] == [None] * len(RULES)
