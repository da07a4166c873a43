"""Build the sample documents from their texts: `python samples/build.py [FOLDER]`.

The same text always gives the same bytes, so a rebuilt sample shows no difference.
"""

from __future__ import annotations

import csv
import html
import io
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import xlsxwriter
from docx import Document
from pptx import Presentation
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

HERE = Path(__file__).parent
TEXTS = HERE / "text"

_EPOCH = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Line:
    """A line of a text: `level` 1 to 3 for headings, else 0; `item` for members of a list."""

    text: str
    level: int = 0
    item: bool = False


def lines(source: Path) -> Iterator[Line]:
    """Yield the lines of a text that are not empty."""
    for raw in source.read_text(encoding="utf-8").splitlines():
        marks, _, rest = raw.partition(" ")
        if marks in {"#", "##", "###"}:
            yield Line(rest, level=len(marks))
        elif marks == "-":
            yield Line(rest, item=True)
        elif raw:
            yield Line(raw)


def pdf(font: str) -> Callable[[Path, Path], None]:
    """Return a writer of PDFs in `font`, one of the fonts that every reader brings along."""

    def write(source: Path, target: Path) -> None:
        if font not in pdfmetrics.standardFonts:
            pdfmetrics.registerFont(UnicodeCIDFont(font))
        title = next(lines(source)).text
        document = SimpleDocTemplate(
            str(target),
            pagesize=A4,
            leftMargin=25 * mm,
            rightMargin=25 * mm,
            title=title,
            author="",
            invariant=1,
        )
        document.build(
            list(_flowables(source, font)), onFirstPage=_page_number, onLaterPages=_page_number
        )

    return write


def _flowables(source: Path, font: str) -> Iterator[Paragraph | Spacer]:
    wrap = None if font in pdfmetrics.standardFonts else "CJK"
    for line in lines(source):
        size = {0: 11, 1: 18, 2: 14, 3: 12}[line.level]
        style = ParagraphStyle(
            "line",
            fontName=font,
            fontSize=size,
            leading=size * 1.6,
            wordWrap=wrap,
            alignment=TA_JUSTIFY if line.level == 0 else 0,
            spaceBefore=8 if line.level else 0,
            keepWithNext=int(line.level > 0),
        )
        yield Paragraph(html.escape(line.text), style)
        yield Spacer(1, 4)


def _page_number(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 9)
    canvas.drawCentredString(A4[0] / 2, 12 * mm, f"- {document.page} -")


def docx(source: Path, target: Path) -> None:
    """Write a Word document with heading styles and lists."""
    document = Document()
    for line in lines(source):
        if line.level:
            document.add_heading(line.text, line.level)
        else:
            document.add_paragraph(line.text, style="List Bullet" if line.item else None)
    buffer = io.BytesIO()
    document.save(buffer)
    _settle(buffer, target)


def _settle(buffer: io.BytesIO, target: Path) -> None:
    """Write a zip whose parts are all of the same day."""
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(target, "w") as settled:
        for name in written.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            settled.writestr(entry, written.read(name), zipfile.ZIP_DEFLATED)


def pptx(source: Path, target: Path) -> None:
    """Write a presentation with a slide for each heading."""
    presentation = Presentation()
    for line in lines(source):
        if line.level:
            slide = presentation.slides.add_slide(presentation.slide_layouts[1])
            slide.shapes.title.text = line.text
            frame = slide.placeholders[1].text_frame
            frame.text = ""
        else:
            paragraph = frame.add_paragraph() if frame.text else frame.paragraphs[0]
            paragraph.text = line.text
    buffer = io.BytesIO()
    presentation.save(buffer)
    _settle(buffer, target)


def _table(source: Path) -> list[list[str]]:
    return [line.text.split(" | ") for line in lines(source)]


def xlsx(source: Path, target: Path) -> None:
    """Write a workbook of one sheet with a row for each line."""
    with xlsxwriter.Workbook(target) as workbook:
        workbook.set_properties({"created": datetime(*_EPOCH, tzinfo=UTC)})
        sheet = workbook.add_worksheet("假別")
        for number, cells in enumerate(_table(source)):
            sheet.write_row(number, 0, cells)


def comma_separated(source: Path, target: Path) -> None:
    """Write the table as a spreadsheet of a Taiwanese office exports it."""
    with target.open("w", encoding="big5", newline="") as file:
        csv.writer(file).writerows(_table(source))


def mail(source: Path, target: Path) -> None:
    """Write a message whose fields are the lines before the first empty one."""
    head, _, body = source.read_text(encoding="utf-8").partition("\n\n")
    message = EmailMessage()
    for field in head.splitlines():
        name, _, value = field.partition(": ")
        message[name] = value
    message["Message-ID"] = "<party@example.com>"
    message.set_content(body)
    target.write_bytes(message.as_bytes())


def web_page(source: Path, target: Path) -> None:
    """Write an HTML page."""
    body = "\n".join(map(_element, lines(source)))
    title = html.escape(next(lines(source)).text)
    target.write_text(
        f'<!DOCTYPE html>\n<html lang="zh-Hant">\n<head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body>\n{body}\n</body>\n</html>\n",
        encoding="utf-8",
    )


def _element(line: Line) -> str:
    tag = f"h{line.level}" if line.level else "li" if line.item else "p"
    return f"<{tag}>{html.escape(line.text)}</{tag}>"


def big5(source: Path, target: Path) -> None:
    """Write plain text as older office programs in Taiwan save it."""
    target.write_text(
        "\r\n".join(line.text for line in lines(source)) + "\r\n", encoding="big5", newline=""
    )


def markdown(source: Path, target: Path) -> None:
    """Write the text as it is."""
    shutil.copyfile(source, target)


SAMPLES = {
    "員工手冊 2026.pdf": ("employee-handbook.zh-TW.md", pdf("MSung-Light")),
    "就業規則.pdf": ("work-rules.ja.md", pdf("HeiseiMin-W3")),
    "Travel and Expense Policy.pdf": ("travel-and-expenses.en.md", pdf("Helvetica")),
    "新進人員報到指南.docx": ("onboarding.zh-TW.md", docx),
    "遠距工作辦法.md": ("remote-work.zh-TW.md", markdown),
    "福利制度總覽.html": ("benefits.zh-TW.md", web_page),
    "職場安全訓練.pptx": ("safety-training.zh-TW.md", pptx),
    "假別一覽表.xlsx": ("leave-table.zh-TW.md", xlsx),
    "假別一覽表.csv": ("leave-table.zh-TW.md", comma_separated),
    "Year-end party.eml": ("year-end-party.en.md", mail),
    "資訊安全公告.txt": ("security-notice.zh-TW.md", big5),
}


def build(folder: Path) -> None:
    """Write every sample into `folder`."""
    for name, (source, write) in SAMPLES.items():
        write(TEXTS / source, folder / name)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
