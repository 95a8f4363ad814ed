"""Parsers, one module per format. `read_file` picks one; it runs in the child process only."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, cast

from core.types import DocumentKind
from ingest.archives import check_archive
from ingest.cleaning import clean
from ingest.formats import OFFICE, Format, sniff
from ingest.parsed import ParsedDocument
from ingest.reasons import Reason, refusal


@dataclass(frozen=True, slots=True)
class Source:
    """A file to parse: where it lies, what a person calls it, and what it is said to hold."""

    path: Path
    name: str
    format: Format
    kind: DocumentKind | None = None
    """`None`: the parser decides."""


class Parser(Protocol):
    """A module of this package. It may raise anything; the border of the child makes a reason of it."""

    def parse(self, source: Source) -> ParsedDocument:
        """Read the file. A part that can't be read becomes a warning if the rest is still of use."""
        ...


_MODULES: Final[Mapping[Format, str]] = {
    Format.PDF: "pdf",
    Format.DOCX: "docx",
    Format.PPTX: "pptx",
    Format.XLSX: "xlsx",
    Format.CSV: "delimited",
    Format.TSV: "delimited",
    Format.HTML: "html",
    Format.MARKDOWN: "markdown",
    Format.TEXT: "plain",
    Format.EML: "mail",
    Format.JSONL: "records",
    Format.JSON: "records",
}


def parser_for(format_: Format) -> Parser:
    """The parser of a format. Its libraries are imported here, so that a process pays for what it reads."""
    return cast(Parser, importlib.import_module(f"ingest.parsing.{_MODULES[format_]}"))


def read_file(path: Path, name: str, kind: DocumentKind | None = None) -> ParsedDocument:
    """Sniff, check, parse and clean one file.

    Raises:
        ParseFailed, UnsupportedFormat: with a reason for a person; or whatever the parser raised.
    """
    format_ = sniff(path, name)
    if format_ in OFFICE:
        check_archive(path)
    document = clean(parser_for(format_).parse(Source(path, name, format_, kind)))
    if not document.blocks and not document.pairs:
        raise refusal(Reason.NO_TEXT)
    return document
