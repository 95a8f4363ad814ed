"""A typed client of the HTTP API, for the pages, for tests and for other programs.

    client = Client("http://127.0.0.1:7860")
    conversation = client.open_conversation()
    for event in client.ask_stream(conversation, "退货期限是多久？"):
        match event:
            case TextPiece(text): ...           # append to what is shown
            case Restart(): ...                 # forget the pieces so far, the text starts anew
            case FinalReply(reply): ...         # the outcome, with its citations; always the last event

What the server refuses is raised as the `ZhidaError` that its problem names: `NotFound`,
`Unauthorized`, `RateLimited`, `TooLarge` and so on. A server that can't be reached, or breaks off,
raises `StorageError`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, BinaryIO, Final, Self, cast

import httpx

from api.client_accounts import AccountCalls
from api.client_desk import DeskCalls
from api.client_files import FileCalls
from api.client_gold import GoldCalls
from api.client_handover import HandoverRuleCalls
from api.client_learning import LearningCalls
from api.client_own import OwnCalls, visitor_body
from api.client_reading import (
    Json,
    pair_body,
    read,
    read_conversation,
    read_conversation_reply,
    read_event,
    read_events,
    read_hit,
    read_json,
    read_passage,
    read_tested_reply,
)
from api.client_risk import RiskCalls
from api.client_settings import SettingsCalls
from api.client_stale import StaleCalls
from api.client_values import (
    PROOF_HEADER,
    VISITOR_HEADER,
    Conversation,
    ConversationReply,
    Event,
    FinalReply,
    NewPair,
    Restart,
    Source,
    TestedReply,
    TextPiece,
    TicketReceipt,
    Visitor,
)
from api.client_vocabulary import VocabularyCalls
from api.client_why import WhyCalls
from api.problems import error_from_problem
from core.attachments import AttachmentId
from core.customers import Purpose
from core.errors import InvalidInput, StorageError, ZhidaError
from core.pair_warnings import PairWarning
from core.settings import Secret
from core.types import (
    Audience,
    Document,
    DocumentId,
    DocumentKind,
    DocumentVersion,
    Hit,
    Language,
    Message,
    MessageId,
    Passage,
    QAPair,
    QAPairId,
    QAStatus,
    Ticket,
    TicketId,
    VersionStatus,
)
from core.visitors import SignedVisitor

TIMEOUT_S: Final = 60.0
"""For connecting and for each silence while reading. A reply that takes longer sends signs of life."""

POLL_S: Final = 0.25
"""Between two looks at a version that is being read."""


class Client(
    AccountCalls,
    DeskCalls,
    FileCalls,
    WhyCalls,
    GoldCalls,
    HandoverRuleCalls,
    LearningCalls,
    OwnCalls,
    RiskCalls,
    SettingsCalls,
    StaleCalls,
    VocabularyCalls,
):
    """Talks to one server. Safe to share between threads.

    `key` is the admin key or a session's token; customers' calls need none. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        base_url: str,
        key: Secret | None = None,
        transport: httpx.BaseTransport | None = None,
        *,
        visitor: Visitor | None = None,
    ) -> None:
        headers = {"Accept": "application/json"}
        if visitor is not None:
            headers |= {VISITOR_HEADER: visitor.address, PROOF_HEADER: visitor.proof.reveal()}
        self._key = key
        self._http = httpx.Client(
            base_url=base_url.rstrip("/") + "/v1",
            headers=headers,
            timeout=TIMEOUT_S,
            transport=transport,
            trust_env=False,  # a proxy of the environment must not see keys
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Customers

    def open_conversation(
        self,
        *,
        language: Language | None = None,
        audience: Audience = Audience.PUBLIC,
        visitor: SignedVisitor | None = None,
    ) -> Conversation:
        """Start a conversation. `language` is that of the replies; `None` means that of each message.

        Raises:
            Unauthorized: `audience` is internal and the client has no valid admin key; or the visitor's signature
                doesn't fit or has expired.
            InvalidInput: the visitor isn't signed.
            RateLimited: too many new conversations from this address.
        """
        body: Json = {"language": language}
        if audience is not Audience.PUBLIC:
            body["audience"] = audience
        if visitor is not None:
            body["visitor"] = visitor_body(visitor)
        raw = self._json("POST", "/conversations", key=self._key, json=body)
        return read_conversation(raw)

    def ask_stream(
        self, conversation: Conversation, text: str, *, files: Sequence[AttachmentId] = ()
    ) -> Iterator[Event]:
        """Send a message, with files that were uploaded for it, and yield the reply as it comes; the last event is a `FinalReply`.

        Stopping early (closing the iterator) loses nothing: the reply is recorded all the same.

        Raises:
            InvalidInput: the message is empty or too long.
            NotFound: the conversation doesn't exist, or the token isn't its own.
            RateLimited: too many messages.
            StorageError: the connection broke off. The reply may be recorded; see `messages`.
        """
        path = f"/conversations/{conversation.conversation_id}/messages"
        headers = {"Accept": "text/event-stream", **_bearer(conversation.token)}
        with _translated(), self._http.stream("POST", path, json=_said(text, files), headers=headers) as response:
            if response.is_error:
                response.read()
                raise _refusal(response)
            for name, data in read_events(response.iter_lines()):
                event = read_event(name, data)
                yield event
                if isinstance(event, FinalReply):
                    return
        raise StorageError("The connection ended before the reply was complete. Look at the messages, or ask again.")

    def ask(self, conversation: Conversation, text: str, *, files: Sequence[AttachmentId] = ()) -> ConversationReply:
        """Send a message and wait for the whole reply. Errors as with `ask_stream`."""
        path = f"/conversations/{conversation.conversation_id}/messages"
        return read_conversation_reply(self._json("POST", path, key=conversation.token, json=_said(text, files)))

    def messages(self, conversation: Conversation) -> list[Message]:
        """All messages of the conversation, oldest first."""
        path = f"/conversations/{conversation.conversation_id}/messages"
        return read(list[Message], self._json("GET", path, key=conversation.token))

    def source(self, conversation: Conversation, message_id: MessageId, number: int) -> Source:
        """The passage behind `[number]` of a reply.

        Raises:
            NotFound: the message has no such citation, or its document was removed since.
        """
        path = f"/conversations/{conversation.conversation_id}/messages/{message_id}/sources/{number}"
        return read(Source, self._json("GET", path, key=conversation.token))

    def leave_contact(
        self,
        conversation: Conversation,
        ticket_id: TicketId,
        contact: str,
        *,
        consents: Mapping[Purpose, bool] = MappingProxyType({}),
    ) -> TicketReceipt:
        """Say how the customer wants to be reached about the ticket, and what else they agree to.

        Raises:
            Conflict: the ticket is done.
        """
        body: Json = {"contact": contact, "consents": {purpose.value: granted for purpose, granted in consents.items()}}
        path = f"/conversations/{conversation.conversation_id}/tickets/{ticket_id}/contact"
        return read(TicketReceipt, self._json("POST", path, key=conversation.token, json=body))

    # Documents (admin key)

    def upload(
        self,
        file: Path | bytes | BinaryIO,
        *,
        name: str | None = None,
        audience: Audience = Audience.PUBLIC,
        kind: DocumentKind | None = None,
        effective_from: date | None = None,
        expires_on: date | None = None,
    ) -> DocumentVersion:
        """Upload a file. When this returns it is durable; `progress` tells how the reading goes on.

        `name` may be left out for a path. The name of an existing document makes a new version of
        it; `kind=None` lets the content decide.

        Raises:
            TooLarge: over the server's upload limit.
            InvalidInput: no usable name, or `expires_on` isn't after `effective_from`.
        """
        if isinstance(file, Path):
            with file.open("rb") as opened:
                return self.upload(
                    opened,
                    name=name or file.name,
                    audience=audience,
                    kind=kind,
                    effective_from=effective_from,
                    expires_on=expires_on,
                )
        fields = {
            "audience": audience.value,
            "kind": kind.value if kind else None,
            "effective_from": effective_from.isoformat() if effective_from else None,
            "expires_on": expires_on.isoformat() if expires_on else None,
        }
        given = {field: value for field, value in fields.items() if value is not None}
        raw = self._json("POST", "/documents", key=self._key, data=given, files={"file": (name or "", file)})
        return read(DocumentVersion, raw)

    def progress(self, version: DocumentVersion, *, timeout_s: float = 600.0) -> Iterator[DocumentVersion]:
        """Yield the version whenever it changed, until it is `READY` or `FAILED`; that one is the last.

        Raises:
            NotFound: the document was deleted meanwhile.
            StorageError: neither within `timeout_s`. The server goes on reading.
        """
        deadline = time.monotonic() + timeout_s
        seen: DocumentVersion | None = None
        while True:
            current = self.version(version.document_id, version.number)
            if current != seen:
                yield current
            if current.status in {VersionStatus.READY, VersionStatus.FAILED}:
                return
            if time.monotonic() > deadline:
                raise StorageError(f"{version.name!r} is still being read after {timeout_s:.0f} s. Look again later.")
            seen = current
            time.sleep(POLL_S)

    def wait(self, version: DocumentVersion, *, timeout_s: float = 600.0) -> DocumentVersion:
        """Wait until the version is `READY` or `FAILED` and return it. Errors as with `progress`."""
        *_, last = self.progress(version, timeout_s=timeout_s)
        return last

    def documents(self) -> list[Document]:
        """All documents, the last changed first."""
        return read(list[Document], self._json("GET", "/documents", key=self._key))

    def document(self, document_id: DocumentId) -> Document:
        """One document."""
        return read(Document, self._json("GET", f"/documents/{document_id}", key=self._key))

    def delete_document(self, document_id: DocumentId) -> None:
        """Delete a document with all its versions. From then on nothing can find or cite it."""
        self._send("DELETE", f"/documents/{document_id}", key=self._key)

    def versions(self, document_id: DocumentId) -> list[DocumentVersion]:
        """All versions of a document, newest first."""
        return read(list[DocumentVersion], self._json("GET", f"/documents/{document_id}/versions", key=self._key))

    def version(self, document_id: DocumentId, number: int) -> DocumentVersion:
        """One version of a document."""
        return read(DocumentVersion, self._json("GET", f"/documents/{document_id}/versions/{number}", key=self._key))

    def passages(
        self, document_id: DocumentId, *, version: int | None = None, offset: int = 0, limit: int = 100
    ) -> list[Passage]:
        """Passages in the document's order; `version=None` means the live one."""
        query = _given(version=version, offset=offset, limit=limit)
        raw = self._json("GET", f"/documents/{document_id}/passages", key=self._key, params=query)
        return [read_passage(passage) for passage in cast("list[Json]", raw)]

    def rollback(self, document_id: DocumentId, version: int) -> Document:
        """Make an earlier version live again.

        Raises:
            Conflict: that version isn't ready.
        """
        path = f"/documents/{document_id}/rollback"
        return read(Document, self._json("POST", path, key=self._key, json={"version": version}))

    # Q&A pairs (admin key)

    def add_pairs(
        self, pairs: Sequence[NewPair], *, name: str, audience: Audience = Audience.PUBLIC
    ) -> DocumentVersion:
        """Add approved pairs as a document called `name`; the same name again replaces them."""
        body = {"name": name, "audience": audience, "pairs": [pair_body(pair) for pair in pairs]}
        return read(DocumentVersion, self._json("POST", "/qa", key=self._key, json=body))

    def pairs(
        self,
        *,
        status: QAStatus | None = None,
        document_id: DocumentId | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> list[QAPair]:
        """Q&A pairs of live versions."""
        query = _given(status=status, document_id=document_id, offset=offset, limit=limit)
        return read(list[QAPair], self._json("GET", "/qa", key=self._key, params=query))

    def pair(self, pair_id: QAPairId) -> QAPair:
        """One Q&A pair."""
        return read(QAPair, self._json("GET", f"/qa/{pair_id}", key=self._key))

    def pair_warnings(self, pairs: Sequence[QAPairId]) -> list[PairWarning]:
        """Approved pairs that get in the way of these, at most a hundred: asked the same, answered otherwise or twice."""
        if not pairs:
            return []
        return read(
            list[PairWarning], self._json("GET", "/qa/warnings", key=self._key, params={"pair_id": list(pairs)})
        )

    def approve(self, pair_id: QAPairId, *, confirm: bool = False) -> QAPair:
        """Let a candidate answer customers.

        Raises:
            PairConflict: an approved pair is asked the same and answers otherwise; `confirm` keeps both.
        """
        return self._decide(pair_id, "approve", confirm=confirm)

    def reject(self, pair_id: QAPairId) -> QAPair:
        """Keep a candidate from answering customers."""
        return self._decide(pair_id, "reject")

    # Questions (admin key)

    def search(
        self, text: str, *, k: int = 10, audience: Audience = Audience.PUBLIC, as_of: date | None = None
    ) -> list[Hit]:
        """The best passages for a question, best first, each with its `why`; `as_of=None` means today."""
        body = {"text": text, "k": k, "audience": audience, "as_of": as_of.isoformat() if as_of else None}
        raw = self._json("POST", "/search", key=self._key, json=body)
        return [read_hit(hit) for hit in cast("list[Json]", raw)]

    def test_question(
        self,
        text: str,
        *,
        audience: Audience = Audience.PUBLIC,
        language: Language | None = None,
        as_of: date | None = None,
    ) -> TestedReply:
        """What a customer would be told, and why: the very call that the chat makes. Nothing is recorded.

        `as_of` is the day for which documents must be valid; `None` means today.
        """
        body = {
            "text": text,
            "audience": audience,
            "language": language,
            "as_of": as_of.isoformat() if as_of else None,
        }
        return read_tested_reply(self._json("POST", "/ask", key=self._key, json=body))

    # Tickets (admin key)

    def tickets(self, *, offset: int = 0, limit: int = 100) -> list[Ticket]:
        """Tickets, newest first."""
        query = _given(offset=offset, limit=limit)
        return read(list[Ticket], self._json("GET", "/tickets", key=self._key, params=query))

    def ticket(self, ticket_id: TicketId) -> Ticket:
        """One ticket."""
        return read(Ticket, self._json("GET", f"/tickets/{ticket_id}", key=self._key))

    def resolve(self, ticket_id: TicketId) -> Ticket:
        """Close a ticket."""
        return read(Ticket, self._json("POST", f"/tickets/{ticket_id}/resolve", key=self._key))

    # Server

    def healthy(self) -> bool:
        """Whether the server answers at all."""
        return self._answers("/health")

    def ready(self) -> bool:
        """Whether the indexes are open and up to date."""
        return self._answers("/ready")

    def _decide(self, pair_id: QAPairId, decision: str, *, confirm: bool = False) -> QAPair:
        body = {"decision": decision, "confirm": confirm}
        return read(QAPair, self._json("POST", f"/qa/{pair_id}/decision", key=self._key, json=body))

    def _answers(self, path: str) -> bool:
        try:
            return self._http.get(path).is_success
        except httpx.HTTPError:
            return False

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        return read_json(self._send(method, path, key=key, **request).content)

    def _send(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> httpx.Response:
        with _translated():
            response = self._http.request(method, path, headers=_bearer(key), **request)
        if not response.is_success:
            raise _refusal(response)
        return response


def _bearer(key: Secret | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.reveal()}"} if key is not None else {}


def _said(text: str, files: Sequence[AttachmentId]) -> Json:
    return {"text": text, **({"attachments": list(files)} if files else {})}


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError:
        raise InvalidInput("The text holds half of a character pair and can't be sent. Type it again.") from None
    except httpx.HTTPError as error:
        raise StorageError(
            f"The server can't be reached or broke off ({type(error).__name__}). Is `zhida serve` running?"
        ) from error


def _refusal(response: httpx.Response) -> ZhidaError:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    return error_from_problem(
        problem if isinstance(problem, dict) else {}, response.status_code, response.headers.get("retry-after")
    )


__all__ = [
    "Client",
    "Conversation",
    "ConversationReply",
    "Event",
    "FinalReply",
    "NewPair",
    "Restart",
    "Source",
    "TestedReply",
    "TextPiece",
    "TicketReceipt",
    "Visitor",
]
