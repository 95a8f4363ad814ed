"""The files of a conversation, bytes and all, by the attachments' own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.types import ConversationId

if TYPE_CHECKING:
    from desk.attachments.store import Attachments


def erase_files(attachments: Attachments, conversation_id: ConversationId) -> int:
    """Erase what was sent; returns how many files that were. Bytes that another conversation shares stay for it.

    What was uploaded and never sent loses its row with the conversation's; its bytes go with the next sweep, within an
    hour or two.
    """
    sent = attachments.of_conversation(conversation_id)
    for each in sent:
        attachments.erase(conversation_id, each.attachment_id, None)
    return len(sent)
