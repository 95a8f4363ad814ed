"""Which format a file has: by its content first, by its name where content leaves it open."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

from ingest.encoding import looks_like_text
from ingest.reasons import Reason, refusal

HEAD: Final = 8192
"""Bytes that are looked at. Every signature below stands within them."""


class Format(StrEnum):
    """The formats that Zhida reads."""

    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    CSV = "csv"
    TSV = "tsv"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    EML = "eml"
    JSONL = "jsonl"
    JSON = "json"


OFFICE: Final = frozenset({Format.DOCX, Format.PPTX, Format.XLSX})
"""Formats that are zip archives."""

_SUFFIXES: Final[Mapping[str, Format]] = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".tab": Format.TSV,
    ".htm": Format.HTML,
    ".html": Format.HTML,
    ".xhtml": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".mkd": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".log": Format.TEXT,
    ".eml": Format.EML,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".json": Format.JSON,
}
"""What a text file is, by the end of its name. Text without a known ending is sniffed further."""

_IMAGES: Final[Mapping[bytes, str]] = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
}
_FOREIGN: Final[Mapping[bytes, str]] = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"]\0\0": "LZMA",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"\x7fELF": "ELF",
    b"MZ": "EXE",
    b"{\\rtf": "RTF",
    b"\0asm": "WebAssembly",
    b"SQLite format 3": "SQLite",
    b"ID3": "MP3",
    b"OggS": "Ogg",
}
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_NAMES: Final[Mapping[str, str]] = {".doc": "DOC", ".xls": "XLS", ".ppt": "PPT"}
_MESSAGE: Final = "__properties_version1.0".encode("utf-16-le")
_OLE_ENCRYPTED: Final = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))
"""Streams of an Office file with a password: it is an OLE container, whatever its name says."""

_OFFICE_ROOTS: Final[Mapping[str, Format]] = {"word/": Format.DOCX, "ppt/": Format.PPTX, "xl/": Format.XLSX}

_HTML_START: Final = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_MAIL_START: Final = re.compile(
    rb"\A(?:(?:From|To|Subject|Date|Message-ID|MIME-Version|Received|Return-Path|Delivered-To|Reply-To|Cc|"
    rb"X-[\w-]+|Content-Type|DKIM-Signature)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}",
    re.IGNORECASE,
)


def sniff(path: Path, name: str) -> Format:
    """The format of the file at `path`, which a person calls `name`.

    Raises:
        ParseFailed: the file is empty, or an Office file with a password.
        UnsupportedFormat: it is something that Zhida doesn't read; the message says what, and what is read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\0 \t\r\n"):
        raise refusal(Reason.EMPTY)
    if head.startswith(b"PK"):
        return _sniff_zip(path)
    if head.startswith(_OLE):
        _refuse_ole(path, name)
    # A PDF may have some bytes before its header (ISO 32000-1, annex H.3.4.1: within the first 1024).
    if b"%PDF-" in head[:1024]:
        return Format.PDF
    _refuse_foreign(head)
    if not looks_like_text(head):
        raise refusal(Reason.NOT_TEXT)
    return _sniff_text(head, suffix(name))


def suffix(name: str) -> str:
    """The end of a file name, lower case with its dot; `""` when there is none."""
    return PurePosixPath(name.replace("\\", "/").replace("\0", "")).suffix.lower()


def _sniff_zip(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refusal(Reason.DAMAGED) from error
    if "[Content_Types].xml" in names:
        for root, format_ in _OFFICE_ROOTS.items():
            if any(name.startswith(root) for name in names):
                return format_
    raise refusal(Reason.UNSUPPORTED, "ZIP")


def _refuse_ole(path: Path, name: str) -> None:
    content = path.read_bytes()
    if all(stream in content for stream in _OLE_ENCRYPTED):
        raise refusal(Reason.ENCRYPTED)
    if suffix(name) == ".msg" or _MESSAGE in content:
        raise refusal(Reason.OUTLOOK_MESSAGE)
    raise refusal(Reason.LEGACY_OFFICE, _OLE_NAMES.get(suffix(name), "OLE"))


def _refuse_foreign(head: bytes) -> None:
    for signature, what in _IMAGES.items():
        # «BM» also starts words; a bitmap has a header with zero bytes as well.
        if head.startswith(signature) and (b"\0" in head[:64] or len(signature) > 2):
            raise refusal(Reason.IMAGE, what)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        raise refusal(Reason.IMAGE, "WebP")
    for signature, what in _FOREIGN.items():
        if head.startswith(signature) and (len(signature) > 2 or not looks_like_text(head)):
            raise refusal(Reason.UNSUPPORTED, what)


def _sniff_text(head: bytes, ending: str) -> Format:
    named = _SUFFIXES.get(ending)
    if named in {Format.CSV, Format.TSV, Format.JSONL, Format.JSON, Format.MARKDOWN, Format.EML}:
        return named
    if _HTML_START.search(head[:2048]) and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Format.HTML
    if named is not None:
        return named
    if _MAIL_START.match(head.replace(b"\r\n", b"\n")):
        return Format.EML
    return Format.TEXT
