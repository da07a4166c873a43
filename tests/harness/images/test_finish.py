from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FINISH = Path(__file__).parents[3] / "image" / "finish.py"
UNCHECKED_HASH = 1


def _finished(root, umask, time):
    """Return what a finished tree is: {name: (content, mode, time)}."""
    package = root / "var" / "task" / "x"
    package.mkdir(parents=True)
    for name, text in (("__init__.py", ""), ("program", "#!/bin/sh\n"), ("a.py", "A = 1\n")):
        file = package / name
        file.write_text(text)
        file.chmod((0o755 if name == "program" else 0o644) & ~umask)
        os.utime(file, (time, time))
    done = subprocess.run([sys.executable, FINISH, root], check=False)
    assert done.returncode == 0
    return {
        path.relative_to(root).as_posix(): (
            path.is_file() and path.read_bytes(),
            oct(path.stat().st_mode & 0o7777),
            path.stat().st_mtime,
        )
        for path in (root, *root.rglob("*"))
    }


def test_the_same_files_become_the_same_tree(tmp_path):
    tree = _finished(tmp_path / "one", 0o077, 1_700_000_000)
    assert tree == _finished(tmp_path / "two", 0o002, 1_600_000_000)
    (compiled,) = [name for name in tree if "/__pycache__/a." in name]
    content, mode, time = tree[compiled]
    assert content[4] == UNCHECKED_HASH
    assert str(tmp_path).encode() not in content
    assert b"/var/task/x/a.py" in content
    assert (mode, time) == ("0o644", 0)
    assert tree["var/task/x/program"][1] == "0o755"


def test_what_cannot_be_compiled_fails_the_build(tmp_path):
    (tmp_path / "broken.py").write_text("def")
    done = subprocess.run([sys.executable, FINISH, tmp_path], check=False, capture_output=True)
    assert done.returncode == 1
    assert b"broken.py" in done.stdout


def test_what_no_function_reads_is_left_out(tmp_path):
    for name in ("x/a.py", "x/a.pyi", "x/tests/test_a.py", "x/y/tests/z/data", "x/tests.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert subprocess.run([sys.executable, FINISH, tmp_path], check=False).returncode == 0
    left = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*") if path.is_file()
    }
    assert {name for name in left if "__pycache__" not in name} == {"x/a.py", "x/tests.py"}
    assert not (tmp_path / "x" / "tests").exists()
    assert (tmp_path / "x" / "y").is_dir()
