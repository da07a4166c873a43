from __future__ import annotations

import pytest

from loadtests.documents import read


def test_reads_documents_in_the_order_of_their_names(tmp_path):
    (tmp_path / "b.txt").write_text("乙", encoding="utf-8")
    (tmp_path / "a.md").write_text("甲", encoding="utf-8")
    (tmp_path / "build.py").write_text("", encoding="utf-8")
    first, second = read(tmp_path)
    assert (first.name, first.content.decode(), first.media_type) == ("a.md", "甲", "text/markdown")
    assert (second.name, second.media_type) == ("b.txt", "text/plain")


def test_a_directory_without_documents_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no document"):
        read(tmp_path)
