from __future__ import annotations

from pathlib import Path

import pytest

from harness.services.lambda_.executors.layout import TASK_ROOT, _outermost, layout


@pytest.mark.parametrize(
    ("installed", "kept"),
    [
        (["/usr", "/opt/venv"], []),
        (["/tmp/venv", "/usr"], ["/tmp/venv"]),
        (["/tmp/a/venv", "/tmp/a", "/tmp/b"], ["/tmp/a", "/tmp/b"]),
        (["/tmp/a", "/tmp/a"], ["/tmp/a"]),
    ],
)
def test_a_python_below_tmp_stays_visible(installed, kept):
    assert _outermost(map(Path, installed)) == tuple(map(Path, kept))


def test_var_is_remade_only_where_it_has_no_place_for_the_code():
    planned = layout(Path("/code"), 512)
    assert (planned.task_root, planned.tmp_mb) == (Path("/code"), 512)
    assert (planned.var is None) == TASK_ROOT.is_dir()
