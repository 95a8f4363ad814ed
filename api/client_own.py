"""The client's calls of customers about themselves. `api.client.Client` has them all."""

from __future__ import annotations

from typing import Any

import httpx

from api.client_own_values import OwnConsent, OwnConversation, OwnTicket
from api.client_reading import Json, read
from api.client_values import Conversation
from core.customers import Purpose
from core.settings import Secret
from core.visitors import SignedVisitor


class OwnCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def _send(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> httpx.Response:
        raise NotImplementedError

    def verify_again(self, conversation: Conversation, visitor: SignedVisitor) -> None:
        """Say anew who writes in a conversation that was begun as this visitor.

        Raises:
            Unauthorized: the signature doesn't fit, or has expired.
            Conflict: it was begun as somebody else.
        """
        self._send("PUT", _own(conversation, "/visitor"), key=conversation.token, json=visitor_body(visitor))

    def own_tickets(self, conversation: Conversation) -> list[OwnTicket]:
        """The customer's tickets, the newest first.

        Raises:
            Forbidden: the site hasn't verified them, or too long ago.
        """
        return read(list[OwnTicket], self._json("GET", _own(conversation, "/own/tickets"), key=conversation.token))

    def own_conversations(self, conversation: Conversation) -> list[OwnConversation]:
        """The customer's conversations, the newest first. Errors as with `own_tickets`."""
        raw = self._json("GET", _own(conversation, "/own/conversations"), key=conversation.token)
        return read(list[OwnConversation], raw)

    def own_consents(self, conversation: Conversation) -> list[OwnConsent]:
        """What the customer said last of each purpose."""
        return read(list[OwnConsent], self._json("GET", _own(conversation, "/own/consents"), key=conversation.token))

    def decide_consent(self, conversation: Conversation, purpose: Purpose, granted: bool) -> list[OwnConsent]:
        """Agree, or take it back.

        Raises:
            Conflict: nothing was left by which the customer could be reached.
        """
        path = _own(conversation, f"/own/consents/{purpose}")
        return read(list[OwnConsent], self._json("PUT", path, key=conversation.token, json={"granted": granted}))


def visitor_body(signed: SignedVisitor) -> Json:
    """As the API takes it."""
    visitor = signed.visitor
    return {
        "id": visitor.visitor_id,
        "name": visitor.name,
        "email": visitor.email,
        "phone": visitor.phone,
        "expires_at": signed.expires_at,
        "signature": signed.signature,
    }


def _own(conversation: Conversation, what: str) -> str:
    return f"/conversations/{conversation.conversation_id}{what}"
