"""What happens on the agent desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from api.client import Client
from api.client_desk import QueueShow
from core.accounts import AccountId
from core.episodes import EpisodeState
from core.errors import Conflict, Forbidden, NotFound, StorageError, Unauthorized
from core.settings import Secret
from core.staff import Presence, TeamId
from core.suggestions import SuggestionState
from core.tickets import CloseReason
from core.types import ConversationId, Language, Role
from tests.ui.fake_desk import EVIL, NOW, FakeDesk, conversation, message, suggestion
from ui import desking
from ui.desking import DeskView
from ui.render_desk import desk_header, replies_allowed
from ui.texts import say

HERE = DeskView(Language.ZH, key=Secret("zs_token"), account="王敏", account_id=AccountId(7), presence=Presence.ONLINE)
C1 = ConversationId("c1")


def client_of(fake: FakeDesk) -> Client:
    return cast("Client", fake)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def mine(desk: FakeDesk) -> DeskView:
    """The conversation is open and claimed."""
    desk.shown = conversation(EpisodeState.AGENT, mine=True)
    return desking.opened(HERE, C1, client_of(desk))


class TestHtml:
    def test_escapes_what_customers_and_colleagues_wrote(self, desk: FakeDesk, mine: DeskView) -> None:
        """Names, messages, sources, facts, notes, teams: nothing of it becomes part of the page."""
        made = desking.parts(mine, client_of(desk))
        page = made.head + made.thread + made.facts + made.suggestions + desking.queue(mine, client_of(desk))

        assert EVIL not in page
        assert page.count("&lt;script&gt;") > 20

    def test_says_what_was_looked_up_by_whom_and_what_was_refused(self, desk: FakeDesk, mine: DeskView) -> None:
        """And nothing of it where nothing was."""
        assert mine.shown is not None
        facts = desking.parts(mine, client_of(desk)).facts

        for words in ("查询记录", "不存在的工具", "已拒绝", "语言模型"):
            assert words in facts
        desk.shown = replace(conversation(EpisodeState.AGENT, mine=True), lookups=())
        bare = desking.parts(desking.opened(HERE, C1, client_of(desk)), client_of(desk)).facts
        assert "查询记录" not in bare

    def test_marks_a_draft_that_rests_on_something_internal(self, desk: FakeDesk, mine: DeskView) -> None:
        """Before it is inserted, and only that one."""
        desk.drafts = [suggestion(3), suggestion(4, internal=True)]

        shown = desking.parts(replace(mine, suggestions=tuple(desk.drafts)), client_of(desk)).suggestions

        assert shown.count(say("desk.suggestions.internal", Language.ZH)) == 1

    @pytest.mark.parametrize("language", list(Language))
    def test_speaks_both_languages(self, desk: FakeDesk, language: Language) -> None:
        """Every part can be made in each."""
        view = desking.opened(DeskView(language, key=Secret("k")), C1, client_of(desk))

        made = desking.parts(view, client_of(desk))

        assert say("desk.package", language) in made.facts
        assert say("desk.claim", language) in made.head
        assert say("desk.mood.1", language) in made.facts
        assert say("desk.presence.online", language) in desk_header(
            language, signed_in=True, account="王", presence=Presence.ONLINE
        )

    def test_names_intents_in_words(self, desk: FakeDesk) -> None:
        """In the language of the page."""
        asked = replace(desk.shown.messages[0], intent="product_question")
        desk.shown = replace(desk.shown, messages=(asked,))
        view = desking.opened(HERE, C1, client_of(desk))

        made = desking.parts(view, client_of(desk))

        assert "商品咨询" in made.thread
        assert "product_question" not in made.thread

    def test_links_the_summary_to_its_messages(self, desk: FakeDesk, mine: DeskView) -> None:
        """So that a wrong line can be checked."""
        made = desking.parts(mine, client_of(desk))

        assert 'href="#m-m1"' in made.facts
        assert 'id="m-m1"' in made.thread

    def test_offers_only_what_can_be_done(self, desk: FakeDesk) -> None:
        """Claim what waits; reply, pass on and resolve what is one's own; nothing once it has ended."""
        shown = {
            name: desking.parts(desking.opened(HERE, C1, client_of(FakeDesk(one))), client_of(desk)).head
            for name, one in {
                "waits": conversation(),
                "mine": conversation(EpisodeState.AGENT, mine=True),
                "ended": conversation(EpisodeState.RESOLVED),
            }.items()
        }

        acts = ("claim", "handback", "snooze", "transfer", "resolve")
        found = {name: [act for act in acts if f'data-act="{act}"' in head] for name, head in shown.items()}
        assert found["waits"] == ["claim"]
        assert found["mine"] == ["handback", "snooze", "transfer", "resolve"]
        assert "resolve" not in found["ended"]

    def test_allows_a_reply_only_in_one_s_own(self) -> None:
        """Not while it waits, not once it is snoozed or ended."""
        assert replies_allowed(conversation(EpisodeState.AGENT, mine=True))
        assert not replies_allowed(conversation())
        assert not replies_allowed(conversation(EpisodeState.SNOOZED, mine=True))
        assert not replies_allowed(conversation(EpisodeState.AGENT))


class TestLooking:
    def test_gives_the_same_view_while_nothing_happens(self, desk: FakeDesk, mine: DeskView) -> None:
        """So that nothing is drawn anew under the reader's eyes."""
        assert desking.looked(mine, client_of(desk)) is mine

    def test_shows_what_the_customer_wrote_and_asks_for_drafts_once(self, desk: FakeDesk, mine: DeskView) -> None:
        """One look at suggestions for each message of the customer."""
        asked = desk.done.count(("suggestions",))
        desk.shown = mine.shown  # type: ignore[assignment]  # it is open
        desk.shown = type(desk.shown)(
            **{name: getattr(desk.shown, name) for name in desk.shown.__slots__}
            | {"messages": (*desk.shown.messages, message(4, Role.CUSTOMER, "还在吗？"))}
        )

        after = desking.looked(desking.looked(mine, client_of(desk)), client_of(desk))

        assert after.shown is not None
        assert after.shown.messages[-1].text == "还在吗？"
        assert desk.done.count(("suggestions",)) == asked + 1

    def test_closes_what_is_out_of_sight(self, desk: FakeDesk, mine: DeskView) -> None:
        """A colleague's team has it now."""
        desk.failure = NotFound("conversation", "c1")

        assert desking.looked(mine, client_of(desk)).shown is None


class TestReplying:
    def test_reaches_the_customer_and_shows_up(self, desk: FakeDesk, mine: DeskView) -> None:
        """And the box is emptied."""
        view, said, gone = desking.sent(mine, " 您好。 ", client_of(desk))

        assert gone
        assert said == ""
        assert view.shown is not None
        assert view.shown.messages[-1].text == "您好。"

    def test_that_is_refused_keeps_the_text(self, desk: FakeDesk, mine: DeskView) -> None:
        """Somebody else has it now: the agent is told, and nothing is lost."""
        desk.failure = Conflict("A colleague has it.")

        _, said, gone = desking.sent(mine, "您好。", client_of(desk))

        assert not gone
        assert say("desk.lost_race", Language.ZH) in said

    @pytest.mark.parametrize(
        ("sent", "state"),
        [("三十天内可以退货。[1]", SuggestionState.ACCEPTED), ("三十天内都可以退。", SuggestionState.EDITED)],
    )
    def test_tells_what_became_of_a_draft(
        self, desk: FakeDesk, mine: DeskView, sent: str, state: SuggestionState
    ) -> None:
        """Accepted as it was, or edited, with what was sent."""
        view, draft = desking.inserted(mine, 3)

        desking.sent(view, sent, client_of(desk))

        assert draft == suggestion().text
        assert (3, state, sent) in desk.done

    def test_without_a_draft_tells_nothing(self, desk: FakeDesk, mine: DeskView) -> None:
        """An own reply says nothing about suggestions."""
        desking.sent(mine, "您好。", client_of(desk))

        assert not [each for each in desk.done if each[0] == 3]

    def test_a_dismissed_draft_is_gone(self, desk: FakeDesk, mine: DeskView) -> None:
        """And stays gone."""
        view = desking.dismissed(mine, 3, client_of(desk))

        assert view.suggestions == ()
        assert desk.done[-1] == (3, SuggestionState.DISMISSED, None)


class TestActs:
    def test_change_what_is_shown(self, desk: FakeDesk) -> None:
        """Claimed, it is one's own at once."""
        client = client_of(desk)
        view, said = desking.acted(desking.opened(HERE, C1, client), client.claim, client)

        assert said == ""
        assert view.shown is not None
        assert view.shown.mine

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (Conflict("too late"), "desk.lost_race"),
            (Unauthorized("over"), "desk.signed_out"),
            (Forbidden("no"), "error.forbidden"),
            (StorageError("down"), "error.reach"),
        ],
    )
    def test_that_fail_are_explained(self, desk: FakeDesk, error: Exception, words: str) -> None:
        """In the agent's language."""
        client = client_of(desk)
        view = desking.opened(HERE, C1, client)
        desk.failure = error  # type: ignore[assignment]

        _, said = desking.acted(view, client.claim, client)

        assert say(words, Language.ZH) in said

    def test_read_only_what_they_know(self) -> None:
        """The browser may send anything."""
        assert desking.target("team", "2") == (TeamId(2), None)
        assert desking.target("agent", "7") == (None, AccountId(7))
        assert desking.target("team", "x") == desking.target("king", "1") == (None, None)
        assert desking.reason_of("agent_solved") is CloseReason.AGENT_SOLVED
        assert desking.reason_of("because") is None
        assert desking.snoozed_until(60, NOW) == NOW + timedelta(hours=1)


class TestPresence:
    def test_is_said_again_now_and_then(self, desk: FakeDesk) -> None:
        """At once, then once a minute; not by who is away."""
        client = client_of(desk)
        first = desking.kept_alive(HERE, client, NOW)
        soon = desking.kept_alive(first, client, NOW + timedelta(seconds=30))
        later = desking.kept_alive(soon, client, NOW + timedelta(seconds=61))

        assert soon is first
        assert later.alive_at == NOW + timedelta(seconds=61)
        assert desk.done == [("presence", Presence.ONLINE)] * 2

    def test_the_queue_names_what_is_shown(self, desk: FakeDesk) -> None:
        """The filter that is on is marked."""
        page = desking.queue(DeskView(Language.EN, key=Secret("k"), show=QueueShow.MINE), client_of(desk))

        assert 'data-show="mine" aria-pressed="true"' in page
        assert "Overdue" in page
