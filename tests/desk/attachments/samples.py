"""Small files of every type that is taken, made by hand."""

from __future__ import annotations

import struct
import zlib
from typing import Final


def png(width: int = 2, height: int = 2) -> bytes:
    """A grey picture; one that claims to be large has no pixels."""
    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height)) if width * height <= 1_000_000 else b""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def jpeg(width: int = 2, height: int = 2) -> bytes:
    """The head of a photograph, with a camera's segment before the size."""
    camera = b"\xff\xe1" + struct.pack(">H", 10) + b"Exif\x00\x00??"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + camera + b"\xff" + frame + b"\xff\xd9"


def gif(width: int = 2, height: int = 2) -> bytes:
    """An empty moving picture."""
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b";"


def webp(width: int = 2, height: int = 2) -> bytes:
    """The head of the extended form."""
    body = b"VP8X" + struct.pack("<I", 10) + b"\x00" * 4 + (width - 1).to_bytes(3, "little")
    body += (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


PDF: Final = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
