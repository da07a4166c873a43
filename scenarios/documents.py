"""Documents that scenarios upload: the project's samples, and some made for the purpose."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
CORPORA = ROOT.parent / "shared" / "corpora"


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    content: bytes

    @classmethod
    def read(cls, path: Path) -> Document:
        return cls(path.name, path.read_bytes())


def handbook() -> Document:
    """Return the sample that is a Chinese PDF of several pages."""
    return Document.read(SAMPLES / "員工手冊 2026.pdf")


def markdown(sentence: str, name: str = "規章.md") -> Document:
    """Return a document with `sentence` in it, different from every other one."""
    paragraphs = (
        f"# 員工手冊 {uuid.uuid4()}",
        "本章說明公司的制度。",
        sentence,
        "其餘依公告辦理。",
    )
    return Document(name, "\n\n".join(paragraphs).encode())


def pdf(*pages: str) -> bytes:
    """Return a PDF with a line of Latin text a page."""
    file = io.BytesIO()
    canvas = Canvas(file, invariant=True)
    for page in pages:
        canvas.drawString(72, 720, page)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def large_pdf(size: int, sentence: str) -> Document:
    """Return a PDF of a little more than `size` bytes, nearly all of them in an attachment."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(sentence))))
    writer.add_attachment("padding.bin", bytes(size))  # which pypdf does not compress
    file = io.BytesIO()
    writer.write(file)
    return Document("large.pdf", file.getvalue())


def broken_pdf() -> Document:
    """Return a PDF that ends in the middle of its first object."""
    return Document("broken.pdf", pdf("never read")[:60])


def encrypted_pdf() -> Document:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("Salaries of the board"))))
    writer.encrypt("a password nobody gave us", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return Document("encrypted.pdf", file.getvalue())


def scanned_pdf() -> Document:
    """Return a PDF with a page that holds a drawing and no text."""
    file = io.BytesIO()
    canvas = Canvas(file, invariant=True)
    canvas.rect(72, 72, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    return Document("scan.pdf", file.getvalue())
