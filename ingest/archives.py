"""Look into a zip before a parser does: what it unpacks to is counted, not believed."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.reasons import Reason, refusal

_MIB: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024

_XML_SUFFIXES: Final = (".xml", ".rels", ".vml")
_XML_STARTS: Final = (b"<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")
"""How XML begins in the encodings that are searched for declarations: UTF-8 and UTF-16."""
_DECLARATIONS: Final = tuple(
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_OVERLAP: Final = max(map(len, _DECLARATIONS)) - 1
_ENCODING: Final = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.:-]+)")
_ALLOWED_ENCODINGS: Final = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"})
"""Encodings in which `<!DOCTYPE` has the bytes that are searched for. UTF-7 would hide it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How much an Office file may unpack to."""

    entries: int = 2_000
    entry_bytes: int = 64 * _MIB
    total_bytes: int = 200 * _MIB
    ratio: int = 100
    """Unpacked to packed bytes of one entry; small entries may be above it."""
    ratio_from_bytes: int = _MIB
    """Unpacked size from which `ratio` counts: a short run of equal bytes isn't a bomb."""


def check_archive(path: Path, limits: ArchiveLimits = ArchiveLimits()) -> None:
    """Inflate every entry once, counting, and look for DTDs in the XML parts. Nothing is written.

    Archives inside the archive (e.g. the workbook behind a chart) count as bytes and are never opened.

    Raises:
        ParseFailed: a limit is exceeded, an XML part has a DTD, the archive is damaged or has a password.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive, limits)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise refusal(Reason.DAMAGED) from error


def _check_entries(archive: zipfile.ZipFile, limits: ArchiveLimits) -> None:
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise refusal(Reason.BOMB, f"{len(entries)} entries")
    total = 0
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise refusal(Reason.ENCRYPTED)
        total += _check_entry(archive, entry, limits)
        if total > limits.total_bytes:
            raise refusal(Reason.BOMB, f"> {limits.total_bytes // _MIB} MB")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: ArchiveLimits) -> int:
    is_xml = False
    size = 0
    tail = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            is_xml = is_xml or (size == 0 and _begins_as_xml(chunk, entry.filename))
            size += len(chunk)
            if size > limits.entry_bytes:
                raise refusal(Reason.BOMB, f"> {limits.entry_bytes // _MIB} MB")
            if size > limits.ratio_from_bytes and size > limits.ratio * max(1, entry.compress_size):
                raise refusal(Reason.BOMB, f"> {limits.ratio}:1")
            if is_xml:
                window = tail + chunk
                if any(mark in window for mark in _DECLARATIONS):
                    raise refusal(Reason.UNSAFE_XML)
                tail = chunk[-_OVERLAP:]
    return size


def _begins_as_xml(start: bytes, name: str) -> bool:
    """Whether an entry is XML by its content; its name alone proves nothing, as any part may be declared XML."""
    begins = start.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(_XML_STARTS)
    if not begins and name.lower().endswith(_XML_SUFFIXES):
        raise refusal(Reason.DAMAGED)
    declared = _ENCODING.search(start[:256])
    if begins and declared and declared.group(1).lower() not in _ALLOWED_ENCODINGS:
        raise refusal(Reason.UNSAFE_XML)
    return begins
