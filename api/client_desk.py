"""The client's calls about the desk, for agents and for customers. `api.client.Client` has them all."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import httpx

from api.client_desk_values import (
    CitedSource,
    CustomerState,
    DeskConversation,
    DeskMessage,
    NewMessageForCustomer,
    QueueItem,
    SuggestionCard,
)
from api.client_reading import Json, read
from api.client_values import Conversation
from core.accounts import AccountId
from core.attachments import AttachmentId
from core.settings import Secret
from core.staff import DeskAgent, Presence, Team, TeamId
from core.suggestions import SuggestionId, SuggestionState
from core.surveys import SurveyKind
from core.tickets import CloseReason
from core.types import ConversationId, MessageId

KEY_BYTES: Final = 16


class QueueShow(StrEnum):
    """Which conversations are listed."""

    WAITING = "waiting"
    """Nobody has them yet."""
    MINE = "mine"
    TEAM = "team"
    """All that people have, as far as one's rights reach."""
    ASSISTANT = "assistant"
    """Those that the assistant has."""
    ENDED = "ended"


class DeskCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def _send(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> httpx.Response:
        raise NotImplementedError

    # Agents

    def queue(self, show: QueueShow = QueueShow.WAITING, *, offset: int = 0, limit: int = 50) -> list[QueueItem]:
        """Conversations, those that wait longest first."""
        query = {"show": show.value, "offset": offset, "limit": limit}
        return read(list[QueueItem], self._json("GET", "/desk/queue", key=self._key, params=query))

    def desk_conversation(self, conversation_id: ConversationId) -> DeskConversation:
        """A conversation with customer, messages and hand-over package. Raises `NotFound`."""
        return self._conversation("GET", conversation_id, "")

    def claim(self, conversation_id: ConversationId) -> DeskConversation:
        """Take the turn.

        Raises:
            Conflict: somebody else was faster.
        """
        return self._conversation("POST", conversation_id, "/claim")

    def reply_as_agent(
        self, conversation_id: ConversationId, text: str, *, key: str | None = None, files: Sequence[AttachmentId] = ()
    ) -> DeskMessage:
        """Write to the customer. `key` is this message's own id: sent again, it arrives once.
        `files` were uploaded for it.

        Raises:
            Conflict: somebody else has the turn.
        """
        body = {"text": text, "attachments": list(files), "client_key": key or secrets.token_hex(KEY_BYTES)}
        return read(DeskMessage, self._desk("POST", conversation_id, "/messages", body))

    def note(self, conversation_id: ConversationId, text: str, *, files: Sequence[AttachmentId] = ()) -> DeskMessage:
        """Write to colleagues. Customers never see it, nor its files."""
        body = {"text": text, "attachments": list(files)}
        return read(DeskMessage, self._desk("POST", conversation_id, "/notes", body))

    def transfer(
        self,
        conversation_id: ConversationId,
        *,
        team_id: TeamId | None = None,
        account_id: AccountId | None = None,
        note: str = "",
    ) -> DeskConversation:
        """Give the turn to another team, or to a colleague."""
        body = {"team_id": team_id, "account_id": account_id, "note": note}
        return self._conversation("POST", conversation_id, "/transfer", body)

    def hand_back(self, conversation_id: ConversationId) -> DeskConversation:
        """Give the turn back to the assistant."""
        return self._conversation("POST", conversation_id, "/hand-back")

    def snooze(self, conversation_id: ConversationId, until: datetime) -> DeskConversation:
        """Put it aside until then, or until the customer writes."""
        return self._conversation("POST", conversation_id, "/snooze", {"until": until.isoformat()})

    def resolve_conversation(
        self, conversation_id: ConversationId, reason: CloseReason, *, note: str = ""
    ) -> DeskConversation:
        """End the problem, and say why."""
        return self._conversation("POST", conversation_id, "/resolve", {"reason": reason, "note": note})

    def set_presence(self, presence: Presence) -> DeskAgent:
        """Say whether one is there; said again now and then, it keeps one present."""
        return read(DeskAgent, self._json("PUT", "/desk/me/presence", key=self._key, json={"presence": presence}))

    def teams(self) -> list[Team]:
        """All teams, by name."""
        return read(list[Team], self._json("GET", "/desk/teams", key=self._key))

    def agents(self) -> list[DeskAgent]:
        """Everybody at the desk, by name."""
        return read(list[DeskAgent], self._json("GET", "/desk/agents", key=self._key))

    def suggestions(self, conversation_id: ConversationId) -> list[SuggestionCard]:
        """Drafts of a reply to what the customer wrote last, the best first; at most three."""
        raw = self._desk("GET", conversation_id, "/suggestions")
        return [_suggestion(each) for each in raw["items"]]

    def decide_suggestion(self, suggestion_id: SuggestionId, state: SuggestionState, text: str | None = None) -> None:
        """Say what became of a draft; `text` is what was sent."""
        body = {"state": state, "text": text}
        self._json("POST", f"/desk/suggestions/{suggestion_id}", key=self._key, json=body)

    def _conversation(
        self, method: str, conversation_id: ConversationId, what: str, body: Json | None = None
    ) -> DeskConversation:
        return read(DeskConversation, self._desk(method, conversation_id, what, body))

    def _desk(self, method: str, conversation_id: ConversationId, what: str, body: Json | None = None) -> Any:
        return self._json(method, f"/desk/conversations/{conversation_id}{what}", key=self._key, json=body)

    # Customers

    def conversation_state(self, conversation: Conversation) -> CustomerState:
        """Who has the turn, and what the customer may be asked."""
        return read(CustomerState, self._json("GET", _own(conversation, "/state"), key=conversation.token))

    def new_messages(self, conversation: Conversation, *, after: int) -> list[NewMessageForCustomer]:
        """Messages after number `after`, oldest first."""
        raw = self._json("GET", _own(conversation, "/updates"), key=conversation.token, params={"after": after})
        return read(list[NewMessageForCustomer], raw)

    def rate_answer(self, conversation: Conversation, message_id: MessageId, helpful: bool) -> CustomerState:
        """Thumbs up or down for a reply of the assistant."""
        path = _own(conversation, f"/messages/{message_id}/rating")
        return read(CustomerState, self._json("POST", path, key=conversation.token, json={"helpful": helpful}))

    def say_solved(self, conversation: Conversation, solved: bool) -> CustomerState:
        """Answer the question whether that helped."""
        path = _own(conversation, "/solved")
        return read(CustomerState, self._json("POST", path, key=conversation.token, json={"solved": solved}))

    def rate(
        self, conversation: Conversation, score: int, *, kind: SurveyKind = SurveyKind.CSAT, comment: str = ""
    ) -> CustomerState:
        """Say how satisfied one is."""
        body = {"kind": kind, "score": score, "comment": comment}
        return read(CustomerState, self._json("POST", _own(conversation, "/survey"), key=conversation.token, json=body))


def _own(conversation: Conversation, what: str) -> str:
    return f"/conversations/{conversation.conversation_id}{what}"


def _suggestion(raw: Json) -> SuggestionCard:
    cited = [
        CitedSource(
            number=each["number"],
            document=each["document"],
            version=each["version"],
            page=each.get("page"),
            quote=each.get("quote") or "",
        )
        for each in raw["citations"]
    ]
    return read(SuggestionCard, {**raw, "citations": cited})
