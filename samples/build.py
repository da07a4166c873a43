"""Build the sample documents from their texts: `python samples/build.py [FOLDER]`.

The same text always gives the same bytes, so a rebuilt sample shows no difference.
"""

from __future__ import annotations

import html
import io
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docx import Document
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
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(target, "w") as settled:
        for name in written.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            settled.writestr(entry, written.read(name), zipfile.ZIP_DEFLATED)


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
    "資訊安全公告.txt": ("security-notice.zh-TW.md", big5),
}


def build(folder: Path) -> None:
    """Write every sample into `folder`."""
    for name, (source, write) in SAMPLES.items():
        write(TEXTS / source, folder / name)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
