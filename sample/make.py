"""Makes the binary files of the sample from the texts in `sources/`: `python -m sample.make`.

The results are committed, so only who edits a source needs to run this. Beyond the product's own
packages it needs `fonttools` (`pip install fonttools`), `playwright` (extra `test`), the fonts of
Debian's `fonts-noto-cjk` and Debian's `chromium`. On one machine the results are the same to the byte.

A source is Markdown with a front matter: `file` (the result, relative to this folder), `title`,
and by format `header`, `footer` and `page`, `encoding`, or `from`, `to` and `date`. In a workbook a heading is a sheet, a paragraph a merged row;
in a presentation a second-level heading is a slide and a block quote its speaker notes.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final

import docx
import openpyxl
import pptx
from docx.oxml.ns import qn
from docx.shared import Pt as DocxPt
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable
from markdown_it import MarkdownIt
from openpyxl.styles import Alignment, Font, PatternFill
from playwright.sync_api import Browser, sync_playwright
from pptx.util import Inches, Pt
from pypdf import PdfReader, PdfWriter

FOLDER: Final = Path(__file__).resolve().parent
CHROMIUM: Final = "/usr/bin/chromium"
NOTO: Final = Path("/usr/share/fonts/opentype/noto")
STAMP: Final = datetime(2026, 3, 1, tzinfo=UTC)
"""Stands for the time of making in every file, so that two runs give the same bytes."""

MARKDOWN: Final = MarkdownIt("commonmark").enable("table")

STYLE: Final = """
@font-face { font-family: Sample; font-weight: 400; src: url(data:font/ttf;base64,%(regular)s); }
@font-face { font-family: Sample; font-weight: 700; src: url(data:font/ttf;base64,%(bold)s); }
@page { size: A4; margin: 24mm 20mm 22mm;
  @top-left { content: "%(header)s"; font: 8.5pt Sample; color: #567; }
  @bottom-left { content: "%(footer)s"; font: 8pt Sample; color: #567; }
  @bottom-right { content: "%(page)s"; font: 8pt Sample; color: #567; } }
body { font: 10.5pt/1.7 Sample; color: #1b2733; }
h1 { font-size: 20pt; margin: 0 0 6mm; padding-bottom: 3mm; border-bottom: 1.2mm solid #2c7a7b; }
h2 { font-size: 13.5pt; margin: 8mm 0 2mm; color: #235e5f; break-after: avoid; }
h3 { font-size: 11.5pt; margin: 5mm 0 1mm; break-after: avoid; }
table { width: 100%%; border-collapse: collapse; margin: 3mm 0; font-size: 9.5pt; }
th { background: #e3f1f0; text-align: left; white-space: nowrap; }
th, td { border: 0.25mm solid #a9bdc2; padding: 1.2mm 2mm; vertical-align: top; }
td.short { white-space: nowrap; }
tr { break-inside: avoid; }
blockquote { margin: 3mm 0; padding: 1mm 4mm; background: #fff6e5; border-left: 1mm solid #d69e2e; }
"""


_HINTING_LIMITS: Final = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
)
"""Fields that `maxp` needs in a TrueType font; the outlines carry no instructions."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text with what its front matter says."""

    target: Path
    fields: dict[str, str]
    body: str

    @property
    def title(self) -> str:
        """The document's title."""
        return self.fields["title"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, paragraph, list item, note (block quote) or table (rows, the first is the head)."""

    kind: str
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def read_source(path: Path) -> Source:
    """Split a source into its front matter and its text."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = dict(re.findall(r"^(\w+): *(.*)$", front, re.MULTILINE))
    return Source(FOLDER / fields["file"], fields, body.strip() + "\n")


def pieces(body: str) -> Iterator[Piece]:
    """The text as a flat series of pieces in reading order."""
    tokens = MARKDOWN.parse(body)
    kinds: list[tuple[str, int]] = []
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "table_close":
            yield Piece("table", rows=tuple(tuple(row) for row in rows))
        elif token.type in {"heading_open", "list_item_open", "blockquote_open", "td_open", "th_open"}:
            kinds.append((token.type.removesuffix("_open"), int(token.tag[1]) if token.tag[1:].isdigit() else 0))
        elif token.type in {"heading_close", "list_item_close", "blockquote_close", "td_close", "th_close"}:
            kinds.pop()
        elif token.type == "inline":
            kind, level = kinds[-1] if kinds else ("paragraph", 0)
            text = token.content.replace("**", "").replace("\n", " ")
            if kind in {"td", "th"}:
                rows[-1].append(text)
            else:
                yield Piece(kind, text, level)


def make_pdf(source: Source, browser: Browser) -> bytes:
    """Print the text with its own subset of the font."""
    page_number = source.fields.get("page", "%s / %s") % ('" counter(page) "', '" counter(pages) "')
    html = _keep_short_cells(MARKDOWN.render(source.body))
    characters = set(html + source.fields["header"] + source.fields["footer"] + page_number + "0123456789")
    style = STYLE % {
        "regular": _font("NotoSansCJK-Regular.ttc", characters),
        "bold": _font("NotoSansCJK-Bold.ttc", characters),
        "header": source.fields["header"],
        "footer": source.fields["footer"],
        "page": page_number,
    }
    page = browser.new_page()
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{style}</style><body>{html}")
    page.evaluate("document.fonts.ready")
    printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=False, outline=False)
    page.close()
    return _without_time(printed, source.title)


def _keep_short_cells(html: str) -> str:
    """Short cells in the first two columns of a table don't wrap, so that a row's words stay on one line."""
    for row in re.findall(r"<tr>\n(<td>.*?)</tr>", html, re.DOTALL):
        kept = re.sub(r"<td>([^<]{1,16})</td>", r'<td class="short">\1</td>', row, count=2)
        html = html.replace(row, kept)
    return html


def _font(name: str, characters: set[str]) -> str:
    """The font with these characters alone, TrueType, in Base64.

    A full Noto font gives one glyph to several code points (用 U+7528 and the radical U+2F64), and a
    printed PDF then names the wrong one. A subset whose `cmap` lacks the radicals can't.
    """
    font = next(f for f in TTCollection(str(NOTO / name)).fonts if "SC" in f["name"].getDebugName(1))
    options = subset.Options(layout_features=[], notdef_outline=True, name_IDs=[1, 2, 4, 6], recalc_timestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(character) for character in characters if character.isprintable()])
    cutter.subset(font)
    _to_truetype(font)
    font.recalcTimestamp = False
    file = io.BytesIO()
    font.save(file, reorderTables=False)
    return base64.b64encode(file.getvalue()).decode("ascii")


def _to_truetype(font: TTFont) -> None:
    """Turn cubic outlines into quadratic ones, which Chromium embeds as a font instead of as drawings."""
    glyphs = font.getGlyphSet()
    order = font.getGlyphOrder()
    glyf = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyf.glyphs[name] = pen.glyph()
    font["glyf"] = glyf
    font["loca"] = newTable("loca")
    del font["CFF "]
    if "VORG" in font:
        del font["VORG"]
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    maxp.maxZones = 1
    for field in _HINTING_LIMITS:
        setattr(maxp, field, 0)
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\x00\x01\x00\x00"


def _without_time(printed: bytes, title: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(printed)))
    stamp = STAMP.strftime("D:%Y%m%d%H%M%SZ")
    writer.metadata = {"/Title": title, "/Author": "汀禾智家 Tinghe Home", "/CreationDate": stamp, "/ModDate": stamp}
    writer.compress_identical_objects()
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def make_docx(source: Source) -> bytes:
    """A text document with styles, a page header and footer, and tables."""
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name = "Calibri"
    normal.font.size = DocxPt(10.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Microsoft YaHei")
    section = document.sections[0]
    section.header.paragraphs[0].text = source.fields["header"]
    section.footer.paragraphs[0].text = source.fields["footer"]
    for piece in pieces(source.body):
        if piece.kind == "table":
            _docx_table(document, piece.rows)
        elif piece.kind == "heading":
            document.add_heading(piece.text, level=piece.level)
        else:
            style = {"list_item": "List Bullet", "blockquote": "Intense Quote"}.get(piece.kind)
            document.add_paragraph(piece.text, style=style)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = source.title, "Tinghe Home", ""
    properties.created = properties.modified = STAMP
    file = io.BytesIO()
    document.save(file)
    return _repack(file.getvalue())


def _docx_table(document: Any, rows: tuple[tuple[str, ...], ...]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Light Grid Accent 1")
    for row, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_paragraph()


def make_pptx(source: Source) -> bytes:
    """One slide for each second-level heading; a block quote becomes the speaker notes."""
    deck = pptx.Presentation()
    slide: Any = None
    for piece in pieces(source.body):
        if piece.kind == "heading":
            slide = deck.slides.add_slide(deck.slide_layouts[0 if piece.level == 1 else 1])
            slide.shapes.title.text = piece.text
        elif piece.kind == "blockquote":
            slide.notes_slide.notes_text_frame.text = piece.text
        elif piece.kind == "table":
            _pptx_table(slide, piece.rows)
        else:
            _pptx_line(slide.placeholders[1].text_frame, piece.text)
    deck.core_properties.title, deck.core_properties.author = source.title, "Tinghe Home"
    deck.core_properties.created = deck.core_properties.modified = STAMP
    file = io.BytesIO()
    deck.save(file)
    return _repack(file.getvalue())


def _pptx_line(frame: Any, text: str) -> None:
    paragraph = frame.paragraphs[0] if not frame.text else frame.add_paragraph()
    paragraph.text = text
    paragraph.font.size = Pt(18)


def _pptx_table(slide: Any, rows: tuple[tuple[str, ...], ...]) -> None:
    body = slide.placeholders[1]
    top = Inches(1.7)
    if body.has_text_frame and not body.text_frame.text:
        body.element.getparent().remove(body.element)
    else:
        body.left, body.top, body.width, body.height = Inches(0.5), Inches(1.4), Inches(9), Inches(1.4)
        top = Inches(3.0)
    frame = slide.shapes.add_table(len(rows), len(rows[0]), Inches(0.5), top, Inches(9), Inches(0.4 * len(rows)))
    for y, values in enumerate(rows):
        for x, value in enumerate(values):
            cell = frame.table.cell(y, x)
            cell.text = value
            cell.text_frame.paragraphs[0].font.size = Pt(14)


def make_xlsx(source: Source) -> bytes:
    """One sheet for each heading; a paragraph is a row merged over all columns."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet: Any = None
    for piece in pieces(source.body):
        if piece.kind == "heading":
            sheet = book.create_sheet(piece.text)
        elif piece.kind == "table":
            _xlsx_table(sheet, piece.rows)
        else:
            sheet.append([piece.text])
    for sheet in book:
        _merge_titles(sheet)
    book.properties.creator, book.properties.title = "Tinghe Home", source.title
    book.properties.created = STAMP.replace(tzinfo=None)
    file = io.BytesIO()
    book.save(file)
    return _repack(file.getvalue())


def _xlsx_table(sheet: Any, rows: tuple[tuple[str, ...], ...]) -> None:
    for number, values in enumerate(rows):
        sheet.append([_number(value) for value in values])
        if number == 0:
            for cell in sheet[sheet.max_row]:
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", fgColor="E3F1F0")


def _number(value: str) -> str | int | float:
    """A cell of digits alone is a number, as a person would have typed it."""
    return (float(value) if "." in value else int(value)) if re.fullmatch(r"[1-9]\d*(\.\d+)?", value) else value


def _merge_titles(sheet: Any) -> None:
    for row in range(1, sheet.max_row + 1):
        if sheet.cell(row, 1).value is not None and all(
            sheet.cell(row, column).value is None for column in range(2, sheet.max_column + 1)
        ):
            sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=sheet.max_column)
            sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="center")
            sheet.row_dimensions[row].height = 32
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    for column in range(1, sheet.max_column + 1):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = 22


def _repack(data: bytes) -> bytes:
    """The same archive with one date on every entry and in the properties."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                stamp = STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name, date_time=STAMP.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return file.getvalue()


def make_text(source: Source) -> bytes:
    """Plain text in the encoding that the front matter names."""
    return source.body.replace("\n", "\r\n").encode(source.fields["encoding"])


def make_eml(source: Source) -> bytes:
    """A message with the text as plain text and as HTML."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = source.fields["from"], source.fields["to"]
    message["Subject"], message["Date"] = source.title, source.fields["date"]
    message["Message-ID"] = f"<{source.target.stem.encode().hex()[:24]}@tinghe.example>"
    message.set_content(re.sub(r"(?m)^#+ ", "", source.body), cte="base64")
    message.add_alternative(f"<html><body>{MARKDOWN.render(source.body)}</body></html>", subtype="html", cte="base64")
    message.set_boundary("tinghe-alternative-part")
    return message.as_bytes()


def make_all() -> list[Path]:
    """Write every result and return their paths."""
    written: list[Path] = []
    plain = {".docx": make_docx, ".pptx": make_pptx, ".xlsx": make_xlsx, ".txt": make_text, ".eml": make_eml}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        for path in sorted((FOLDER / "sources").glob("*.md")):
            source = read_source(path)
            suffix = source.target.suffix
            data = make_pdf(source, browser) if suffix == ".pdf" else plain[suffix](source)
            source.target.write_bytes(data)
            written.append(source.target)
        browser.close()
    return written


if __name__ == "__main__":
    make_all()
