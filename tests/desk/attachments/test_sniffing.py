"""What a file is, by its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import FileRefused, UnsupportedFormat
from desk.attachments.sniffing import MAX_PIXELS, shown_inline, sniff, suffix_of
from tests.desk.attachments.samples import PDF, SVG, gif, jpeg, png, webp


def put(folder: Path, content: bytes) -> Path:
    path = folder / "a file whose name says nothing"
    path.write_bytes(content)
    return path


class TestTakes:
    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (png(), "image/png"),
            (jpeg(), "image/jpeg"),
            (gif(), "image/gif"),
            (webp(), "image/webp"),
            (b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x01\x40\x00\x00" + b"\x00" * 8, "image/webp"),
            (b"RIFF\x1a\x00\x00\x00WEBPVP8 \x0d\x00\x00\x00\x00\x00\x00\x9d\x01\x2a\x02\x00\x02\x00", "image/webp"),
            (PDF, "application/pdf"),
            ("错误 E03，水从底部漏出".encode(), "text/plain; charset=utf-8"),
            ("错误 E03，水从底部漏出".encode("gb18030"), "text/plain; charset=gb18030"),
            ("错误 E03".encode("utf-16"), "text/plain; charset=utf-16"),
            (b"12:00 \x1b[31merror\x1b[0m a < b\r\n\tat line 3\n", "text/plain; charset=utf-8"),
        ],
        ids=["png", "jpeg", "gif", "webp", "webp lossless", "webp lossy", "pdf", "utf-8", "gbk", "utf-16", "a log"],
    )
    def test_pictures_pdf_and_text(self, tmp_path: Path, content: bytes, media_type: str) -> None:
        """Whatever the file is called."""
        assert sniff(put(tmp_path, content)).media_type == media_type

    def test_a_photograph_of_a_good_telephone(self, tmp_path: Path) -> None:
        """108 megapixels are a photograph, not an attack."""
        assert sniff(put(tmp_path, jpeg(12_000, 9_000))).inline

    def test_a_text_whose_characters_end_between_two_reads(self, tmp_path: Path) -> None:
        """The content is read piece by piece; a character may be cut in the middle."""
        assert sniff(put(tmp_path, b"a" + "漏".encode() * 200_000)).media_type == "text/plain; charset=utf-8"


class TestRefuses:
    @pytest.mark.parametrize(
        "content",
        [
            SVG,
            b"\xef\xbb\xbf  <!DOCTYPE html><html></html>",
            b"hello <script src=//evil.example></script>",
            b'<?xml version="1.0"?><a/>',
            "<html>漏水</html>".encode("utf-16"),
        ],
        ids=["svg", "html", "script", "xml", "html in utf-16"],
    )
    def test_pages_that_a_browser_would_run(self, tmp_path: Path, content: bytes) -> None:
        """Also where they are called `.txt`."""
        with pytest.raises(UnsupportedFormat, match="Web pages, SVG and XML"):
            sniff(put(tmp_path, content))

    @pytest.mark.parametrize(
        "content",
        [
            b"MZ\x90\x00\x03",
            b"PK\x03\x04\x14\x00",
            b"\x7fELF\x02",
            b"text with\x00 a nul",
            b"\xff\xfe\x00",
            b"junk %PDF-1.4",
        ],
        ids=["exe", "zip", "elf", "nul", "half a utf-16", "not quite a pdf"],
    )
    def test_anything_else(self, tmp_path: Path, content: bytes) -> None:
        """The sentence says what to send instead."""
        if content.startswith(b"junk"):
            assert sniff(put(tmp_path, content)).media_type.startswith("text/plain")  # so no reader takes it for a PDF
            return
        with pytest.raises(UnsupportedFormat, match="screenshot or a PDF"):
            sniff(put(tmp_path, content))

    @pytest.mark.parametrize(
        "content", [png()[:12], jpeg()[:4], gif()[:8], webp()[:20], png(0, 5), b"\xff\xd8\xff\x00"]
    )
    def test_a_picture_that_has_no_size(self, tmp_path: Path, content: bytes) -> None:
        """It is cut off, or only pretends."""
        with pytest.raises(UnsupportedFormat, match="damaged"):
            sniff(put(tmp_path, content))

    @pytest.mark.parametrize("make", [png, jpeg, gif, webp])
    def test_a_picture_that_would_fill_the_memory(self, tmp_path: Path, make: object) -> None:
        """A few bytes that claim a billion pixels; nothing is decoded to find out."""
        content = make(60_000, 60_000)  # type: ignore[operator]

        assert len(content) < 1_000
        with pytest.raises(FileRefused, match=f"{MAX_PIXELS:,}"):
            sniff(put(tmp_path, content))


def test_only_pictures_of_pixels_are_shown_by_a_browser() -> None:
    """A PDF may hold scripts and a text might be taken for something else, so these are saved."""
    types = [
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "application/pdf",
        "text/plain; charset=utf-8",
        "image/svg+xml",
    ]

    assert [shown_inline(each) for each in types] == [True] * 4 + [False] * 3
    assert suffix_of("text/plain; charset=utf-8")[0] == ".txt"
