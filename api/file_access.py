"""Who may open which file, and how files are shown: one place for lists, links and downloads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.client_file_values import FileCard, FileLimits
from core.accounts import Right
from core.actors import ActorKind, agent
from core.attachments import Attachment, AttachmentId, AttachmentLimits
from core.errors import Conflict, NotFound
from core.masking import Mask
from core.types import ConversationId
from desk.attachments.sniffing import shown_inline

if TYPE_CHECKING:
    from api.composition import Services
    from api.desk_access import Reach


def card_of(attachment: Attachment, show: Mask = str) -> FileCard:
    """A file as its readers see it."""
    return FileCard(
        attachment_id=attachment.attachment_id,
        message_id=attachment.message_id,
        name=show(attachment.name),
        media_type=attachment.media_type,
        size=attachment.size,
        inline=shown_inline(attachment.media_type),
    )


def cards_of(attachments: Iterable[Attachment], show: Mask = str) -> tuple[FileCard, ...]:
    """Files as their readers see them."""
    return tuple(card_of(each, show) for each in attachments)


def limits_shown(limits: AttachmentLimits) -> FileLimits:
    """The limits, for the wire."""
    return FileLimits(
        file_bytes=limits.file_bytes, per_message=limits.per_message, conversation_bytes=limits.conversation_bytes
    )


def file_for_customer(services: Services, conversation_id: ConversationId, attachment_id: AttachmentId) -> Attachment:
    """A file that the holder of the conversation's token may open.

    Raises:
        NotFound: there is none in this conversation, or it is for colleagues; the two look the same.
    """
    found = services.attachments.one(attachment_id)
    if found.conversation_id != conversation_id or not found.visible:
        raise NotFound("file", attachment_id)
    return found


def file_for_staff(
    services: Services, reach: Reach, conversation_id: ConversationId, attachment_id: AttachmentId
) -> Attachment:
    """A file that a colleague may open: content can't be masked, so the right to read personal data must reach it.

    Raises:
        NotFound: there is none in this conversation, or the conversation is out of sight.
        Conflict: it is in sight, but masked.
    """
    view = reach.must_see(services.desk.dialogues.view(conversation_id))
    found = services.attachments.one(attachment_id)
    mine = found.sender == agent(reach.me)
    if found.conversation_id != conversation_id or (found.message_id is None and not mine):
        raise NotFound("file", attachment_id)
    cards = (services.desk.ticketing.card(ticket) for ticket in view.tickets)
    reached = reach.has(Right.PERSONAL_READ, view) or any(reach.has_ticket(Right.PERSONAL_READ, card) for card in cards)
    if not (mine or reached):
        raise Conflict("Files can't be masked. Take the conversation over to open them.")
    return found


def sent_by_customer(attachments: Iterable[Attachment]) -> list[Attachment]:
    """Those that the customer sent."""
    return [each for each in attachments if each.sender.kind is ActorKind.CUSTOMER]
