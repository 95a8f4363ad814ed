"""What an Office file unpacks to is counted before any parser sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ParseFailed
from ingest.archives import ArchiveLimits, check_archive
from tests.ingest.files import docx_with, zipped

DEFAULT = ArchiveLimits()
XML = b'<?xml version="1.0" encoding="UTF-8"?>'


def check(tmp_path: Path, content: bytes, limits: ArchiveLimits = DEFAULT) -> None:
    path = tmp_path / "blob"
    path.write_bytes(content)
    check_archive(path, limits)


class TestLetsThrough:
    def test_an_ordinary_file(self, tmp_path: Path) -> None:
        """Nothing is raised, nothing is returned."""
        check(tmp_path, docx_with(b"<w:p><w:r><w:t>hello</w:t></w:r></w:p>"))

    def test_an_archive_inside(self, tmp_path: Path) -> None:
        """Charts carry their workbook along. It counts as bytes and is never opened."""
        check(tmp_path, zipped({"ppt/embeddings/chart.xlsx": zipped({"xl/workbook.xml": XML})}))

    def test_a_small_entry_of_equal_bytes(self, tmp_path: Path) -> None:
        """A ratio says nothing about a few kilobytes."""
        check(tmp_path, zipped({"word/media/blank.emf": b"\1" * 500_000}))


class TestRefuses:
    def test_an_entry_that_unpacks_to_too_much(self, tmp_path: Path) -> None:
        """The bytes that come out are counted; the size in the header isn't asked."""
        bomb = zipped({"word/document.xml": XML + b"<w:p/>" * 100_000})

        with pytest.raises(ParseFailed, match="解压后过大"):
            check(tmp_path, bomb, ArchiveLimits(entry_bytes=100_000))

    def test_many_entries_that_add_up(self, tmp_path: Path) -> None:
        """Each within the limit, all together beyond it."""
        bomb = zipped({f"part{number}": bytes([number]) * 50_000 for number in range(10)})

        with pytest.raises(ParseFailed, match="解压后过大"):
            check(tmp_path, bomb, ArchiveLimits(total_bytes=300_000))

    def test_a_ratio_that_only_bombs_have(self, tmp_path: Path) -> None:
        """Two megabytes of one letter pack to two kilobytes; no text does."""
        with pytest.raises(ParseFailed, match="100:1"):
            check(tmp_path, zipped({"word/document.xml": XML + b"a" * 2_000_000}))

    def test_too_many_entries(self, tmp_path: Path) -> None:
        """Opening thousands of files is work as well."""
        with pytest.raises(ParseFailed, match="11 entries"):
            check(tmp_path, zipped({str(number): b"" for number in range(11)}), ArchiveLimits(entries=10))

    @pytest.mark.parametrize(
        "prolog",
        [
            b'<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
            b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>',
            b"<!-- " + b"x" * 300_000 + b' --><!DOCTYPE x SYSTEM "http://example.com/x.dtd">',
        ],
        ids=["external entity", "billion laughs", "far behind a comment"],
    )
    def test_a_document_type(self, tmp_path: Path, prolog: bytes) -> None:
        """Office files have no DTD. One that has is an attack."""
        with pytest.raises(ParseFailed, match="DTD"):
            check(tmp_path, docx_with(b"", prolog), ArchiveLimits(ratio=10_000))

    def test_a_document_type_in_utf_16(self, tmp_path: Path) -> None:
        """Another encoding hides nothing."""
        part = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x []><x/>'.encode("utf-16")

        with pytest.raises(ParseFailed, match="DTD"):
            check(tmp_path, zipped({"word/anything.bin": part}))

    def test_an_encoding_that_could_hide_one(self, tmp_path: Path) -> None:
        """In UTF-7 `<!DOCTYPE` has other bytes; Office never writes it."""
        with pytest.raises(ParseFailed, match="XML"):
            check(tmp_path, zipped({"word/document.xml": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-'}))

    def test_a_damaged_entry(self, tmp_path: Path) -> None:
        """A checksum that doesn't match is a damaged file."""
        content = bytearray(zipped({"word/document.xml": XML + bytes(range(32, 127)) * 50}))
        content[60] ^= 0xFF

        with pytest.raises(ParseFailed, match="已损坏"):
            check(tmp_path, bytes(content))
