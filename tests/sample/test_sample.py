"""The sample is complete, readable, and its gold answers stand in the documents they name."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from email import policy
from email.parser import BytesParser
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import docx
import openpyxl
import pptx
import pytest
from pypdf import PdfReader
from selectolax.lexbor import LexborHTMLParser

from sample import DEMO_QUESTIONS, FOLDER

DOCUMENTS: Final = FOLDER / "documents"
PUBLIC: Final = sorted((DOCUMENTS / "public").iterdir())
INTERNAL: Final = sorted((DOCUMENTS / "internal").iterdir())
OLDER: Final = sorted((DOCUMENTS / "older").iterdir())
PDFS: Final = sorted(DOCUMENTS.rglob("*.pdf"))
ENCODINGS: Final = {"KT-17召回公告.txt": "gb18030", "海灣概念店公告.txt": "big5"}


@lru_cache(maxsize=16)
def pdf_pages(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]


def read_docx(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def read_pptx(path: Path) -> str:
    texts: list[str] = []
    for slide in pptx.Presentation(str(path)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                texts.append(shape.text_frame.text)
            if shape.has_table:
                texts.extend(cell.text for row in shape.table.rows for cell in row.cells)
        if slide.has_notes_slide:
            texts.append(slide.notes_slide.notes_text_frame.text)
    return "\n".join(texts)


def read_xlsx(path: Path) -> str:
    book = openpyxl.load_workbook(path, read_only=True)
    return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None)


def read_eml(path: Path) -> str:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    body = message.get_body(("plain",))
    assert body is not None
    return f"{message['Subject']}\n{body.get_content()}"


def read_plain(path: Path) -> str:
    return path.read_bytes().decode(ENCODINGS.get(path.name, "utf-8-sig"))


READERS: Final[Mapping[str, Callable[[Path], str]]] = {
    ".pdf": lambda path: "\n".join(pdf_pages(path)),
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".xlsx": read_xlsx,
    ".eml": read_eml,
    ".html": lambda path: LexborHTMLParser(path.read_bytes()).text(separator="\n"),
    ".csv": read_plain,
    ".md": read_plain,
    ".txt": read_plain,
    ".jsonl": read_plain,
}


def comparable(text: str) -> str:
    """Without blanks and thousands separators, so that a line break in a PDF or a number format doesn't matter."""
    return re.sub(r"(?<=\d),(?=\d{3})|\s", "", unicodedata.normalize("NFKC", text)).lower()


@lru_cache(maxsize=64)
def text_of(path: Path) -> str:
    return comparable(READERS[path.suffix](path))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def questions() -> list[dict[str, Any]]:
    return lines_of(FOLDER / "questions.jsonl")


def pairs() -> list[list[str]]:
    """Rows of standard question, similar, negative, answer, valid from, valid until."""
    with (FOLDER / "qa" / "常见问题.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    book = openpyxl.load_workbook(FOLDER / "qa" / "产品问答-product-qa.xlsx", read_only=True)
    for sheet in book:
        rows += [[str(cell or "") for cell in row] for row in list(sheet.values)[1:]]
    for pair in lines_of(FOLDER / "qa" / "faq-en.jsonl"):
        rows.append([value if isinstance(value, str) else json.dumps(value or "") for value in pair.values()])
    return rows


def tickets() -> list[tuple[str, str, str]]:
    """Question, resolution and date of every ticket."""
    with (FOLDER / "tickets" / "tickets.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["问题"], row["处理结果"], row["日期"]) for row in csv.DictReader(file)]
    english = lines_of(FOLDER / "tickets" / "tickets.jsonl")
    return rows + [(ticket["question"], ticket["resolution"], ticket["date"]) for ticket in english]


class TestDocuments:
    def test_come_in_every_format(self) -> None:
        """Each format that ingest reads has at least one document; PDF has four or more."""
        formats = Counter(path.suffix for path in PUBLIC + INTERNAL)

        assert set(formats) == {".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".html", ".md", ".txt", ".eml"}
        assert formats[".pdf"] >= 4
        assert len(PUBLIC) + len(INTERNAL) >= 25

    @pytest.mark.parametrize("path", PUBLIC + INTERNAL + OLDER, ids=lambda path: path.name)
    def test_have_something_to_say(self, path: Path) -> None:
        """No document is a stub, none is large, and none holds a replacement character."""
        text = text_of(path)

        assert len(text) >= 400
        assert "\ufffd" not in text
        assert path.stat().st_size < 300_000

    def test_are_small_together(self) -> None:
        """The whole sample stays under 3 MB."""
        assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 3_000_000

    def test_of_the_chinese_encodings_cannot_be_read_as_utf_8(self) -> None:
        """The GB18030 and the Big5 file need a reader that recognises them."""
        for name in ENCODINGS:
            with pytest.raises(UnicodeDecodeError):
                (DOCUMENTS / "public" / name).read_text(encoding="utf-8")

    def test_that_are_older_differ_from_their_successors(self) -> None:
        """An older version has the same file name, other bytes and other terms."""
        terms = {
            "退换货政策.pdf": ("7 天内，商品完好", "15 天内，商品完好"),
            "配送说明.docx": ("满 199 元", "满 99 元"),
        }

        assert {path.name for path in OLDER} == set(terms)
        for name, (old, new) in terms.items():
            before, after = text_of(DOCUMENTS / "older" / name), text_of(DOCUMENTS / "public" / name)
            assert comparable(old) in before
            assert comparable(old) not in after
            assert comparable(new) in after
            assert comparable(new) not in before


class TestPdfs:
    @pytest.mark.parametrize("path", PDFS, ids=lambda path: f"{path.parent.name}-{path.name}")
    def test_have_several_pages_of_text(self, path: Path) -> None:
        """Each page gives text, with the page header on it."""
        pages = pdf_pages(path)

        assert len(pages) >= 2
        assert len({page.splitlines()[0] for page in pages}) == 1

    @pytest.mark.parametrize("path", PDFS, ids=lambda path: f"{path.parent.name}-{path.name}")
    def test_give_characters_and_not_radicals(self, path: Path) -> None:
        """A character that is also a radical comes out as the character."""
        text = "".join(pdf_pages(path))

        assert not [character for character in text if "\u2e80" <= character <= "\u2fdf"]

    @pytest.mark.parametrize(
        ("name", "page", "fact"),
        [
            ("RX-200系列用户手册.pdf", 4, "E11 尘袋已满或未装好"),
            ("RX-200系列用户手册.pdf", 1, "电池容量 3,200 mAh 5,200 mAh"),
            ("退换货政策.pdf", 2, "原包装彩盒缺失的，每件扣包装费 30 元"),
            ("AP-35G-User-Manual.pdf", 1, "CADR, particles 350 m³/h"),
        ],
    )
    def test_have_a_fact_on_its_page(self, name: str, page: int, fact: str) -> None:
        """The page that an answer will cite is the one where the fact stands."""
        pages = [comparable(text) for text in pdf_pages(DOCUMENTS / "public" / name)]

        assert [number for number, text in enumerate(pages, start=1) if comparable(fact) in text] == [page]


class TestPairs:
    def test_are_sixty_with_different_questions(self) -> None:
        """Thirty Chinese, fourteen mixed, sixteen English; every one with question and answer."""
        rows = pairs()

        assert len(rows) == 60
        assert len({row[0] for row in rows}) == 60
        assert all(row[0] and row[3] for row in rows)

    def test_have_other_wordings_counter_examples_and_dates(self) -> None:
        """Similar questions are the rule, negative ones frequent, and some answers have expired."""
        rows = pairs()

        assert all(len(row[1]) > 2 for row in rows)
        assert sum(len(row[2]) > 2 for row in rows) >= 40
        assert sum(row[5].strip('"') != "" for row in rows) >= 4


class TestTickets:
    def test_are_two_hundred_and_no_two_alike(self) -> None:
        """Every ticket has its own wording, a resolution and a date."""
        all_tickets = tickets()

        assert len(all_tickets) == 200
        assert len({question for question, _, _ in all_tickets}) == 200
        assert len({resolution for _, resolution, _ in all_tickets}) == 200
        assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", day) for _, _, day in all_tickets)


class TestQuestions:
    @pytest.mark.parametrize("question", [q for q in questions() if q["answerable"]], ids=lambda q: q["id"])
    def test_with_an_answer_have_it_in_their_document(self, question: dict[str, Any]) -> None:
        """What a right answer must contain stands in the document that is named."""
        (path,) = [
            path
            for folder in (DOCUMENTS / "public", DOCUMENTS / "internal", FOLDER / "qa")
            for path in folder.glob(question["document"])
        ]

        assert question["expected"]
        assert [text for text in question["expected"] if comparable(text) not in text_of(path)] == []
        assert (path.parent.name == "internal") == (question["audience"] == "internal")

    def test_without_an_answer_name_no_document(self) -> None:
        """They are asked by customers, and nothing is expected."""
        unanswerable = [question for question in questions() if not question["answerable"]]

        assert len(unanswerable) >= 20
        assert all(q["document"] is None and not q["expected"] and q["audience"] == "public" for q in unanswerable)

    def test_are_asked_in_both_languages(self) -> None:
        """Each with an id of its own, in Chinese and English."""
        asked = questions()

        assert len({question["id"] for question in asked}) == len(asked)
        assert Counter(question["language"] for question in asked)["en"] >= 20

    def test_ask_about_every_document(self) -> None:
        """No document lies in the sample without a question to it."""
        assert {path.name for path in PUBLIC + INTERNAL} <= {question["document"] for question in questions()}

    def test_for_the_demo_are_one_of_each_kind(self) -> None:
        """A pair's standard question, a question to a PDF, and one without an answer."""
        verbatim, quoted, unanswerable = DEMO_QUESTIONS
        by_text = {question["question"]: question for question in questions()}

        assert verbatim in {row[0] for row in pairs()}
        assert by_text[quoted]["document"].endswith(".pdf")
        assert not by_text[unanswerable]["answerable"]
