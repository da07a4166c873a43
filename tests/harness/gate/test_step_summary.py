from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.gate.step_summary import LIMIT, append, fitting


def test_appends_to_what_other_steps_wrote(tmp_path):
    path = tmp_path / "summary.md"
    path.write_text("# Build\n", encoding="utf-8")
    append(path, "# Gate: pass\n")
    assert path.read_text(encoding="utf-8") == "# Build\n# Gate: pass\n"


def test_a_summary_that_would_be_too_long_is_cut_and_says_so(tmp_path):
    path = tmp_path / "summary.md"
    path.write_bytes(b"x" * (LIMIT - 500))
    append(path, "文" * 1000)
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) <= LIMIT
    assert text.endswith("report.md has all of it.\n")


@pytest.mark.parametrize("room", [-5, 0, 10])
def test_without_room_nothing_is_written(room):
    assert fitting("a" * 100, room) == b""


def test_a_place_that_is_not_there_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        append(tmp_path / "nowhere" / "summary.md", "x")
