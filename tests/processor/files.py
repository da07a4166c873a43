"""Documents made for tests, good and hostile."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from docx import Document
from pypdf import PdfReader, PdfWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "MSung-Light"


def pdf(path: Path, *pages: str) -> Path:
    """Write a PDF with a page for each text, a line for each of its lines."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = Canvas(str(path))
    for page in pages:
        text = canvas.beginText(72, 770)
        text.setFont(FONT, 11)
        text.textLines(page)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return path


def crowded_pdf(path: Path, characters: int) -> Path:
    """Write a PDF with that many tiny letters on its only page."""
    canvas = Canvas(str(path))
    text = canvas.beginText(10, 800)
    text.setFont("Courier", 0.5, 0.6)
    text.textLines(["x" * 1500] * (characters // 1500))
    canvas.drawText(text)
    canvas.save()
    return path


def encrypted_pdf(path: Path, password: str) -> Path:
    """Write a PDF that asks for `password`; everybody may open it if that is empty."""
    writer = PdfWriter(PdfReader(pdf(path, "Secret salaries")))
    writer.encrypt(password, "owner", algorithm="AES-256")
    writer.write(path)
    return path


def pdf_with_stream(path: Path, content: bytes) -> Path:
    """Write a PDF of one page that is drawn by flate-compressed `content`."""
    stream = zlib.compress(content, 9)
    return _raw_pdf(
        path,
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 99 99] >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        ],
    )


def pdf_of_many_pages(path: Path, count: int) -> Path:
    """Write a small PDF whose page tree names the same page `count` times."""
    kids = b"3 0 R " * count
    return _raw_pdf(
        path,
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>",
        ],
    )


def docx(path: Path) -> Path:
    """Write a Word document with a title, two levels of headings and a table."""
    document = Document()
    document.add_heading("員工手冊", 0)
    document.add_heading("請假", 1)
    document.add_paragraph("員工請假應事先申請。")
    document.add_heading("特別休假", 2)
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "年資與天數"
    table.cell(1, 0).text = "一年"
    table.cell(1, 1).text = "七日"
    document.add_paragraph("未休之日數折發工資。")
    document.save(str(path))
    return path


def zip_bomb(path: Path) -> Path:
    """Write a small Word document that says it unpacks to a gibibyte."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
        archive.infolist()[0].file_size = 2**30
    return path


def _raw_pdf(path: Path, objects: list[bytes]) -> Path:
    body = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, entries)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(body))
    path.write_bytes(body + table + trailer)
    return path
