"""Documents made for tests, good and hostile."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from pathlib import Path

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook
from PIL import Image, ImageDraw, ImageFont
from pptx import Presentation
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
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


def numbered_docx(path: Path, definitions: str, paragraphs: str, styles: str = "") -> Path:
    """Write a Word document of `w:p` elements with lists of its own, as numbering.xml has them."""
    plain = path.with_suffix(".plain")
    document = Document()
    for element in parse_xml(f"<w:body {nsdecls('w')}>{paragraphs}</w:body>"):
        document.element.body.insert(len(document.element.body) - 1, element)
    for style in parse_xml(f"<w:styles {nsdecls('w')}>{styles}</w:styles>"):
        document.styles.element.append(style)
    document.save(str(plain))
    numbering = f"<w:numbering {nsdecls('w')}>{definitions}</w:numbering>".encode()
    return rewritten(plain, path, "word/numbering.xml", lambda _: numbering)


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


def pptx(path: Path) -> Path:
    """Write a presentation: a slide with title, table and notes, and one with a group of boxes."""
    presentation = Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[5])
    first.shapes.title.text = "請假規定"
    table = first.shapes.add_table(1, 2, 0, 0, 99, 99).table
    table.cell(0, 0).text = "特別休假"
    table.cell(0, 1).text = "七日"
    first.notes_slide.notes_text_frame.text = "提醒三天前申請"
    second = presentation.slides.add_slide(presentation.slide_layouts[6])
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 99, 99).text_frame.text = "加班應事前核准"
    presentation.save(str(path))
    return path


def smart_art_pptx(path: Path, *points: str) -> Path:
    """Write a presentation of one slide with a diagram of `points`."""
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    inner = "".join(
        f"<dgm:pt><dgm:t><a:p><a:r><a:t>{point}</a:t></a:r></a:p></dgm:t></dgm:pt>"
        for point in points
    )
    model = f'<dgm:dataModel xmlns:dgm="{drawing}/diagram" xmlns:a="{drawing}/main">{inner}'
    part = Part(
        PackURI("/ppt/diagrams/data1.xml"),
        "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml",
        presentation.part.package,
        f"{model}<dgm:pt/></dgm:dataModel>".encode(),
    )
    slide.part.relate_to(
        part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"
    )
    presentation.save(str(path))
    return path


def xlsx(path: Path) -> Path:
    """Write a workbook of three sheets, the second of which is hidden."""
    workbook = Workbook()
    leave = workbook.active
    leave.title = "請假"
    leave.append(["假別", "日數", "生效"])
    leave.append(["特別休假", 7, date(2026, 1, 1)])
    leave.append(["半日\n事假", 0.5, None, True])
    hidden = workbook.create_sheet("選單")
    hidden.append(["不給人看"])
    hidden.sheet_state = "hidden"
    workbook.create_sheet("加班").append([None, "平日加班"])
    workbook.save(path)
    return path


def eml(path: Path, *attachments: Path) -> Path:
    """Write a message in Big5 with attached files."""
    message = EmailMessage()
    message["Subject"] = "請假通知"
    message["From"] = "人資 <hr@example.com>"
    message["To"] = "all@example.com"
    message["Message-ID"] = "<1@example.com>"
    message.set_content("下週一放假。", charset="big5")
    message.add_alternative("<p>下週一<b>放假</b>。</p>", subtype="html")
    for file in attachments:
        message.add_attachment(
            file.read_bytes(), maintype="application", subtype="octet-stream", filename=file.name
        )
    path.write_bytes(message.as_bytes())
    return path


def picture(text: str) -> Image.Image:
    """Return a picture of a line of Latin text."""
    made = Image.new("L", (1240, 400), 255)
    ImageDraw.Draw(made).text((60, 120), text, font=ImageFont.load_default(size=60), fill=0)
    return made


def scanned_pdf(path: Path, text: str) -> Path:
    """Write a PDF whose only page is a picture of `text`, and a page of text behind it."""
    canvas = Canvas(str(path))
    canvas.drawInlineImage(picture(text), 0, 500, width=595, height=192)
    canvas.showPage()
    canvas.drawString(72, 700, "Typed on the second page")
    canvas.save()
    return path


def rewritten(source: Path, target: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Copy a zip with one part changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return target
