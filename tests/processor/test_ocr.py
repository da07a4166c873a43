from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from processor import ocr
from processor.errors import Code, PermanentError
from processor.extract import extract, image
from processor.reader import read
from tests.processor import files

needs_tesseract = pytest.mark.skipif(
    not ocr.available(), reason="the program tesseract with chi_tra, jpn or eng is not installed"
)


@needs_tesseract
def test_scanned_page_is_read_between_typed_ones(tmp_path: Path) -> None:
    path = files.scanned_pdf(tmp_path / "a.pdf", "Annual leave policy 2026")
    scanned, typed = read(path, "a.pdf", 300)
    assert "Annual leave policy 2026" in scanned.text
    assert typed.text == "Typed on the second page"


@needs_tesseract
@pytest.mark.parametrize(("suffix", "frames"), [(".png", 1), (".jpg", 1), (".tiff", 2)])
def test_pictures_are_read(suffix: str, frames: int, tmp_path: Path) -> None:
    scan = files.picture("Overtime is paid")
    path = tmp_path / f"a{suffix}"
    scan.save(path, **({"save_all": True, "append_images": [scan]} if frames > 1 else {}))
    pages = read(path, "named.txt", 300)
    assert [page.number for page in pages] == list(range(1, frames + 1))
    assert all("Overtime is paid" in page.text for page in pages)


@needs_tesseract
def test_huge_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("1", (11_000, 11_000)).save(path)
    with pytest.raises(PermanentError) as error:
        read(path, "a.png", 300)
    assert error.value.code is Code.TOO_LARGE


@needs_tesseract
def test_real_chinese_page(corpora: Path, tmp_path: Path) -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(corpora / "pdf" / "maint-guide.zh-tw.pdf") as document:
        document[12].render(scale=200 / 72).to_pil().save(tmp_path / "a.png")
    (page,) = read(tmp_path / "a.png", "a.png", 300)
    assert "可能你已經選好了要製作的軟件包" in page.text


def test_without_the_program_a_picture_has_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.picture("unread").save(tmp_path / "a.png")
    monkeypatch.setattr(image.ocr, "available", lambda: False)
    with pytest.raises(PermanentError) as error:
        list(extract(tmp_path / "a.png", ".png"))
    assert error.value.code is Code.NO_TEXT


def test_spaces_between_chinese_characters_are_the_programs() -> None:
    assert ocr.joined("員 工 請 假 3 days。 下 週") == "員工請假 3 days。下週"
