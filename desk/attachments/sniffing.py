"""What a file is, by its content. Neither its name nor what the sender says of it is believed.

Nothing is decoded here: of pictures only the few bytes that state their size are read.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from core.errors import FileRefused, UnsupportedFormat

MAX_PIXELS: Final = 120_000_000
"""Above what telephones make. A few kilobytes can claim more and fill the memory of whoever opens them."""

HEAD: Final = 64
CHUNK: Final = 256 * 1024
MARKUP_WITHIN: Final = 1024


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that is taken."""

    media_type: str
    suffixes: tuple[str, ...]
    """What names of such files end with; the first is added to one that ends otherwise."""
    inline: bool
    """A browser may show it by itself: pictures made of pixels, in which nothing can run."""


PNG: Final = FileType("image/png", (".png",), True)
JPEG: Final = FileType("image/jpeg", (".jpg", ".jpeg", ".jfif"), True)
WEBP: Final = FileType("image/webp", (".webp",), True)
GIF: Final = FileType("image/gif", (".gif",), True)
PDF: Final = FileType("application/pdf", (".pdf",), False)
TEXT: Final = FileType("text/plain", (".txt", ".log", ".md"), False)

TYPES: Final = (PNG, JPEG, WEBP, GIF, PDF, TEXT)
"""All that are taken. A text's `media_type` also says its encoding."""

_REFUSED: Final = (
    "Files of this type aren't taken. Send a picture (PNG, JPEG, WebP, GIF), a PDF or plain text; "
    "of anything else a screenshot or a PDF will do."
)
_MARKUP: Final = re.compile(
    rb"<(?:!doctype|\?xml|html|head|body|svg|script|iframe|style|meta|link|title|object|embed|form|img|a\s)",
    re.IGNORECASE,
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
"""Never in a text. Tab, line breaks, form feed and escape are."""


def sniff(path: Path) -> FileType:
    """Return what the file is.

    Raises:
        UnsupportedFormat: nothing that is taken.
        FileRefused: a picture that claims more pixels than anybody could open.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        known = _known(head)
        if known is None:
            return _text(path)
        pixels = _PIXELS[known.media_type](file) if known.inline else 0
    if pixels is None:
        raise UnsupportedFormat(f"The picture is damaged. {_REFUSED}")
    if pixels > MAX_PIXELS:
        raise FileRefused(
            f"The picture claims {pixels:,} pixels; at most {MAX_PIXELS:,} are taken. Send a smaller one."
        )
    return known


def suffix_of(media_type: str) -> tuple[str, ...]:
    """What names of such files end with."""
    plain = media_type.partition(";")[0]
    return next((each.suffixes for each in TYPES if each.media_type == plain), TEXT.suffixes)


def shown_inline(media_type: str) -> bool:
    """Whether a browser may show such a file by itself."""
    return any(each.inline for each in TYPES if each.media_type == media_type)


def _known(head: bytes) -> FileType | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return GIF
    return PDF if head.startswith(b"%PDF-") else None


# Texts


def _text(path: Path) -> FileType:
    """A text in an encoding that is common here, and no page that a browser would run."""
    for encoding in _encodings(path):
        if _decodes(path, encoding):
            return FileType(f"{TEXT.media_type}; charset={encoding}", TEXT.suffixes, False)
    raise UnsupportedFormat(_REFUSED)


def _encodings(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        start = file.read(2)
    return ("utf-16",) if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else ("utf-8", "gb18030")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    seen = ""
    try:
        for chunk in _chunks(path):
            piece = decoder.decode(chunk)
            if _CONTROL.search(piece):
                return False
            seen = (seen + piece)[:MARKUP_WITHIN]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    if _MARKUP.search(seen.encode("utf-8", "surrogatepass")):
        raise UnsupportedFormat(f"Web pages, SVG and XML aren't taken. {_REFUSED}")
    return True


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


# Pictures: width times height as the file states it; `None` where it doesn't


def _png(file: BinaryIO) -> int | None:
    file.seek(8)
    head = file.read(16)
    if len(head) < 16 or head[4:8] != b"IHDR":
        return None
    return _area(*struct.unpack(">II", head[8:16]))


def _gif(file: BinaryIO) -> int | None:
    file.seek(6)
    size = file.read(4)
    return _area(*struct.unpack("<HH", size)) if len(size) == 4 else None


def _webp(file: BinaryIO) -> int | None:
    file.seek(12)
    head = file.read(18)
    if len(head) < 18:
        return None
    match head[:4]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", head[14:18])
            return _area(width & 0x3FFF, height & 0x3FFF)
        case b"VP8L":
            bits = int.from_bytes(head[9:13], "little")
            return _area((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            return _area(int.from_bytes(head[12:15], "little") + 1, int.from_bytes(head[15:18], "little") + 1)
        case _:
            return None


_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG after which its size stands."""

_JPEG_SEGMENTS: Final = 1_000


def _jpeg(file: BinaryIO) -> int | None:
    file.seek(2)
    for _ in range(_JPEG_SEGMENTS):
        marker = file.read(2)
        while len(marker) == 2 and marker == b"\xff\xff":  # fill bytes
            marker = marker[1:] + file.read(1)
        if len(marker) < 2 or marker[0] != 0xFF:
            return None
        length = file.read(2)
        if len(length) < 2 or int.from_bytes(length) < 2:
            return None
        if marker[1] in _FRAMES:
            frame = file.read(5)
            return _area(*struct.unpack(">HH", frame[1:5])) if len(frame) == 5 else None
        file.seek(int.from_bytes(length) - 2, 1)
    return None


def _area(width: int, height: int) -> int | None:
    return width * height or None


_PIXELS: Final[Mapping[str, Callable[[BinaryIO], int | None]]] = {
    PNG.media_type: _png,
    JPEG.media_type: _jpeg,
    WEBP.media_type: _webp,
    GIF.media_type: _gif,
}
