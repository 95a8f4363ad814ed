"""Specification of what is told from a message by rule."""

from __future__ import annotations

import time

import pytest

from agent.requests import SmallTalk, small_talk, wants_person

ASKS_FOR_A_PERSON = [
    "转人工",
    "转 人 工",
    "我要人工",
    "人工客服",
    "人工",
    "转人功",
    "傳人工",
    "轉人工客服",
    "請幫我轉接真人客服",
    "找真人",
    "能不能换个真人来",
    "我不想和机器人说话",
    "我要找客服",
    "联系客服",
    "zhuanrengong",
    "有人工吗",
    "我要投诉，帮我转人工！",
    "叫个活人来",
    "人工服务",
    "怎么转人工",
    "可以让人工处理吗",
    "真人客服",
    "talk to a human",
    "Can I speak to a real person?",
    "human please",
    "agent",
    "I want to speak with a representative",
    "transfer me to an agent",
    "get me a human",
    "connect me to customer service",
    "I don't want to talk to a bot",
    "let me talk to someone",
    "live agent",
    "I need a real person",
]

ASKS_SOMETHING_ELSE = [
    "人工智能是什么",
    "人工客服几点上班",
    "人工客服电话是多少",
    "安装的人工费多少",
    "需要工作人员上门安装吗",
    "怎么退货",
    "可以和卖家协商吗",
    "What are your customer service hours?",
    "Can a person sign for my parcel?",
    "How do I contact my travel agent",
    "human resources policy",
    "个人信息怎么修改",
    "我的订单找不到了",
    "机器人吸尘器保修多久",
    "Does the robot vacuum need an app?",
    "有没有人工降噪功能",
    "can i have a person pick it up",
]


class TestARequestForAPerson:
    @pytest.mark.parametrize("text", ASKS_FOR_A_PERSON)
    def test_is_recognised_in_any_wording(self, text: str) -> None:
        """Traditional characters, pinyin, spacing and common typos make no difference."""
        assert wants_person(text)

    @pytest.mark.parametrize("text", ASKS_SOMETHING_ELSE)
    def test_is_not_seen_in_other_questions(self, text: str) -> None:
        """Artificial intelligence, labour costs and opening hours are questions for the documents."""
        assert not wants_person(text)

    def test_is_found_at_the_end_of_a_long_message(self) -> None:
        """A customer who tells a long story and then asks for a person gets one."""
        assert wants_person("我的快递一直没有到，" * 200 + "请帮我转人工")

    @pytest.mark.parametrize(
        "text", ["谢" * 100_000 + "x", "转接" * 50_000, "talk to with a " * 7_000, "不想和" * 30_000]
    )
    def test_takes_no_time_on_hostile_text(self, text: str) -> None:
        """No pattern can be made to backtrack for long."""
        started = time.thread_time()

        wants_person(text)
        small_talk(text)

        assert time.thread_time() - started < 1.0


class TestSmallTalk:
    @pytest.mark.parametrize("text", ["你好", "您好！", "在吗？", "hi", "Hello there!", "早上好呀"])
    def test_greets(self, text: str) -> None:
        """A greeting alone is a greeting."""
        assert small_talk(text) is SmallTalk.GREETING

    @pytest.mark.parametrize("text", ["thanks", "谢谢你", "好的，谢谢", "thank you so much", "ok"])
    def test_thanks(self, text: str) -> None:
        """Thanks and «understood» ask nothing."""
        assert small_talk(text) is SmallTalk.THANKS

    @pytest.mark.parametrize("text", ["bye", "拜拜", "再见，谢谢"])
    def test_says_goodbye(self, text: str) -> None:
        """A goodbye may come with thanks."""
        assert small_talk(text) is SmallTalk.FAREWELL

    @pytest.mark.parametrize("text", ["", "。。。", "😀", "  \n"])
    def test_may_be_nothing_at_all(self, text: str) -> None:
        """A message without a letter asks nothing."""
        assert small_talk(text) is SmallTalk.NOTHING

    @pytest.mark.parametrize("text", ["history", "好的退货", "hi, where is my order", "你好，怎么退货", "这是什么"])
    def test_never_swallows_a_question(self, text: str) -> None:
        """Polite words around a question leave a question."""
        assert small_talk(text) is None
