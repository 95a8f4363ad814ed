"""What is learnt from an episode, and what never is."""

from __future__ import annotations

import pytest

from analytics.learning.mining import answered_by_a_person, unanswered
from analytics.transcripts import Line, Transcript
from core.types import Audience, ConversationId, HandoverCode, MessageId, Role
from nlu.personal_data.finder import PersonalDataRecogniser
from nlu.personal_data.masking import Masker
from tests.analytics.samples import at

masked = Masker(PersonalDataRecogniser()).masked
C, A, P = Role.CUSTOMER, Role.ASSISTANT, Role.AGENT
MISSING = HandoverCode.MISSING_KNOWLEDGE


def transcript(*lines: tuple[Role, str] | tuple[Role, str, dict[str, object]]) -> Transcript:
    """An episode in which these lines were written, a minute apart."""
    made = [
        Line(message_id=MessageId(f"m{n}"), role=each[0], text=each[1], at=at(n), **(each[2] if len(each) > 2 else {}))  # type: ignore[arg-type]
        for n, each in enumerate(lines)
    ]
    return Transcript(
        episode_id="7", conversation_id=ConversationId("c"), audience=Audience.PUBLIC, customer_id=3, lines=tuple(made)
    )


GAVE_UP = {"outcome": "handover", "code": MISSING}
ANSWERED = {"outcome": "answer"}


class TestWhatHadNoAnswer:
    def test_a_question_that_was_handed_over_for_want_of_knowledge(self) -> None:
        """With its customer, and without the personal data in it."""
        found = unanswered(transcript((C, "咖啡机能修吗？我电话 13800138000"), (A, "转给同事", GAVE_UP)), masked)

        assert [(each.text, each.customer, each.code) for each in found] == [
            ("咖啡机能修吗？我电话 [phone]", "customer 3", MISSING)
        ]

    def test_messages_in_a_row_are_one_question(self) -> None:
        """Nobody means half a sentence."""
        found = unanswered(transcript((C, "我的咖啡机"), (C, "能修吗？"), (A, "转给同事", GAVE_UP)), masked)

        assert [(each.message_id, each.text) for each in found] == [("m1", "我的咖啡机\n能修吗？")]

    def test_an_answer_that_the_customer_says_didnt_help(self) -> None:
        """The knowledge base has something, and it isn't what is needed."""
        found = unanswered(transcript((C, "保修期多久？"), (A, "一年。", ANSWERED | {"helpful": False})), masked)

        assert [each.code for each in found] == [HandoverCode.USER_REJECTED]

    @pytest.mark.parametrize(
        ("text", "reply"),
        [
            ("转人工", {"outcome": "handover", "code": HandoverCode.CUSTOMER_REQUEST}),
            ("I want to talk to a human", GAVE_UP),
            ("？", GAVE_UP),
            ("保修期多久？", ANSWERED),
            ("发票怎么开？", {"outcome": "handover", "code": HandoverCode.TOOL_FAILURE}),
        ],
    )
    def test_what_says_nothing_about_the_knowledge_base(self, text: str, reply: dict[str, object]) -> None:
        """A wish for a person, a failure, an answer."""
        assert unanswered(transcript((C, text), (A, "…", reply)), masked) == []


class TestWhatAPersonAnswered:
    def test_the_open_question_and_the_answer_without_courtesies(self) -> None:
        """Greetings, waiting and goodbyes aren't knowledge, and personal data isn't either."""
        found = answered_by_a_person(
            transcript(
                (C, "运费多少？"),
                (A, "满 99 元免运费。", ANSWERED),
                (C, "咖啡机能修吗？"),
                (A, "转给同事", GAVE_UP),
                (C, "转人工"),
                (P, "您好，请稍等，我看一下"),
                (P, "请问是哪一款？"),
                (C, "CM-2"),
                (P, "您好！CM-2 可以寄修，运费由我们承担。进度会发到 13800138000。"),
                (P, "不客气，祝您生活愉快！"),
            ),
            masked,
        )

        assert found is not None
        assert found.question == "咖啡机能修吗？"
        assert found.answer == "CM-2 可以寄修，运费由我们承担。进度会发到 [phone]。"
        assert found.message_ids == ("m2", "m8")

    def test_nothing_of_an_episode_without_a_person(self) -> None:
        """The assistant doesn't learn from itself."""
        assert answered_by_a_person(transcript((C, "运费多少？"), (A, "满 99 元免运费。", ANSWERED)), masked) is None

    def test_nothing_where_the_person_only_asked_back(self) -> None:
        """A question is no answer."""
        lines = transcript((C, "咖啡机能修吗？"), (A, "…", GAVE_UP), (P, "请问是哪一款机器？"), (P, "还有什么可以帮您"))

        assert answered_by_a_person(lines, masked) is None

    def test_in_english(self) -> None:
        """The same in both languages."""
        found = answered_by_a_person(
            transcript(
                (C, "Do you repair coffee machines?"),
                (A, "I'll pass you on.", GAVE_UP),
                (P, "Hi, one moment please"),
                (P, "Hello, we repair them free of charge within two years."),
                (P, "You're welcome, have a nice day!"),
            ),
            masked,
        )

        assert found is not None
        assert found.answer == "we repair them free of charge within two years."
