"""What happens on the chat page, without the page: views go in, views come out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from api.client import Client, Conversation, ConversationReply, FinalReply, Restart, TextPiece
from api.client_file_values import FileCard, FileShelf
from core.attachments import AttachmentId
from core.customers import Purpose
from core.errors import Conflict, InvalidInput, NotFound, RateLimited, ZhidaError
from core.settings import Secret
from core.types import Answer, Clarification, ConversationId, Handover, Language, Message, Role, Silence
from ui.render import heading_path, source_gone, source_panel
from ui.render_files import Place, attach_strip
from ui.texts import say
from ui.view import ChatView, Exchange, Progress, SourceCard, TicketNote

MAX_QUESTION: Final = 2_000
"""Characters of one message; the API refuses longer ones."""

REDRAW_S: Final = 0.06
"""Between two redraws of a streaming reply: smooth to the eye, and few events for the browser."""

RESTORED_SOURCES: Final = 8
"""Most sources that a reloaded page asks for again, per reply."""


def saved_form(view: ChatView) -> dict[str, str]:
    """Return what the browser keeps, so that a reload finds the conversation again."""
    kept = {"language": view.language.value}
    if view.conversation:
        kept |= {
            "conversation": view.conversation.conversation_id,
            "token": view.conversation.token.reveal(),
        }
    if view.conversation and view.visitor:
        kept["visitor"] = view.visitor
    return kept


def kept_language(saved: object, fallback: Language) -> Language:
    """Return the language that a browser kept."""
    kept = saved.get("language") if isinstance(saved, dict) else None
    return Language(kept) if isinstance(kept, str) and kept in set(Language) else fallback


def restored(saved: object, client: Client, *, fallback: Language) -> ChatView:
    """Return the view for what a browser kept, with the messages so far.

    `saved` comes from the browser and may be anything. A conversation that can't be read any more is dropped.
    """
    kept = {key: value for key, value in saved.items() if isinstance(value, str)} if isinstance(saved, dict) else {}
    language = kept_language(kept, fallback)
    view = ChatView(language)
    if not (kept.get("conversation", "").isalnum() and kept.get("token")):
        return view
    conversation = Conversation(ConversationId(kept["conversation"]), Secret(kept["token"]))
    try:
        exchanges = _exchanges(client, conversation, client.messages(conversation), client.files(conversation).files)
    except NotFound:
        return replace(view, notice=say("chat.lost", language))
    except ZhidaError:
        return replace(view, notice=say("error.reach", language))
    return replace(view, conversation=conversation, exchanges=exchanges, visitor=kept.get("visitor", ""))


def _exchanges(
    client: Client, conversation: Conversation, messages: list[Message], files: Sequence[FileCard]
) -> tuple[Exchange, ...]:
    exchanges: list[Exchange] = []
    for message in messages:
        if message.role is Role.CUSTOMER:
            own = tuple(each for each in files if each.message_id == message.message_id)
            exchanges.append(Exchange(message.text, Progress.DONE, files=own))
        elif message.role is Role.ASSISTANT and exchanges:
            sources = tuple(_sources_again(client, conversation, message))
            exchanges[-1] = replace(exchanges[-1], text=message.text, message_id=message.message_id, sources=sources)
    return tuple(exchanges)


def _sources_again(client: Client, conversation: Conversation, message: Message) -> Iterator[SourceCard]:
    for number in range(1, RESTORED_SOURCES + 1):
        try:
            source = client.source(conversation, message.message_id, number)
        except NotFound:
            return
        yield SourceCard(number, source.document, source.version, source.page, heading_path(source.heading))


def asked(
    view: ChatView,
    text: str,
    client: Client,
    *,
    files: Sequence[FileCard] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[ChatView]:
    """Ask `text`, with the files that wait, and yield the view as the reply grows; the last view has the whole reply."""
    question = text.strip()
    if not (question or files) or view.busy:
        return
    view = replace(view, notice=None, exchanges=(*view.exchanges, Exchange(question, files=tuple(files))))
    if len(question) > MAX_QUESTION:
        yield _failed(view, say("chat.too_long", view.language, limit=MAX_QUESTION))
        return
    yield view
    try:
        if view.conversation is None:
            view = replace(view, conversation=client.open_conversation())
        yield from _streamed(view, client, clock)
    except NotFound:
        fresh = replace(view, conversation=None, exchanges=view.exchanges[-1:], notice=say("chat.lost", view.language))
        yield _failed(fresh, say("error.unexpected", view.language))
    except ZhidaError as error:
        yield _failed(view, explained(error, view.language))
    except Exception:
        yield _failed(view, say("error.unexpected", view.language))  # the page must not wait for ever
        raise


def _streamed(view: ChatView, client: Client, clock: Callable[[], float]) -> Iterator[ChatView]:
    conversation = view.conversation
    assert conversation is not None
    text, drawn = "", clock()
    asked_now = view.exchanges[-1]
    for event in client.ask_stream(
        conversation, asked_now.question, files=[each.attachment_id for each in asked_now.files]
    ):
        match event:
            case TextPiece(piece):
                text += piece
            case Restart():
                text = ""
            case FinalReply(reply):
                yield _with_last(view, finished(view.exchanges[-1], reply))
                return
        if clock() - drawn >= REDRAW_S:
            drawn = clock()
            yield _with_last(view, replace(view.exchanges[-1], text=text, progress=Progress.STREAMING))


def finished(exchange: Exchange, reply: ConversationReply) -> Exchange:
    """Return the exchange with a complete reply."""
    outcome = reply.outcome
    done = replace(exchange, progress=Progress.DONE, text=outcome.text, message_id=reply.message_id, offer=reply.offer)
    match outcome:
        case Answer():
            sources = tuple(
                SourceCard(item.number, item.document, item.version, item.page, item.heading)
                for item in outcome.citations
            )
            return replace(done, tier=outcome.tier, sources=sources)
        case Clarification():
            return replace(done, options=outcome.options)
        case Handover():
            return replace(done, ticket=TicketNote(reply.ticket_id) if reply.ticket_id is not None else None)
        case Silence():
            return replace(done, text="")  # what the desk says instead comes by itself, see `ui.following`


def _with_last(view: ChatView, exchange: Exchange) -> ChatView:
    return replace(view, exchanges=(*view.exchanges[:-1], exchange))


def _failed(view: ChatView, text: str) -> ChatView:
    return _with_last(view, replace(view.exchanges[-1], text=text, progress=Progress.FAILED))


def waiting_files(view: ChatView, client: Client) -> FileShelf | None:
    """Look for files that were uploaded and not sent yet; `None` where that can't be told."""
    if view.conversation is None:
        return None
    try:
        return client.files(view.conversation)
    except ZhidaError:
        return None


def begun(view: ChatView, client: Client) -> ChatView:
    """Open the conversation, which a file needs before anything is asked."""
    if view.conversation is not None or view.busy:
        return view
    try:
        return replace(view, conversation=client.open_conversation())
    except ZhidaError as error:
        return replace(view, notice=explained(error, view.language))


def taken_back(view: ChatView, attachment_id: AttachmentId, client: Client) -> None:
    """Forget a file that wasn't sent; one that is gone already is gone."""
    if view.conversation is not None:
        with suppress(ZhidaError):
            client.take_back(view.conversation, attachment_id)


def strip(view: ChatView, shelf: FileShelf | None) -> str:
    """Return where files are added, with those that wait."""
    conversation = view.conversation
    place = (
        Place("")
        if conversation is None
        else Place(f"conversations/{conversation.conversation_id}/attachments", token=conversation.token)
    )
    limits = shelf.limits if shelf is not None else None
    return attach_strip(place, shelf.waiting if shelf is not None else (), view.language, limits=limits)


def without(view: ChatView, index: int) -> ChatView:
    """Return the view without the exchange at `index`, which is asked anew."""
    return replace(view, exchanges=view.exchanges[:index] + view.exchanges[index + 1 :])


def explained(error: ZhidaError, language: Language) -> str:
    """Return what a customer is told about an error. Details of the server stay on the server."""
    match error:
        case RateLimited():
            return say("error.busy", language, seconds=max(1, error.retry_after_s))
        case InvalidInput():
            return say("chat.too_long", language, limit=MAX_QUESTION)
        case _:
            return say("error.reach", language)


def opened_source(view: ChatView, index: int, number: int, client: Client) -> str:
    """Return the panel of source `number` of an exchange; empty when there is no such source."""
    exchange = view.exchanges[index] if 0 <= index < len(view.exchanges) else None
    card = next((source for source in exchange.sources if source.number == number), None) if exchange else None
    if card is None or exchange is None or exchange.message_id is None or view.conversation is None:
        return ""
    try:
        return source_panel(client.source(view.conversation, exchange.message_id, number), view.language)
    except ZhidaError:
        return source_gone(card, view.language)


def with_contact(
    view: ChatView, index: int, contact: str, client: Client, consents: Mapping[Purpose, bool] = MappingProxyType({})
) -> ChatView:
    """Leave `contact` on the ticket of an exchange, with what the customer agrees to."""
    exchange = view.exchanges[index] if 0 <= index < len(view.exchanges) else None
    if exchange is None or exchange.ticket is None or view.conversation is None:
        return view
    note = exchange.ticket
    if not 3 <= len(contact.strip()) <= 200:
        note = replace(note, problem=say("chat.contact.bad", view.language))
    else:
        note = _left(note, contact.strip(), view, client, consents)
    changed = list(view.exchanges)
    changed[index] = replace(exchange, ticket=note)
    return replace(view, exchanges=tuple(changed))


def _left(
    note: TicketNote, contact: str, view: ChatView, client: Client, consents: Mapping[Purpose, bool]
) -> TicketNote:
    assert view.conversation is not None
    try:
        receipt = client.leave_contact(view.conversation, note.ticket_id, contact, consents=consents)
    except InvalidInput:
        return replace(note, problem=say("chat.contact.bad", view.language))
    except Conflict:
        return replace(note, asks=False, problem=None)  # it was resolved meanwhile
    except ZhidaError as error:
        return replace(note, problem=explained(error, view.language))
    return replace(note, contact=receipt.contact or contact, problem=None)
