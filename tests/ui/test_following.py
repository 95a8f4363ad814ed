"""What comes by itself on the chat page: a person's words, and what the customer is asked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

import pytest

from api.client import Client, Conversation
from core.errors import StorageError
from core.settings import Secret
from core.types import ConversationId, Language, MessageId, Role
from tests.ui.fake_desk import EVIL, FakeDesk, customer_state, line, survey_state
from ui.following import current, followed, judged, rated, said_solved
from ui.render_person import whole_log
from ui.texts import say
from ui.view import ChatView, Exchange, LiveView, Progress

CHAT = ConversationId("c1")
VIEW = ChatView(
    Language.ZH,
    Conversation(CHAT, Secret("t")),
    (Exchange("转人工", Progress.DONE, "好的。"), Exchange("在吗？", Progress.DONE)),
)
LINES = [
    line(1, Role.CUSTOMER, "转人工"),
    line(2, Role.ASSISTANT, "好的。"),
    line(3, Role.SYSTEM, "王敏 已接手"),
    line(4, Role.CUSTOMER, "在吗？"),
    line(5, Role.AGENT, f"在的{EVIL}", f"王敏{EVIL}"),
]


def client_of(fake: FakeDesk) -> Client:
    return cast("Client", fake)


class TestFollowing:
    def test_a_reloaded_page_puts_every_line_in_its_place(self) -> None:
        """After the question that stood before it; the customer's own and the assistant's are there already."""
        live = followed(LiveView(CHAT), VIEW, client_of(FakeDesk(lines=LINES)))

        assert [(each.role, each.after) for each in live.lines] == [(Role.SYSTEM, 1), (Role.AGENT, 2)]
        assert live.seen == 5

    def test_what_comes_now_stands_last(self) -> None:
        """Each line once, however often the page looks."""
        fake = FakeDesk(lines=LINES[:4])
        live = followed(LiveView(CHAT), VIEW, client_of(fake))
        fake.lines = LINES
        live = followed(followed(live, VIEW, client_of(fake)), VIEW, client_of(fake))

        assert [each.text for each in live.lines] == ["王敏 已接手", f"在的{EVIL}"]
        assert live.lines[-1].after == len(VIEW.exchanges)

    def test_without_news_nothing_changes(self) -> None:
        """So that a form that is being filled in isn't drawn anew."""
        fake = FakeDesk(lines=LINES)
        live = followed(LiveView(CHAT), VIEW, client_of(fake))

        assert followed(live, VIEW, client_of(fake)) is live

    def test_a_server_that_is_away_is_asked_again_later(self) -> None:
        """Nothing is lost and nothing is said about it."""
        live = LiveView(CHAT)

        assert followed(live, VIEW, client_of(FakeDesk(failure=StorageError("down")))) is live

    def test_nothing_of_another_conversation_is_shown(self) -> None:
        """After "new conversation" the old lines are gone."""
        live = followed(LiveView(CHAT), VIEW, client_of(FakeDesk(lines=LINES)))
        other = ChatView(Language.ZH, Conversation(ConversationId("c2"), Secret("t")))

        assert current(live, other) == LiveView(ConversationId("c2"))
        assert current(live, VIEW) is live


class TestHtml:
    def test_says_who_writes(self) -> None:
        """A person has a name and no AI label; what they wrote is escaped."""
        live = followed(LiveView(CHAT), VIEW, client_of(FakeDesk(lines=LINES)))

        page = whole_log(VIEW, live)

        assert "zd-person" in page
        assert say("chat.person.label", Language.ZH) in page
        assert EVIL not in page
        assert page.index("王敏 已接手") < page.index("在吗？") < page.index("在的")

    @pytest.mark.parametrize(
        ("state", "shown"),
        [
            (customer_state(5, ask_solved=True), 'data-act="solved"'),
            (survey_state(5), 'data-act="rate"'),
            (customer_state(5, waiting=True, with_person=True), "正在等待同事接手"),
            (customer_state(5, with_person=True, agent="王敏"), "王敏 正在为您服务"),
        ],
    )
    def test_asks_one_thing_at_a_time(self, state: object, shown: str) -> None:
        """Whether it helped, how it was, or nothing but who is there."""
        live = followed(LiveView(CHAT), VIEW, client_of(FakeDesk(lines=LINES, state=state)))  # type: ignore[arg-type]

        page = whole_log(VIEW, live)

        assert shown in page
        assert page.count('data-act="solved"') in {0, 2}
        assert not ('data-act="solved"' in page and 'data-act="rate"' in page)

    def test_asks_nothing_about_what_is_over_when_something_new_was_asked(self) -> None:
        """The survey of the first problem doesn't stand under the second one, until the server was asked again."""
        fake = FakeDesk(lines=LINES, state=survey_state(5))
        live = followed(LiveView(CHAT), VIEW, client_of(fake))
        later = replace(VIEW, exchanges=(*VIEW.exchanges, Exchange("还有一个问题", Progress.DONE, "转给人工。")))

        fake.state = customer_state(5, waiting=True, with_person=True)
        looked = followed(live, later, client_of(fake))

        assert 'data-act="rate"' in whole_log(VIEW, live)
        assert 'data-act="rate"' not in whole_log(later, live)
        assert "正在等待同事接手" in whole_log(later, looked)

    def test_answers_can_be_judged(self) -> None:
        """Two buttons with names; nothing of the kind under what isn't an answer."""
        view = replace(VIEW, exchanges=(Exchange("多久？", Progress.DONE, "三天。", MessageId("m2")), *VIEW.exchanges))
        answered = [line(1, Role.CUSTOMER, "多久？"), line(2, Role.ASSISTANT, "三天。", answer=True, helpful=False)]
        live = followed(LiveView(CHAT), view, client_of(FakeDesk(lines=answered)))

        page = whole_log(view, live)

        assert page.count('data-act="thumb"') == 2
        assert re.search(r'data-helpful="up" aria-label="有帮助" aria-pressed="false"', page)
        assert re.search(r'data-helpful="down" aria-label="没帮助" aria-pressed="true"', page)


class TestAnswers:
    def test_a_judgement_is_told_and_may_change(self) -> None:
        """The last one stands; what isn't on the page can't be judged."""
        view = replace(VIEW, exchanges=(Exchange("多久？", Progress.DONE, "三天。", MessageId("m2")),))
        fake = FakeDesk(lines=[line(2, Role.ASSISTANT, "三天。", answer=True)])
        live = followed(LiveView(CHAT), view, client_of(fake))

        up = judged(live, view, 0, True, client_of(fake))
        down = judged(up, view, 0, False, client_of(fake))

        assert (up.verdicts, down.verdicts) == ({"m2": True}, {"m2": False})
        assert fake.done == [("judged", "m2", True), ("judged", "m2", False)]
        assert judged(live, view, 7, True, client_of(fake)) is live

    @pytest.mark.parametrize("solved", [True, False])
    def test_whether_it_helped_is_told(self, solved: bool) -> None:
        """Then it isn't asked any more."""
        fake = FakeDesk(lines=LINES, state=customer_state(5, ask_solved=True))
        live = followed(LiveView(CHAT), VIEW, client_of(fake))

        after = said_solved(live, VIEW, solved, client_of(fake))

        assert ("solved", solved) in fake.done
        assert after.state is not None
        assert not after.state.ask_solved

    def test_a_rating_is_told_and_thanked_for(self) -> None:
        """With its comment; a score off the scale isn't sent."""
        fake = FakeDesk(lines=LINES, state=survey_state(5))
        live = followed(LiveView(CHAT), VIEW, client_of(fake))

        off = rated(live, VIEW, 9, "", client_of(fake))
        after = rated(live, VIEW, 5, "很快", client_of(fake))

        assert off is live
        assert fake.done == [("rated", 5, "很快")]
        assert say("chat.solved.thanks", Language.ZH) in whole_log(VIEW, after)
