"""Real files with random damage are read or refused with a code; nothing else ever happens.

The damage is done to the reader of the child process, but in this process: hundreds of children
would take minutes. What kills a process has its own tests in `test_hostile`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.errors import Code
from processor.extract import __main__ as child
from samples import build
from tests.processor import files

MADE: dict[str, Callable[[Path], Path]] = {
    "a.pdf": lambda path: files.pdf(path, "第一條 員工應遵守本規則。", "Article 2"),
    "b.pdf": lambda path: files.encrypted_pdf(path, ""),
    "a.docx": files.docx,
    "a.pptx": files.pptx,
    "a.xlsx": files.xlsx,
    "a.eml": lambda path: files.eml(path, files.docx(path.with_suffix(".docx"))),
}
SAMPLES = [name for name in build.SAMPLES if not name.endswith((".pdf", ".docx"))]

# What happens at a place, a share of the length: other bytes, a hole, a repetition, an end.
_PLACES = st.floats(0, 1)
_DAMAGE = st.lists(
    st.one_of(
        st.tuples(st.just("write"), _PLACES, st.binary(min_size=1, max_size=8)),
        st.tuples(st.just("cut"), _PLACES, st.integers(1, 400)),
        st.tuples(st.just("repeat"), _PLACES, st.integers(1, 400)),
        st.tuples(st.just("end"), _PLACES, st.just(0)),
    ),
    min_size=1,
    max_size=4,
)


def damaged(content: bytes, damage: list[tuple[str, float, Any]]) -> bytes:
    for kind, share, value in damage:
        place = int(share * len(content))
        before, after = content[:place], content[place:]
        match kind:
            case "write":
                content = before + value + after[len(value) :]
            case "cut":
                content = before + after[value:]
            case "repeat":
                content = before + after[:value] + after
            case "end":
                content = before
    return content


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The lines that the child would write."""
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(child, "_write", lines.append)
    return lines


@pytest.mark.parametrize("name", [*MADE, *SAMPLES])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=_DAMAGE)
@pytest.mark.filterwarnings("ignore")  # of pypdf and the zip module, about the damage
def test_damaged_file_has_an_ending(
    name: str, damage: list[tuple[str, float, Any]], written: list[Any], tmp_path: Path
) -> None:
    whole = tmp_path / name
    if not whole.exists():
        made = MADE.get(name)
        whole.write_bytes(made(whole).read_bytes() if made else (build.HERE / name).read_bytes())
    path = tmp_path / "damaged"
    path.write_bytes(damaged(whole.read_bytes(), damage))
    ending = child._ending(path, whole.suffix)
    if "error" in ending:
        assert Code(ending["error"]) is not Code.INTERNAL_ERROR, ending["detail"]
    assert all(isinstance(line["page"]["text"], str) for line in written)
    assert all(line["page"]["text"].encode() is not None for line in written)
