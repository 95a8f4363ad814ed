"""Replies in conversations: the assistant runs in a thread, its words come out as a stream of events."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final

from api.bursts import BURST_S, Bursts, unfinished
from api.limits import Limits
from api.problems import Problem, problem_from_error
from api.responses import internal_problem
from api.wire import Json, customer_reply_json, silence_json
from core.attachments import AttachmentId
from core.errors import Conflict, ModelUnavailable, RateLimited, ZhidaError
from core.text import detect_language
from core.types import ConversationId, Reply, Silence, Turn
from desk.attachments.replying import beside_files, file_reply
from desk.failing import failed_reply

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from desk.records import Received, TurnContext
    from desk.store import Conversation, Desk

SIGN_OF_LIFE_S: Final = 10.0
"""After this much silence a sign of life is sent, so that no proxy takes a slow model for a dead connection."""

BUSY_S: Final = 2
"""When a caller that met a full house may try again."""

_log = logging.getLogger("zhida.api")

CLOSE_S: Final = 1.0
"""How long a server that has stopped waits for replies that nobody reads any more."""

STOPPING: Final = "The server is stopping, and your message may not have been answered. Ask again in a moment."


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of the stream: `text`, `restart`, `reply` or `error`."""

    name: str
    data: Json

    @property
    def last(self) -> bool:
        """Nothing comes after it."""
        return self.name in {"reply", "error"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer wrote."""

    text: str
    client_key: str | None = None
    """The sender's own id: the same message sent again is neither stored nor answered a second time."""
    files: tuple[AttachmentId, ...] = ()
    """What was uploaded for it."""

    @property
    def unfinished(self) -> bool:
        """Whether more is about to come. Words often follow a picture."""
        return unfinished(self.text) or (bool(self.files) and not self.text)


class Answering:
    """Answers messages of conversations and records every reply before it is sent.

    A message is stored before it is answered. Work once begun is finished and recorded, even if the
    caller leaves, unless a person took over or the customer wrote on meanwhile.
    """

    def __init__(self, desk: Desk, assistant: Assistant, limits: Limits, *, burst_s: float = BURST_S) -> None:
        self._desk = desk
        self._assistant = assistant
        self._bursts = Bursts()
        self._burst_s = burst_s
        self._places = _Places(limits)
        self._streams: set[_Stream] = set()

    async def reply(self, conversation: Conversation, said: Said) -> Json:
        """Reply to a message, in full.

        Raises:
            RateLimited: too many replies are in the making.
        """
        place = self._places.take(conversation.conversation_id)
        done: Future[Json] = Future()

        def work() -> None:
            try:
                done.set_result(self._answer(place, conversation, said, _ignore))
            except BaseException as error:  # noqa: BLE001 - raised again where the future is awaited
                done.set_exception(error)

        _start(work)
        return await asyncio.wrap_future(done)

    def stream(self, conversation: Conversation, said: Said) -> AsyncIterator[ServerEvent | None]:
        """Reply to a message, event by event; `None` is a sign of life. The last is a `reply` or an `error`.

        Refuses at once; the iterator that it returns raises nothing. Call it in the loop's own thread.

        Raises:
            RateLimited: too many replies are in the making.
        """
        place = self._places.take(conversation.conversation_id)
        stream = _Stream(asyncio.get_running_loop())
        self._streams.add(stream)
        _start(lambda: self._answer_into(stream, place, conversation, said))
        return self._until_the_end(stream)

    def interrupt(self) -> None:
        """End every open stream with an error event. Call it in the loop's own thread."""
        for stream in self._streams:
            stream.queue.put_nowait(_error_event(problem_from_error(ModelUnavailable(STOPPING))))

    def close(self) -> None:
        """Wait a moment for the replies in the making. One that takes longer isn't recorded."""
        self._places.wait_until_free(CLOSE_S)

    async def _until_the_end(self, stream: _Stream) -> AsyncIterator[ServerEvent | None]:
        try:
            event: ServerEvent | None = None
            while event is None or not event.last:
                event = await stream.next()
                yield event
        finally:
            self._streams.discard(stream)

    def _answer_into(self, stream: _Stream, place: _Place, conversation: Conversation, said: Said) -> None:
        try:
            reply = self._answer(place, conversation, said, stream.put)
            stream.put(ServerEvent("reply", reply))
        except ZhidaError as error:
            stream.put(_error_event(problem_from_error(error)))
        except Exception:  # noqa: BLE001 - the stream has begun, so only an event can tell the caller
            _log.exception("A reply in conversation %s failed.", conversation.conversation_id)
            stream.put(_error_event(internal_problem()))

    def _answer(
        self, place: _Place, conversation: Conversation, said: Said, put: Callable[[ServerEvent], None]
    ) -> Json:
        """The path of a message: it is stored, then answered if the assistant has the turn, one run at a time."""
        with place:
            received = self._desk.turns.receive(
                conversation.conversation_id, said.text, client_key=said.client_key, files=said.files
            )
            self._bursts.arrived(conversation.conversation_id)
            if not received.assistant_replies:
                return _silence(received)
            with self._bursts.alone(conversation.conversation_id):
                if said.unfinished:
                    self._bursts.wait(conversation.conversation_id, self._burst_s)
                return self._reply_to(received, conversation, put)

    def _reply_to(self, received: Received, conversation: Conversation, put: Callable[[ServerEvent], None]) -> Json:
        """Run the assistant and keep its reply, unless a person or another message came first."""
        turns = self._desk.turns
        try:
            context = turns.context(conversation.conversation_id)
        except Conflict:  # a person was faster
            return _silence(received)
        if context.episode.version != received.version:
            return _silence(received)
        reply = file_reply(context, conversation.language) or self._run(context, conversation, put)
        recorded = turns.commit(received, reply)
        if recorded is None:
            put(ServerEvent("restart", {}))
            return _silence(received)
        ticket = recorded.ticket.ticket_id if recorded.ticket else None
        return {**customer_reply_json(reply), "message_id": recorded.answer.message_id, "ticket_id": ticket}

    def _run(self, context: TurnContext, conversation: Conversation, put: Callable[[ServerEvent], None]) -> Reply:
        """The assistant's reply; if it can't give one, the conversation goes to a person."""
        turn = Turn(
            text=context.text,
            history=context.history,
            audience=conversation.audience,
            language=conversation.language,
            episode=context.episode,
            message_id=context.message_id,
            conversation_id=conversation.conversation_id,
        )
        began = time.perf_counter()
        try:
            reply = self._assistant.reply(
                turn,
                on_text=lambda piece: put(ServerEvent("text", {"text": piece})),
                on_restart=lambda: put(ServerEvent("restart", {})),
            )
            if reply.outcome.text.strip():
                return beside_files(reply, context, conversation.language)
            reason = "The assistant's reply was empty."
        except Exception as error:  # noqa: BLE001 - whatever it was, the customer gets an honest sentence and a person
            _log.exception("A reply in conversation %s failed.", conversation.conversation_id)
            reason = f"The assistant failed ({type(error).__name__})."
        put(ServerEvent("restart", {}))
        language = conversation.language or detect_language(context.text)
        return failed_reply(reason, language, ms=(time.perf_counter() - began) * 1000)


def _silence(received: Received) -> Json:
    """What the caller gets where the assistant says nothing."""
    told = received.told
    message = told if told is not None else received.message
    return {
        **silence_json(Silence(told.text if told is not None else "")),
        "message_id": message.message_id,
        "ticket_id": received.ticket.ticket_id if received.ticket is not None else None,
    }


class _Places:
    """Counts replies in the making, so that a crowd meets a clear refusal and not an endless queue."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken: Counter[ConversationId] = Counter()
        self._changed = threading.Condition()

    def take(self, conversation_id: ConversationId) -> _Place:
        with self._changed:
            if self._taken[conversation_id] >= self._limits.replies_at_once_per_conversation:
                raise RateLimited("Your last messages are still being answered. Wait for that.", retry_after_s=BUSY_S)
            if self._taken.total() >= self._limits.replies_at_once:
                raise RateLimited("Too many questions at this moment. Try again shortly.", retry_after_s=BUSY_S)
            self._taken[conversation_id] += 1
        return _Place(self, conversation_id)

    def give_back(self, conversation_id: ConversationId) -> None:
        with self._changed:
            self._taken[conversation_id] -= 1
            self._taken = +self._taken  # forgets those that are at zero
            self._changed.notify_all()

    def wait_until_free(self, timeout_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._taken, timeout_s)


@dataclass(frozen=True, slots=True)
class _Place:
    """One reply in the making; leaving the context gives the place back."""

    places: _Places
    conversation_id: ConversationId

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.places.give_back(self.conversation_id)


class _Stream:
    """Carries events from the thread that makes them to the loop that sends them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.queue: asyncio.Queue[ServerEvent] = asyncio.Queue()
        self._loop = loop

    def put(self, event: ServerEvent) -> None:
        """Called in the thread. A loop that is closed has nobody left to tell."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.queue.put_nowait, event)

    async def next(self) -> ServerEvent | None:
        try:
            async with asyncio.timeout(SIGN_OF_LIFE_S):
                return await self.queue.get()
        except TimeoutError:
            return None


def _start(work: Callable[[], None]) -> None:
    """Run in a thread of its own, which doesn't keep a stopping process alive until a model's deadline."""
    threading.Thread(target=work, name="zhida-reply", daemon=True).start()


def _ignore(_event: ServerEvent) -> None:
    """For callers that want the whole reply only."""


def _error_event(problem: Problem) -> ServerEvent:
    return ServerEvent("error", {"problem": problem.json()})
