"""Who opens the chat page, and whose conversation it goes on with."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from api.client import Client, Conversation
from api.client_desk_values import CustomerState
from api.client_file_values import FileShelf
from core.errors import Conflict, StorageError, Unauthorized, ZhidaError
from core.settings import Secret
from core.types import ConversationId, Language, Message, TicketId
from core.visitors import SignedVisitor
from tests.ui.fake_desk import customer_state
from ui.chatting import saved_form
from ui.following import with_forms
from ui.render_person import whole_log
from ui.texts import say
from ui.view import ChatView, Exchange, LiveView, Progress, TicketNote
from ui.visiting import Arrival, anew, arrival, begun, digest

LIN = {"id": "4711", "name": "林", "email": "", "phone": "", "expires_at": 1795424700, "signature": "f" * 64}


def packed(raw: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(raw).encode()).decode().rstrip("=")


def told(raw: object = LIN, *, same_tab: bool = False) -> Arrival:
    return arrival(json.dumps({"packed": packed(raw), "same_tab": same_tab}))


NOBODY = arrival(json.dumps({"packed": "", "same_tab": False}))
KEPT = {"language": "zh", "conversation": "c9", "token": "t9"}
LINS = {**KEPT, "visitor": digest("4711")}


@dataclass
class Server:
    """The server's side of opening a page."""

    opened: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    failure: ZhidaError | None = None
    not_renewed: ZhidaError | None = None

    def open_conversation(self, *, visitor: SignedVisitor) -> Conversation:
        if self.failure is not None:
            raise self.failure
        self.opened.append(visitor.visitor.visitor_id)
        return Conversation(ConversationId("new"), Secret("t"))

    def verify_again(self, conversation: Conversation, visitor: SignedVisitor) -> None:
        if self.not_renewed is not None:
            raise self.not_renewed
        self.renewed.append(conversation.conversation_id)

    def messages(self, conversation: Conversation) -> list[Message]:
        return []

    def files(self, conversation: Conversation) -> FileShelf:
        return cast("FileShelf", FilesOf())


@dataclass
class FilesOf:
    files: tuple[Any, ...] = ()


def opens(saved: object, come: Arrival, server: Server | None = None) -> ChatView:
    return begun(saved, come, cast("Client", server or Server()), fallback=Language.ZH)


def conversation(view: ChatView) -> str | None:
    return view.conversation.conversation_id if view.conversation else None


class TestASignedVisitor:
    def test_gets_a_conversation_of_their_own(self) -> None:
        """At once, since the signature holds for minutes; the browser keeps a mark, not who it is."""
        server = Server()

        view = opens(None, told(), server)

        assert (conversation(view), server.opened) == ("new", ["4711"])
        kept = saved_form(view)
        assert kept["visitor"] == digest("4711")
        assert "4711" not in str(kept)

    def test_goes_on_with_their_own(self) -> None:
        """And is verified anew."""
        server = Server()

        assert conversation(opens(LINS, told(), server)) == "c9"
        assert (server.opened, server.renewed) == ([], ["c9"])

    @pytest.mark.parametrize("saved", [KEPT, {**KEPT, "visitor": digest("somebody else")}])
    def test_never_goes_on_with_another_s(self, saved: dict[str, str]) -> None:
        """Neither a verified one's nor an unknown visitor's, whose token may be in other hands."""
        assert conversation(opens(saved, told())) == "new"

    def test_gets_another_one_when_theirs_has_ended(self) -> None:
        """Or the server knows better."""
        assert conversation(opens(LINS, told(), Server(not_renewed=Conflict("somebody else's")))) == "new"

    @pytest.mark.parametrize("raw", [LIN, {}, [], "x", None, {"id": 7, "expires_at": "x"}])
    def test_whom_the_server_refuses_is_told(self, raw: object) -> None:
        """They may ask all the same; nothing of anybody's is shown."""
        server = Server(failure=Unauthorized("expired"), not_renewed=Unauthorized("expired"))

        view = opens(LINS, told(raw), server)

        assert conversation(view) is None
        assert view.notice == say("chat.visitor.refused", Language.ZH)

    def test_waits_for_a_server_that_is_away(self) -> None:
        """With another sentence."""
        assert opens(None, told(), Server(failure=StorageError("down"))).notice == say("error.reach", Language.ZH)


class TestNobody:
    def test_goes_on_with_an_unknown_visitor_s_conversation(self) -> None:
        """As ever."""
        assert conversation(opens(KEPT, Arrival())) == "c9"

    def test_doesn_t_see_what_a_verified_visitor_left(self) -> None:
        """In another tab, or after signing out."""
        assert conversation(opens(LINS, Arrival())) is None
        assert conversation(opens(LINS, replace(NOBODY, same_tab=True))) is None

    def test_is_the_same_visitor_after_a_reload(self) -> None:
        """The address has no visitor any more, but the tab is the same."""
        view = opens(LINS, Arrival(same_tab=True))

        assert (conversation(view), view.visitor) == ("c9", digest("4711"))

    def test_who_was_verified_is_told_when_they_begin_anew(self) -> None:
        """The new chat is an unknown visitor's."""
        assert anew(ChatView(Language.ZH, visitor="x")).notice == say("chat.visitor.anew", Language.ZH)
        assert anew(ChatView(Language.ZH)).notice is None


@pytest.mark.parametrize("sent", [None, 7, "", "{", "[]", '"x"', '{"packed": 7}'])
def test_a_browser_may_tell_anything(sent: object) -> None:
    """What can't be read names nobody."""
    assert arrival(sent) == Arrival()


@pytest.mark.parametrize("sent", ["e30", "%%%", "AAAA", "é", "x" * 100_000])
def test_what_can_t_be_unpacked_isn_t_signed(sent: str) -> None:
    """The server says so; it is never taken for «nobody»."""
    found = arrival(json.dumps({"packed": sent}))

    assert found.visitor is not None
    assert found.visitor.signature == ""


class TestTheContactForm:
    VIEW = ChatView(
        Language.ZH,
        Conversation(ConversationId("c"), Secret("t")),
        (
            Exchange("转人工", Progress.DONE, "已转。", ticket=TicketNote(TicketId(7))),
            Exchange("在吗", Progress.DONE, "已转。", ticket=TicketNote(TicketId(7))),
        ),
    )

    def forms(self, view: ChatView, **state: Any) -> list[int]:
        """The exchanges under which a contact is asked for."""
        known: CustomerState = customer_state(5, **state)
        page = whole_log(view, LiveView(ConversationId("c"), state=known, exchanges=len(view.exchanges)))
        return [index for index in range(len(view.exchanges)) if f'data-act="contact" data-exchange="{index}"' in page]

    def test_stands_once_at_the_last_exchange_of_the_ticket(self) -> None:
        """Not under each that the ticket has."""
        assert self.forms(self.VIEW, ticket_id=TicketId(7)) == [1]

    def test_goes_when_the_ticket_is_resolved(self) -> None:
        """Nobody would write to it."""
        assert self.forms(self.VIEW, ticket_id=None) == []

    def test_goes_when_a_contact_was_left(self) -> None:
        """Here or in another tab."""
        assert self.forms(self.VIEW, ticket_id=TicketId(7), contact_left=True) == []

    def test_is_there_after_a_reload(self) -> None:
        """A page that doesn't know which exchange opened the ticket asks at the last one."""
        reloaded = replace(self.VIEW, exchanges=tuple(replace(each, ticket=None) for each in self.VIEW.exchanges))

        assert self.forms(reloaded, ticket_id=TicketId(7)) == [1]
        live = LiveView(ConversationId("c"), state=customer_state(5, ticket_id=TicketId(7)), exchanges=2)
        assert with_forms(reloaded, live).exchanges[1].ticket == TicketNote(TicketId(7))

    def test_asks_for_consent_without_a_tick(self) -> None:
        """Silence is no."""
        page = whole_log(self.VIEW, None)

        assert 'name="consent_contact"' in page
        assert 'name="consent_surveys"' in page
        assert "checked" not in page
