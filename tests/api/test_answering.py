"""Who has the turn: the assistant speaks only while it is its own, and every customer hears something."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.answering import Answering, Said
from api.bursts import unfinished
from api.limits import Limits
from core.accounts import AccountId
from core.database import open_engine
from core.desk_events import EventKind
from core.episodes import EpisodeState
from core.migrations import migrate
from core.staff import Presence
from core.types import Answer, Audience, Handover, HandoverCode, Reply, Role, Tier, Turn
from desk.store import Conversation, Desk

AGENT = AccountId(7)


def answer(text: str = "满 99 元免运费。") -> Reply:
    return Reply(Answer(text, (), 0.9, Tier.QUOTED), (), {"total": 1.0})


@dataclass
class Scripted:
    """An assistant that says what it is told to, and remembers what it was asked."""

    say: Callable[[Turn], Reply] = lambda turn: answer()
    turns: list[Turn] = field(default_factory=list)

    def reply(self, turn: Turn, **_listeners: Any) -> Reply:
        self.turns.append(turn)
        return self.say(turn)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    yield Desk(engine)
    engine.dispose()


@pytest.fixture
def conversation(desk: Desk) -> Conversation:
    conversation_id, token = desk.open_conversation(audience=Audience.PUBLIC, language=None)
    return desk.authorize(conversation_id, token.reveal())


def ask(answering: Answering, conversation: Conversation, text: str) -> dict[str, Any]:
    """A message and what comes back, from outside any event loop."""
    import asyncio

    return asyncio.run(answering.reply(conversation, Said(text)))


def staffed(desk: Desk) -> None:
    desk.staff.enrol(AGENT, "小王")
    desk.staff.set_presence(AGENT, Presence.ONLINE)


class TestTheAssistant:
    def test_is_told_the_episode_and_the_messages_before(self, desk: Desk, conversation: Conversation) -> None:
        """The message itself is in neither: it is what is to be answered."""
        assistant = Scripted()
        answering = Answering(desk, assistant, Limits())
        ask(answering, conversation, "运费多少？")

        ask(answering, conversation, "那退货呢？")

        turn = assistant.turns[-1]
        assert [message.role for message in turn.history] == [Role.CUSTOMER, Role.ASSISTANT]
        assert turn.episode is not None
        assert [past.text for past in turn.episode.turns] == ["运费多少？"]
        assert turn.message_id == desk.history(conversation.conversation_id)[2].message_id

    def test_keeps_silent_while_a_person_has_the_conversation(self, desk: Desk, conversation: Conversation) -> None:
        """The message is kept, the assistant isn't even asked, and the customer is told once."""
        staffed(desk)
        assistant = Scripted(
            lambda turn: Reply(Handover(HandoverCode.CUSTOMER_REQUEST, "r", "好的", 0), (), {"total": 1})
        )
        answering = Answering(desk, assistant, Limits())
        ask(answering, conversation, "转人工")

        first = ask(answering, conversation, "我的订单还没到")
        second = ask(answering, conversation, "在吗？")

        assert len(assistant.turns) == 1
        assert (first["outcome"], second["outcome"]) == ("silent", "silent")
        assert "等待同事" in first["text"]
        assert second["text"] == ""
        written = [message.text for message in desk.history(conversation.conversation_id)]
        assert "我的订单还没到" in written
        assert "在吗？" in written

    def test_s_reply_is_thrown_away_if_a_person_took_over_meanwhile(
        self, desk: Desk, conversation: Conversation
    ) -> None:
        """Also if it was ready at that very moment: what counts is who has the turn when it is written."""
        staffed(desk)

        def taken_over(turn: Turn) -> Reply:
            desk.dialogues.claim(conversation.conversation_id, AGENT)
            return answer("too late")

        reply = ask(Answering(desk, Scripted(taken_over), Limits()), conversation, "运费多少？")

        assert reply["outcome"] == "silent"
        assert "too late" not in [message.text for message in desk.history(conversation.conversation_id)]
        assert desk.episode(conversation.conversation_id).state is EpisodeState.AGENT
        assert len(desk.events.page(kinds=[EventKind.REPLY_DISCARDED])) == 1

    @pytest.mark.parametrize("broken", [RuntimeError("secret"), TimeoutError()])
    def test_that_breaks_gives_the_conversation_to_a_person(
        self, desk: Desk, conversation: Conversation, broken: Exception
    ) -> None:
        """An exception or a timeout never reaches the customer; a sentence and a ticket do."""

        def fail(turn: Turn) -> Reply:
            raise broken

        reply = ask(Answering(desk, Scripted(fail), Limits()), conversation, "运费多少？")

        assert (reply["outcome"], reply["code"]) == ("handover", "tool_failure")
        assert "同事" in reply["text"]
        assert reply["ticket_id"] is not None
        assert "secret" not in str(reply)

    def test_that_says_nothing_counts_as_broken(self, desk: Desk, conversation: Conversation) -> None:
        """An empty answer is no answer."""
        reply = ask(Answering(desk, Scripted(lambda turn: answer("  ")), Limits()), conversation, "Shipping costs?")

        assert (reply["outcome"], reply["code"]) == ("handover", "tool_failure")
        assert "Sorry" in reply["text"]

    def test_isn_t_asked_when_the_customer_says_that_it_helped(self, desk: Desk, conversation: Conversation) -> None:
        """A plain yes after an answer ends the episode."""
        assistant = Scripted()
        answering = Answering(desk, assistant, Limits())
        ask(answering, conversation, "运费多少？")

        reply = ask(answering, conversation, "解决了，谢谢")

        assert len(assistant.turns) == 1
        assert reply["text"] == "很高兴帮到您。"
        assert desk.episode(conversation.conversation_id).state is EpisodeState.RESOLVED


class TestABurst:
    def test_gets_one_answer_to_all_of_it(self, desk: Desk, conversation: Conversation) -> None:
        """What was being written when more came is thrown away; the last one's caller gets the answer."""
        begun, go_on = threading.Event(), threading.Event()

        def slow(turn: Turn) -> Reply:
            if not begun.is_set():
                begun.set()
                assert go_on.wait(10)
            return answer(f"answer to {turn.text!r}")

        assistant = Scripted(slow)
        answering = Answering(desk, assistant, Limits())
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(ask, answering, conversation, "我买的水壶")
            assert begun.wait(10)
            second = pool.submit(ask, answering, conversation, "坏了怎么办")
            while len(desk.history(conversation.conversation_id)) < 2:
                pass
            go_on.set()

        assert first.result()["outcome"] == "silent"
        assert second.result()["text"] == "answer to '我买的水壶\\n坏了怎么办'"
        roles = [message.role for message in desk.history(conversation.conversation_id)]
        assert roles == [Role.CUSTOMER, Role.CUSTOMER, Role.ASSISTANT]

    def test_that_is_only_announced_is_waited_for(self, desk: Desk, conversation: Conversation) -> None:
        """«我想问一下» isn't answered by itself if the question comes at once."""
        assistant = Scripted()
        answering = Answering(desk, assistant, Limits(), burst_s=5.0)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(ask, answering, conversation, "你好，我想问一下")
            while not desk.history(conversation.conversation_id):
                pass
            second = pool.submit(ask, answering, conversation, "运费多少？")

        assert first.result()["outcome"] == "silent"
        assert second.result()["outcome"] == "answer"
        assert [turn.text for turn in assistant.turns] == ["你好，我想问一下\n运费多少？"]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("我想问一下", True),
            ("请问", True),
            ("我买的水壶，", True),
            ("Can I ask you something", True),
            ("运费多少？", False),
            ("你好", False),
            ("谢谢", False),
            ("请问运费多少", False),
            ("refund please", False),
        ],
    )
    def test_is_expected_after_half_a_message_only(self, text: str, expected: bool) -> None:
        """A whole question is answered at once."""
        assert unfinished(text) is expected
