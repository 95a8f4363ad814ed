"""Hostile and broken files end in a reason that a person understands, and the next good file is read.

Set `ZHIDA_HOSTILE_FILES` to a folder to run over the files in it as well.
"""

from __future__ import annotations

import io
import os
import random
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import docx
import openpyxl
import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from core.errors import InvalidInput, ParseFailed
from ingest.parsed import ParsedDocument
from ingest.sandbox import Limits, Sandbox
from tests.ingest.files import Print, docx_with, pdf, zipped

FOLDER: Final = "ZHIDA_HOSTILE_FILES"
LAUGHS: Final = (
    b'<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(b'<!ENTITY lol%d "%s">' % (level, b"&lol%d;" % (level - 1) * 10) for level in range(1, 10))
    + b"]>"
)


def saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]  # all three Office libraries have it
    return buffer.getvalue()


def good_files() -> dict[str, bytes]:
    word, sheet, slides = docx.Document(), openpyxl.Workbook(), pptx.Presentation()
    word.add_paragraph("七天内可以退货。")
    sheet.active.append(["型号", "价格"])
    sheet.active.append(["X1", 299])
    slides.slides.add_slide(slides.slide_layouts[0]).shapes.title.text = "退货"
    return {
        "a.pdf": pdf([[Print("Refunds take seven days.", 700)], [Print("退货", 700)]]),
        "a.docx": saved(word),
        "a.xlsx": saved(sheet),
        "a.pptx": saved(slides),
        "a.html": "<html><body><p>退货</p><table><tr><td>a<td>b</table></body></html>".encode(),
        "a.eml": b"From: a@b.c\nSubject: =?utf-8?B?5byg5LiJ?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b--\n",
    }


GOOD: Final = good_files()


def encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(GOOD["a.pdf"])))
    writer.encrypt("geheim", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def looping_pdf() -> bytes:
    """A page tree that is its own child."""
    return GOOD["a.pdf"].replace(b"/Kids [8 0 R 10 0 R]", b"/Kids [2 0 R 2 0 R ]")


HOSTILE: Final[Mapping[str, tuple[str, bytes]]] = {
    "zip bomb in Word": ("a.docx", docx_with(b"<w:p/>" * 20_000_000)),
    "zip bomb in Excel": (
        "a.xlsx",
        zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a>" + b"0" * 70_000_000}),
    ),
    "many small bombs": (
        "a.pptx",
        zipped({"[Content_Types].xml": b"<a/>", **{f"ppt/{n}.xml": b"<a/>" for n in range(2_500)}}),
    ),
    "external entity": ("a.docx", docx_with(b"<w:p/>", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>')),
    "billion laughs": ("a.docx", docx_with(b"<w:p><w:r><w:t>&lol9;</w:t></w:r></w:p>", LAUGHS)),
    "cut PDF": ("a.pdf", GOOD["a.pdf"][:300]),
    "cut Word": ("a.docx", GOOD["a.docx"][:-200]),
    "encrypted PDF": ("a.pdf", encrypted_pdf()),
    "PDF that loops": ("a.pdf", looping_pdf()),
    "random bytes": ("a.pdf", random.Random(7).randbytes(2_000)),
    "empty": ("a.docx", b""),
    "wrong ending": ("../../a.pdf", GOOD["a.docx"].replace(b"word/", b"wort/")),
    "PDF header alone": ("a.pdf", b"%PDF-1.7\n"),
    "zip that is no Office file": ("a.xlsx", zipped({"evil.sh": b"rm -rf /"})),
    "nested JSON": ("a.json", b"[" * 1_000_000),
    "nested Word tables": ("a.docx", docx_with(b"<w:tbl><w:tr><w:tc>" * 3_000 + b"</w:tc></w:tr></w:tbl>" * 3_000)),
    "nested mail": (
        "a.eml",
        b"From: a@b.c\nTo: b@b.c\nContent-Type: message/rfc822\n\n" + b"Content-Type: message/rfc822\n\n" * 3_000,
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(wall_seconds=30, cpu_seconds=20)) as sandbox:
        yield sandbox


def outcome(sandbox: Sandbox, folder: Path, name: str, content: bytes) -> ParsedDocument | str:
    """The document, or the reason. Anything else that is raised fails the test."""
    path = folder / "blob"
    path.write_bytes(content)
    try:
        return sandbox.parse(path, name)
    except (ParseFailed, InvalidInput) as error:
        return str(error)


def assert_reads_good_files(sandbox: Sandbox, folder: Path) -> None:
    document = outcome(sandbox, folder, "good.txt", "七天内可以退货。".encode())

    assert isinstance(document, ParsedDocument)


class TestHostileFile:
    @pytest.mark.parametrize("what", HOSTILE)
    def test_is_refused_with_a_reason(self, sandbox: Sandbox, tmp_path: Path, what: str) -> None:
        """In both languages, within seconds, and the next file is read."""
        name, content = HOSTILE[what]
        started = time.monotonic()

        reason = outcome(sandbox, tmp_path, name, content)

        assert isinstance(reason, str)
        assert "。" in reason
        assert time.monotonic() - started < 25
        assert_reads_good_files(sandbox, tmp_path)

    def test_good_files_are_good(self, sandbox: Sandbox, tmp_path: Path) -> None:
        """The files that are broken below are whole before."""
        for name, content in GOOD.items():
            assert isinstance(outcome(sandbox, tmp_path, name, content), ParsedDocument), name


class TestBrokenFile:
    @pytest.mark.parametrize("name", GOOD)
    def test_cut_anywhere(self, sandbox: Sandbox, tmp_path: Path, name: str) -> None:
        """A file that was cut gives what is left, or a reason."""
        content = GOOD[name]
        for percent in (1, 20, 50, 80, 99):
            assert outcome(sandbox, tmp_path, name, content[: max(1, len(content) * percent // 100)])
        assert_reads_good_files(sandbox, tmp_path)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        name=st.sampled_from(sorted(GOOD)),
        places=st.lists(st.floats(0, 0.999), min_size=1, max_size=8),
        byte=st.integers(0, 255),
    )
    def test_with_bytes_changed_anywhere(
        self, sandbox: Sandbox, tmp_path: Path, name: str, places: list[float], byte: int
    ) -> None:
        """Whatever is changed, the outcome is a document or a reason."""
        content = bytearray(GOOD[name])
        for place in places:
            content[int(place * len(content))] = byte

        assert outcome(sandbox, tmp_path, name, bytes(content))


class TestFolderOfHostileFiles:
    @pytest.mark.slow
    def test_every_file_ends_well(self, sandbox: Sandbox, tmp_path: Path) -> None:
        """A document or a reason for each, and a good file is read after each."""
        folder = os.environ.get(FOLDER)
        if not folder:
            pytest.skip(f"{FOLDER} names no folder of hostile files")
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        assert files, f"{FOLDER} is an empty folder"

        for path in files:
            name = path.name.removesuffix(".sample")
            assert outcome(sandbox, tmp_path, name, path.read_bytes()), path
            assert_reads_good_files(sandbox, tmp_path)
