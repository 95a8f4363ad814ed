"""Files are told by their content first, by their name where the content leaves it open."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ParseFailed, UnsupportedFormat
from ingest.formats import Format, sniff
from tests.ingest.files import Print, docx_with, pdf, zipped


@pytest.fixture
def put(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "blob"
        path.write_bytes(content)
        return path

    return write


class TestContentDecides:
    def test_a_pdf_is_one_whatever_its_name(self, put) -> None:
        """A wrong ending harms nothing."""
        assert sniff(put(pdf([[Print("hello", 700)]])), "report.docx") is Format.PDF

    def test_an_office_file_is_told_by_its_parts(self, put) -> None:
        """All Office files are zip archives; their folders tell them apart."""
        assert sniff(put(docx_with(b"")), "price-list.xlsx") is Format.DOCX
        assert sniff(put(zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"})), "a") is Format.XLSX
        assert sniff(put(zipped({"[Content_Types].xml": b"<a/>", "ppt/presentation.xml": b"<a/>"})), "a") is Format.PPTX

    def test_markup_is_html_without_an_ending(self, put) -> None:
        """Saved pages often have no ending."""
        assert sniff(put(b"\xef\xbb\xbf<!DOCTYPE html><html><body>hi"), "page") is Format.HTML

    def test_headers_make_a_mail(self, put) -> None:
        """Two header lines at the very start are a message."""
        assert sniff(put(b"From: a@example.com\r\nSubject: hi\r\n\r\nbody"), "saved") is Format.EML


class TestNameDecidesAmongTexts:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("faq.csv", Format.CSV),
            ("faq.TSV", Format.TSV),
            ("guide.md", Format.MARKDOWN),
            ("guide.txt", Format.TEXT),
            ("guide", Format.TEXT),
            ("qa.jsonl", Format.JSONL),
            ("qa.json", Format.JSON),
            ("../../etc/guide.md", Format.MARKDOWN),
            ("C:\\docs\\guide.md", Format.MARKDOWN),
            ("bad\0name.csv", Format.CSV),
        ],
    )
    def test_by_its_ending(self, put, name: str, expected: Format) -> None:
        """Only the ending of a name is looked at; the rest of it touches nothing."""
        assert sniff(put("问题,答案\n".encode()), name) is expected


class TestRefuses:
    @pytest.mark.parametrize("content", [b"", b"\0\0\0", b" \r\n\t"])
    def test_what_is_empty(self, put, content: bytes) -> None:
        """Nothing, zeros and blanks are no document."""
        with pytest.raises(ParseFailed, match="文件是空的"):
            sniff(put(content), "a.txt")

    @pytest.mark.parametrize(
        ("content", "name", "says"),
        [
            (b"\x89PNG\r\n\x1a\n....", "scan.pdf", "PNG"),
            (b"\xff\xd8\xff\xe0....", "photo", "JPEG"),
            (b"\x1f\x8b\x08....", "a.txt", "gzip"),
            (b"Rar!\x1a\x07", "a.docx", "RAR"),
            (b"{\\rtf1 hello}", "a.doc", "RTF"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.xls", "XLS"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "mail.msg", "MSG"),
            (bytes(range(256)) * 8, "a.txt", "PDF, DOCX, PPTX, XLSX"),
            (zipped({"a.txt": b"hello"}), "a.zip", "ZIP"),
        ],
    )
    def test_what_it_does_not_read(self, put, content: bytes, name: str, says: str) -> None:
        """The message names what it is or lists what is read."""
        with pytest.raises(UnsupportedFormat, match=says):
            sniff(put(content), name)

    def test_an_office_file_with_a_password(self, put) -> None:
        """Word encrypts into another container; the reason is the password, not the container."""
        content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"".join(
            name.encode("utf-16-le") for name in ("EncryptionInfo", "EncryptedPackage")
        )

        with pytest.raises(ParseFailed, match="已加密"):
            sniff(put(content), "secret.docx")

    def test_a_cut_archive(self, put) -> None:
        """The list of a zip stands at its end."""
        with pytest.raises(ParseFailed, match="已损坏"):
            sniff(put(docx_with(b"<x/>")[:200]), "a.docx")
