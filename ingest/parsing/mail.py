"""Mail (EML): subject, people and date, the text with its quoted replies. Attachments are named, not read."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator, Sequence
from email.message import Message
from typing import Final

from core.types import DocumentKind
from ingest.cleaning import clean_line
from ingest.encoding import decode
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.parsing import Source
from ingest.parsing.html import html_document
from ingest.parsing.plain import text_blocks

_PEOPLE: Final = (("From", "发件人 / From"), ("To", "收件人 / To"), ("Date", "日期 / Date"))
_MOST_PARTS: Final = 500


def parse(source: Source) -> ParsedDocument:
    """Read a message. Its plain text is preferred; HTML is read when there is no other."""
    data = source.path.read_bytes()
    message = email.message_from_bytes(data, policy=email.policy.default)
    subject = clean_line(_header(message, "Subject"))
    parts = [part for _, part in zip(range(_MOST_PARTS), message.walk(), strict=False)]
    blocks: list[Block] = []
    if subject:
        blocks.append(Block(BlockKind.HEADING, subject, level=1))
    told = [f"{label}: {text}" for name, label in _PEOPLE if (text := clean_line(_header(message, name)))]
    if told:
        blocks.append(Block(BlockKind.PARAGRAPH, "\n".join(told)))
    body, hidden = _body(parts)
    return ParsedDocument(
        kind=DocumentKind.TEXT,
        blocks=(*blocks, *body),
        title=subject or None,
        warnings=(*hidden, *_attachments(parts)),
    )


def _header(message: Message, name: str) -> str:
    """A header decoded. Broken ones raise in `email` in many ways; the message does without."""
    try:
        return str(message.get(name, ""))
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return ""


def _body(parts: Sequence[Message]) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    for wanted in ("text/plain", "text/html"):
        texts = [_text(part) for part in parts if part.get_content_type() == wanted and not _is_attachment(part)]
        texts = [text for text in texts if text.strip()]
        if texts and wanted == "text/plain":
            return tuple(block for text in texts for block in text_blocks(text)), ()
        if texts:
            documents = [html_document(text) for text in texts]
            blocks = tuple(block for document in documents for block in document.blocks)
            return blocks, tuple(warning for document in documents for warning in document.warnings)
    return (), ()


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset()
    if charset:
        try:
            return payload.decode({"gb2312": "gb18030", "gbk": "gb18030"}.get(charset, charset))
        except (LookupError, UnicodeDecodeError):
            return decode(payload).text
    return decode(payload).text


def _is_attachment(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _attachments(parts: Sequence[Message]) -> Iterator[str]:
    for part in parts:
        if not part.is_multipart() and _is_attachment(part):
            name = clean_line(str(part.get_filename() or part.get_content_type()))
            yield f"附件未读取 / attachment not read: {name}"
