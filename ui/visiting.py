"""Who opens the chat page, as far as the company's own site says so; and whether the browser's conversation is theirs."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from api.client import Client
from core.errors import InvalidInput, RateLimited, StorageError, Unauthorized, ZhidaError
from core.types import Language
from core.visitors import SignedVisitor, SiteVisitor
from ui import chatting
from ui.texts import say
from ui.view import ChatView

MAX_PACKED: Final = 8_000
"""Characters of a signed visitor in an address."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the browser brings along when it opens the page."""

    visitor: SignedVisitor | None = None
    given: bool = False
    """The address named a visitor, or that there is none any more."""
    same_tab: bool = False
    """A visitor was named in this tab before, so a reload goes on as they."""


def arrival(told: object) -> Arrival:
    """Read what `visitor.js` tells. It comes from a browser and may be anything; what can't be read isn't signed."""
    try:
        raw = json.loads(told) if isinstance(told, str) else None
    except ValueError:
        raw = None
    if not isinstance(raw, dict):
        return Arrival()
    packed = raw.get("packed")
    same_tab = raw.get("same_tab") is True
    if not isinstance(packed, str):
        return Arrival(same_tab=same_tab)
    return Arrival(_unpacked(packed) if packed else None, given=True, same_tab=same_tab)


def _unpacked(packed: str) -> SignedVisitor:
    try:
        text = base64.urlsafe_b64decode(packed[:MAX_PACKED] + "=" * (-len(packed[:MAX_PACKED]) % 4))
        raw = json.loads(text)
    except (binascii.Error, ValueError):
        raw = None
    fields = raw if isinstance(raw, dict) else {}

    def text_of(name: str) -> str:
        value = fields.get(name, "")
        return value if isinstance(value, str) else ""

    expires_at = fields.get("expires_at")
    visitor = SiteVisitor(
        visitor_id=text_of("id"), name=text_of("name"), email=text_of("email"), phone=text_of("phone")
    )
    return SignedVisitor(
        visitor=visitor,
        expires_at=expires_at if isinstance(expires_at, int) else 0,
        signature=text_of("signature"),
    )


def begun(saved: object, come: Arrival, client: Client, *, fallback: Language) -> ChatView:
    """The view with which the page opens.

    A signed visitor goes on with their own conversation of this browser, else with a new one, never with somebody
    else's. What a verified visitor left behind is dropped when another tab is opened without saying who it is.
    """
    kept = saved.get("visitor", "") if isinstance(saved, dict) else ""
    if come.visitor is not None:
        return _as_visitor(saved, kept, come.visitor, client, fallback)
    if come.given or (kept and not come.same_tab):
        return ChatView(chatting.kept_language(saved, fallback))
    return chatting.restored(saved, client, fallback=fallback)


def _as_visitor(saved: object, kept: object, signed: SignedVisitor, client: Client, fallback: Language) -> ChatView:
    mark, language = digest(signed.visitor.visitor_id), chatting.kept_language(saved, fallback)
    try:
        if kept == mark:
            view = chatting.restored(saved, client, fallback=fallback)
            if view.conversation is not None and _renewed(view, signed, client):
                return view
        return ChatView(language, conversation=client.open_conversation(visitor=signed), visitor=mark)
    except (Unauthorized, InvalidInput):
        return ChatView(language, notice=say("chat.visitor.refused", language))
    except RateLimited as error:
        return ChatView(language, notice=chatting.explained(error, language))
    except StorageError:
        return ChatView(language, notice=say("error.reach", language))


def _renewed(view: ChatView, signed: SignedVisitor, client: Client) -> bool:
    assert view.conversation is not None
    try:
        client.verify_again(view.conversation, signed)
    except (Unauthorized, InvalidInput, RateLimited, StorageError):
        raise
    except ZhidaError:
        return False  # it has ended, or was somebody else's: they get one of their own
    return True


def anew(view: ChatView) -> ChatView:
    """A new chat on the visitor's wish. Who was verified is told that it takes their site to be so again."""
    notice = say("chat.visitor.anew", view.language) if view.visitor else None
    return replace(ChatView(view.language), notice=notice)


def digest(visitor_id: str) -> str:
    """By which the browser tells whose conversation it keeps, without keeping who it is."""
    return sha256(visitor_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
