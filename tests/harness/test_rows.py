from __future__ import annotations

from rich.text import Text

from harness.rows import print_rows


def test_a_program_reads_tabs_and_one_line_a_row(capsys):
    print_rows("Title", ("a", "b"), [(1, "two\nlines\tand a tab"), (Text("x", "bold"), "")])
    assert capsys.readouterr().out == "a\tb\n1\ttwo lines and a tab\nx\t\n"


def test_a_person_reads_a_table(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_rows("Title", ("a",), [("[not markup]",), (Text("x", "bold"),)])
    out = capsys.readouterr().out
    assert "Title" in out
    assert "\t" not in out
    assert "[not markup]" in out
