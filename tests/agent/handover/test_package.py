"""Specification of what a person is given: everything in it is copied from the conversation or counted."""

from __future__ import annotations

from agent.handover.findings import Finding
from agent.handover.order import before_search
from agent.handover.package import package_of, question_of
from agent.handover.situation import Situation
from core.analysis import NamedEntity
from core.handover import HandoverPackage
from core.tickets import Priority
from core.types import MessageId, PassageId
from tests.agent.handover.episodes import past, read, situation


def package(given: Situation, message_id: str | None = "m9", **known: object) -> HandoverPackage:
    finding = before_search(given)
    assert isinstance(finding, Finding)
    defaults: dict[str, object] = {"nearest": (), "suggestion": None, "entities": lambda _text: ()}
    return package_of(
        finding,
        given,
        message_id=None if message_id is None else MessageId(message_id),
        **{**defaults, **known},  # type: ignore[arg-type]
    )


TURNS = (
    past(1, "QH-V30 显示 E5 怎么办", cited=(PassageId(5), PassageId(6)), sentiment=3, anger=0.1),
    past(2, "没用", "clarification", "还差什么？", sentiment=2, anger=0.4),
    past(3, "还是转不动", cited=(PassageId(6), PassageId(7)), rejected=True, sentiment=2, anger=0.5),
)


class TestTheSummary:
    def test_quotes_the_first_and_the_last_question_with_their_ids(self) -> None:
        """Thanks and the call for a person are no questions."""
        summary = package(situation("转人工", *TURNS)).summary

        assert ("QH-V30 显示 E5 怎么办" in summary.wanted.text, summary.wanted.messages) == (True, ("m1",))
        assert ("还是转不动" in summary.open_question.text, summary.open_question.messages) == (True, ("m3",))
        assert summary.tried.messages == ("m1", "m3")
        assert "2" in summary.tried.text

    def test_of_a_conversation_that_asks_nothing_says_so(self) -> None:
        """No question is made up."""
        summary = package(situation("转人工")).summary

        assert "还没有说明" in summary.wanted.text
        assert summary.wanted.messages == ("m9",)

    def test_is_in_the_customer_s_language(self) -> None:
        """As the conversation is."""
        summary = package(situation("connect me to an agent please, my QH-V30 is broken and won't start")).summary

        assert summary.wanted.text.startswith("“connect me to an agent please, my QH-V30")


class TestTheRest:
    def test_passages_are_those_shown_and_those_that_weren_t_good_enough(self) -> None:
        """Newest first, each once."""
        found = package(situation("转人工", *TURNS), nearest=(PassageId(6), PassageId(9)))

        assert found.shown == (6, 7, 5)
        assert found.rejected == (9,)

    def test_the_mood_is_a_path_that_ends_with_this_message(self) -> None:
        """One step a message."""
        moods = package(situation("转人工", *TURNS, analysis=read("转人工", anger=0.8))).moods

        assert [mood.message_id for mood in moods] == ["m1", "m2", "m3", "m9"]
        assert (moods[0].anger, moods[-1].anger) == (0.1, 0.8)

    def test_entities_are_copied_each_once(self) -> None:
        """Those of this message first."""
        order = NamedEntity("order", 0, 4, "A123", "A123")
        product = NamedEntity("product", 0, 6, "QH-V30", "QH-V30")
        given = situation("转人工", *TURNS, analysis=read("转人工", entities=(order,)))

        assert package(given, entities=lambda _text: (product, order)).entities == (order, product)

    def test_priority_rises_with_anger_and_tells_why(self) -> None:
        """Never falls."""
        calm = package(situation("转人工"))
        angry = package(situation("转人工", analysis=read("转人工", anger=0.9)))

        assert (calm.priority, angry.priority) == (Priority.MEDIUM, Priority.HIGH)
        assert "情绪" in angry.priority_reason
        assert package(situation("我要起诉", analysis=read("x", anger=0.9))).priority is Priority.URGENT

    def test_its_lines_don_t_repeat_what_they_are_called(self) -> None:
        """The desk heads each with its name, and names the rule in words."""
        found = package(situation("转人工", *TURNS))

        assert [line.text[:1] for line in (found.summary.wanted, found.summary.open_question)] == ["“", "“"]
        assert "尝试" not in found.summary.tried.text
        assert found.priority_reason == "规则“客户要求人工”的设置。"

    def test_a_topic_has_its_own_team(self) -> None:
        """Else the rule's."""
        assert package(situation("转人工")).team == "support"
        assert package(situation("我要起诉")).team == "escalation"

    def test_tags_are_few(self) -> None:
        """The rule's, the topic and the intent."""
        found = package(situation("帮我注销账号", analysis=read("x", intent=("close_account", 0.9))))

        assert found.tags == ("identity", "change of account data", "close_account")


def test_the_question_of_a_conversation_is_the_last_one_that_asks() -> None:
    """So that a reply can be suggested to whoever takes over."""
    assert question_of(situation("转人工", *TURNS)) == "还是转不动"
    assert question_of(situation("谢谢")) == ""
