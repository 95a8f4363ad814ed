"""What happens on the agent desk, without the page: a view and a client in, a view and HTML out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from api.client import Client
from api.client_desk import QueueShow
from api.client_desk_values import DeskConversation, SuggestionCard
from api.client_file_values import DeskFileShelf
from core.accounts import AccountId
from core.attachments import AttachmentId
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited, StorageError, Unauthorized, ZhidaError
from core.settings import Secret
from core.staff import Presence, TeamId
from core.suggestions import SuggestionId, SuggestionState
from core.tickets import CloseReason
from core.types import ConversationId, Language, Role
from ui.render_desk import conversation_head, nothing_chosen, queue_list, replies_allowed, thread
from ui.render_desk_facts import facts, suggestion_list
from ui.render_files import Place, attach_strip
from ui.render_knowledge import note
from ui.texts import say

SIGN_OF_LIFE: Final = timedelta(minutes=1)
"""How often the page says that its agent is still there."""


@dataclass(frozen=True, slots=True)
class DeskView:
    """What the desk knows about one browser's session."""

    language: Language
    key: Secret | None = None
    """Token of the session, or the admin key."""
    account: str | None = None
    account_id: AccountId | None = None
    address: str | None = None
    presence: Presence | None = None
    """`None` for the admin key, which is nobody."""
    alive_at: datetime | None = None
    show: QueueShow = QueueShow.WAITING
    shown: DeskConversation | None = None
    """The opened conversation, as it was when it was last looked at."""
    suggestions: tuple[SuggestionCard, ...] = ()
    suggested_for: str | None = None
    """The customer's message that they reply to."""
    draft: SuggestionId | None = None
    """The suggestion that was inserted last."""
    shelf: DeskFileShelf | None = None
    """What waits to be sent in the opened conversation; the files that were sent stand with their messages."""


@dataclass(frozen=True, slots=True)
class Parts:
    """HTML of the page's parts."""

    head: str
    thread: str
    facts: str
    suggestions: str
    attach: str = ""
    attach_note: str = ""


def parts(view: DeskView, client: Client) -> Parts:
    """Return the opened conversation's parts."""
    shown, language = view.shown, view.language
    if shown is None:
        return Parts(nothing_chosen(language), "", "", "")
    attach, attach_note = strips(view, shown)
    teams = client.teams() if shown.mine else []
    colleagues = [each for each in client.agents() if each.account_id != view.account_id] if shown.mine else []
    return Parts(
        head=conversation_head(shown, language, teams=teams, colleagues=colleagues),
        thread=thread(shown.messages, language, erasable=shown.mine),
        facts=facts(shown, language),
        suggestions=suggestion_list(view.suggestions, language, insertable=replies_allowed(shown)),
        attach=attach,
        attach_note=attach_note,
    )


def strips(view: DeskView, shown: DeskConversation) -> tuple[str, str]:
    """Return where files are added: to the reply, and to the note. The first also tells the script how to open files."""
    token = view.key if view.account else None  # the script knows an admin key by itself
    place = Place(f"desk/conversations/{shown.conversation_id}/attachments", "../", token)
    shelf, language = view.shelf, view.language
    limits = shelf.limits if shelf else None
    mine, notes = (shelf.waiting, shelf.waiting_for_note) if shelf else ((), ())
    reply = attach_strip(place, mine, language, limits=limits, allowed=replies_allowed(shown))
    if not shown.may_work:
        return reply, ""
    note = attach_strip(place, notes, language, limits=limits, internal=True)
    return reply, note


def with_files(view: DeskView, client: Client) -> DeskView:
    """Look for files that were uploaded and not sent yet."""
    if view.shown is None:
        return replace(view, shelf=None)
    try:
        return replace(view, shelf=replace(client.desk_files(view.shown.conversation_id), files=()))
    except ZhidaError:
        return replace(view, shelf=None)


def detached(view: DeskView, attachment_id: AttachmentId, client: Client) -> DeskView:
    """Take back a file that wasn't sent."""
    waiting = (*view.shelf.waiting, *view.shelf.waiting_for_note) if view.shelf else ()
    if view.shown is not None and any(each.attachment_id == attachment_id for each in waiting):
        with suppress(ZhidaError):
            client.erase_file(view.shown.conversation_id, attachment_id)
    return with_files(view, client)


def queue(view: DeskView, client: Client) -> str:
    """Return the queue, or what went wrong."""
    current = view.shown.conversation_id if view.shown else None
    try:
        return queue_list(client.queue(view.show), view.language, show=view.show, current=current)
    except ZhidaError as error:
        return note(explained(error, view.language), problem=True)


def opened(view: DeskView, conversation_id: ConversationId, client: Client) -> DeskView:
    """Open a conversation. Raises `NotFound`."""
    shown = replace(view, shown=client.desk_conversation(conversation_id), draft=None)
    return with_suggestions(with_files(shown, client), client)


def looked(view: DeskView, client: Client) -> DeskView:
    """Look whether the opened conversation has changed. Returns `view` itself where it hasn't."""
    if view.shown is None:
        return view
    try:
        now = client.desk_conversation(view.shown.conversation_id)
    except NotFound:
        return replace(view, shown=None, suggestions=(), draft=None)
    if now == view.shown:
        return view
    return with_suggestions(with_files(replace(view, shown=now), client), client)


def with_suggestions(view: DeskView, client: Client) -> DeskView:
    """Ask for drafts once for each message of the customer, as long as people have the conversation."""
    shown = view.shown
    if shown is None or shown.episode is None or shown.episode.state.ended:
        return replace(view, suggestions=(), suggested_for=None)
    asked = next((each.message_id for each in reversed(shown.messages) if each.role is Role.CUSTOMER), None)
    if asked is None or asked == view.suggested_for:
        return view
    try:
        found = tuple(client.suggestions(shown.conversation_id))
    except ZhidaError:
        found = ()  # a reply can be written without them
    return replace(view, suggestions=found, suggested_for=asked)


def acted(view: DeskView, act: Callable[[ConversationId], object], client: Client) -> tuple[DeskView, str]:
    """Do something with the opened conversation; returns the view and what to say."""
    if view.shown is None:
        return view, ""
    conversation_id = view.shown.conversation_id
    try:
        act(conversation_id)
        return looked(view, client), ""
    except ZhidaError as error:
        return _safely(view, client), note(explained(error, view.language), problem=True)


def _safely(view: DeskView, client: Client) -> DeskView:
    try:
        return looked(view, client)
    except ZhidaError:
        return view


def sent(view: DeskView, text: str, client: Client) -> tuple[DeskView, str, bool]:
    """Write to the customer; returns the view, what to say, and whether the text has gone."""
    text = text.strip()
    files = [each.attachment_id for each in view.shelf.waiting] if view.shelf else []
    if view.shown is None or not (text or files):
        return view, "", False
    try:
        client.reply_as_agent(view.shown.conversation_id, text, files=files)
    except ZhidaError as error:
        return _safely(view, client), note(explained(error, view.language), problem=True), False
    view = with_files(_settled(view, text, client), client)
    return _safely(view, client), "", True


def noted(view: DeskView, text: str, client: Client) -> tuple[DeskView, str]:
    """Write to colleagues, with the files that wait for a note; returns the view and what to say."""
    files = [each.attachment_id for each in view.shelf.waiting_for_note] if view.shelf else []
    if not (text.strip() or files):
        return view, ""
    after, said = acted(view, lambda one: client.note(one, text.strip(), files=files), client)
    return (with_files(after, client) if files else after), said


def _settled(view: DeskView, text: str, client: Client) -> DeskView:
    """Tell what became of the draft that was inserted."""
    draft = next((each for each in view.suggestions if each.suggestion_id == view.draft), None)
    if draft is None:
        return view
    state = SuggestionState.ACCEPTED if text == draft.text.strip() else SuggestionState.EDITED
    try:
        client.decide_suggestion(draft.suggestion_id, state, text)
    except ZhidaError:
        return replace(view, draft=None)  # the reply has gone out; only the count misses one
    return replace(view, draft=None)


def inserted(view: DeskView, suggestion_id: int) -> tuple[DeskView, str | None]:
    """Return the draft's text for the box where the reply is written."""
    found = next((each for each in view.suggestions if each.suggestion_id == suggestion_id), None)
    return (view, None) if found is None else (replace(view, draft=found.suggestion_id), found.text)


def dismissed(view: DeskView, suggestion_id: int, client: Client) -> DeskView:
    """Leave a draft out."""
    kept = tuple(each for each in view.suggestions if each.suggestion_id != suggestion_id)
    if len(kept) == len(view.suggestions):
        return view
    try:
        client.decide_suggestion(SuggestionId(suggestion_id), SuggestionState.DISMISSED)
    except ZhidaError:
        return view
    return replace(view, suggestions=kept)


def target(kind: str, number: str) -> tuple[TeamId | None, AccountId | None]:
    """Read to whom a conversation goes, as `team` or `agent` with a number; nothing else means anything."""
    if not (number.isascii() and number.isdigit()):
        return None, None
    return (TeamId(int(number)) if kind == "team" else None), (AccountId(int(number)) if kind == "agent" else None)


def snoozed_until(minutes: int, now: datetime | None = None) -> datetime:
    """Return the moment in so many minutes."""
    return (now or datetime.now(UTC)) + timedelta(minutes=max(1, minutes))


def reason_of(text: str) -> CloseReason | None:
    """Read a reason; `None` for anything else."""
    return CloseReason(text) if text in set(CloseReason) else None


def kept_alive(view: DeskView, client: Client, now: datetime | None = None) -> DeskView:
    """Say now and then that the agent is still there."""
    moment = now or datetime.now(UTC)
    if view.presence is not Presence.ONLINE:
        return view
    if view.alive_at is not None and moment - view.alive_at < SIGN_OF_LIFE:
        return view
    try:
        client.set_presence(view.presence)
    except ZhidaError:
        return view
    return replace(view, alive_at=moment)


def gone(view: DeskView, client: Client) -> None:
    """Say that the agent has left. If that can't be said, silence says it after a few minutes."""
    if view.presence is not None:
        with suppress(ZhidaError):
            client.set_presence(Presence.OFFLINE)


def explained(error: ZhidaError, language: Language) -> str:
    """Return what an agent is told about an error."""
    match error:
        case Unauthorized():
            return say("desk.signed_out", language)
        case Forbidden():
            return say("error.forbidden", language)
        case Conflict() | NotFound():
            return f"{say('desk.lost_race', language)} {error}"
        case RateLimited():
            return say("error.busy", language, seconds=max(1, error.retry_after_s))
        case StorageError():
            return say("error.reach", language)
        case InvalidInput():
            return str(error)
        case _:
            return say("error.unexpected", language)
