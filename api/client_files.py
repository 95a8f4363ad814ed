"""The client's calls about files with messages. `api.client.Client` has them all."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, BinaryIO

import httpx

from api.client_file_values import DeskFileShelf, FileCard, FileLink, FileShelf
from api.client_reading import read
from api.client_values import Conversation
from core.attachments import AttachmentId
from core.settings import Secret
from core.types import ConversationId, TicketId


class FileCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def _send(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> httpx.Response:
        raise NotImplementedError

    # Customers

    def attach(self, conversation: Conversation, file: bytes | BinaryIO, *, name: str) -> FileCard:
        """Upload a file for the next message.

        Raises:
            UnsupportedFormat: not a picture, PDF or text.
            FileRefused: a scanner said no.
            TooLarge: over the limit of a file or of the conversation.
            Conflict: as many wait already as one message may have.
        """
        raw = self._json("POST", _files(conversation), key=conversation.token, files={"file": (name, file)})
        return read(FileCard, raw)

    def files(self, conversation: Conversation) -> FileShelf:
        """The conversation's files, and what waits to be sent."""
        return read(FileShelf, self._json("GET", _files(conversation), key=conversation.token))

    def take_back(self, conversation: Conversation, attachment_id: AttachmentId) -> None:
        """Forget a file that wasn't sent."""
        self._send("DELETE", f"{_files(conversation)}/{attachment_id}", key=conversation.token)

    def file_link(self, conversation: Conversation, attachment_id: AttachmentId) -> FileLink:
        """A link to a file, good for some minutes."""
        raw = self._json("POST", f"{_files(conversation)}/{attachment_id}/link", key=conversation.token)
        return read(FileLink, raw)

    # Colleagues

    def attach_at_desk(
        self, conversation_id: ConversationId, file: bytes | BinaryIO, *, name: str, internal: bool = False
    ) -> FileCard:
        """Upload a file for the next reply, or with `internal` for the next note. Errors as with `attach`."""
        fields = {"internal": "yes" if internal else "no"}
        path = _desk_files(conversation_id)
        return read(FileCard, self._json("POST", path, key=self._key, data=fields, files={"file": (name, file)}))

    def desk_files(self, conversation_id: ConversationId) -> DeskFileShelf:
        """The conversation's files, and one's own that wait to be sent."""
        return read(DeskFileShelf, self._json("GET", _desk_files(conversation_id), key=self._key))

    def erase_file(self, conversation_id: ConversationId, attachment_id: AttachmentId) -> None:
        """Take an own file back that wasn't sent, or erase one that was."""
        self._send("DELETE", f"{_desk_files(conversation_id)}/{attachment_id}", key=self._key)

    def desk_file_link(self, conversation_id: ConversationId, attachment_id: AttachmentId) -> FileLink:
        """A link to a file, good for some minutes.

        Raises:
            Conflict: the conversation is masked for you; claim it first.
        """
        path = f"{_desk_files(conversation_id)}/{attachment_id}/link"
        return read(FileLink, self._json("POST", path, key=self._key))

    def ticket_files(self, ticket_id: TicketId) -> list[FileCard]:
        """All files about a ticket's problems."""
        return read(list[FileCard], self._json("GET", f"/desk/tickets/{ticket_id}/attachments", key=self._key))

    def download(self, link: FileLink) -> bytes:
        """A file's content.

        Raises:
            Forbidden: the link has expired.
            NotFound: the file was erased, or is out of sight by now.
        """
        return self._send("GET", f"/files/{PurePosixPath(link.url).name}").content


def _files(conversation: Conversation) -> str:
    return f"/conversations/{conversation.conversation_id}/attachments"


def _desk_files(conversation_id: ConversationId) -> str:
    return f"/desk/conversations/{conversation_id}/attachments"
