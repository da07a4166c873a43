from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import UnusableNameError
from api.names import MAX_BYTES, safe_file_name


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("員工手冊 (1)+v2.pdf", "員工手冊 (1)+v2.pdf"),
        ("就業規則＿最新版.docx", "就業規則＿最新版.docx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\王小明\\請假單.pdf", "請假單.pdf"),
        ("/uploads/other-id_x.md", "other-id_x.md"),
        ("a\0b\r\nc.pdf", "abc.pdf"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("\u2066\u200fhidden\u2069.txt", "hidden.txt"),
        ("\ufeffbom\u200b.txt", "bom.txt"),
        ("家族👨‍👩‍👧👍🏽.pdf", "家族👨‍👩‍👧👍🏽.pdf"),
        ("می‌خواهم.pdf", "می‌خواهم.pdf"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("  spaced .pdf. ", "spaced .pdf"),
        ("\u3000全形空白.pdf\u3000", "全形空白.pdf"),
        ("lone\ud800surrogate.txt", "lonesurrogate.txt"),
        ("not\ufffeXML\U0001ffff.txt", "notXML.txt"),
    ],
)
def test_names_lose_only_what_misleads_or_breaks(raw: str, safe: str) -> None:
    assert safe_file_name(raw) == safe


@pytest.mark.parametrize("raw", ["", "/", "..", "\0", " . ", "dir/", "\u202e\u2066"])
def test_names_without_a_usable_character_are_refused(raw: str) -> None:
    with pytest.raises(UnusableNameError):
        safe_file_name(raw)


def test_a_long_name_keeps_its_suffix_and_whole_characters() -> None:
    name = safe_file_name("規" * 300 + ".PDF")

    assert name == "規" * 83 + ".PDF"
    assert len(name.encode()) == 253


def test_a_long_name_whose_suffix_means_nothing_is_cut_at_the_end() -> None:
    assert safe_file_name("a." + "b" * 300) == "a." + "b" * 253


@settings(deadline=None)
@given(st.text(st.characters(), max_size=400))
def test_any_name_becomes_safe_and_stays_as_it_is(raw: str) -> None:
    try:
        name = safe_file_name(raw)
    except UnusableNameError:
        return
    assert 0 < len(name.encode()) <= MAX_BYTES
    assert not set(name) & set("/\\\0\r\n\u202e")
    assert unicodedata.is_normalized("NFC", name)
    assert safe_file_name(name) == name
