from __future__ import annotations

from pathlib import Path

import pytest

from processor.garble import garbled


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 100,
        "Überstunden müssen genehmigt werden. " * 5,
        "員工請假Debian套件カタカナー漢字ー" * 5,
        "Работник обязан соблюдать правила внутреннего распорядка. " * 3,
        "근로자는 휴가를 신청할 수 있다. " * 5,
        "¿Cuántos días de vacaciones? El artículo 5º de la Constitución Española, según la ley. "
        * 3,
        "Température −5 °C ± 2 °C à 100 µm : « très élevée » — voir § 3. " * 5,
        "Ο εργαζόμενος δικαιούται ετήσια άδεια μετ' αποδοχών. " * 3,
    ],
)
def test_writing_is_not_garbled(text: str) -> None:
    assert not garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        "員工請假應事先申請。".encode().decode("cp1252", "replace") * 9,
        "員工請假應事先申請。".encode("big5").decode("latin-1") * 9,
        "".join(chr(ord(letter) - 29) for letter in "This is a font without a map. ") * 9,
        "ϓϩδΣΫτϝϯόʔͱͯ͠ɺ͋ΒΏΔࣄ͕ແ͘ਐΉΑ͏ʹ" * 3,
        "\ue001\ue002\ue003" * 20,
        "\ufffd" * 50,
    ],
)
def test_undecoded_fonts_are_garbled(text: str) -> None:
    assert garbled(text)


def test_real_manual_is_garbled_by_one_library_only(corpora: Path) -> None:
    import pypdf
    import pypdfium2

    path = corpora / "pdf" / "developers-reference.ja.pdf"
    with pypdf.PdfReader(path) as reader:
        assert garbled(reader.pages[20].extract_text())
    with pypdfium2.PdfDocument(path) as document:
        assert not garbled(document[20].get_textpage().get_text_range())
