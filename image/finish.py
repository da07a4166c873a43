"""Finish what goes into a layer: `python finish.py DIRECTORY`, run while an image is built.

Lambda's file system is read-only, so what is not compiled here is compiled at every cold start.
Its user is nobody in particular, so everything must be readable for everybody. And the same input
must give the same layer: compiled files carry a hash in place of a time, and all files one time.
Packages' own tests and type stubs are left out: no function reads them, and each file costs every
build and every cold start of a new version.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import stat
import sys
from pathlib import Path

_TIME = 0


def finish(root: Path) -> bool:
    """Compile what is below `root` as if `root` were /, then settle modes and times.

    Returns False when a file could not be compiled; the compiler has then said which.
    """
    _trim(root)
    compiled = compileall.compile_dir(
        root,
        quiet=1,
        workers=1,  # what a file becomes depends a little on what its process compiled before
        stripdir=str(root),
        prependdir="/",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    for path in (root, *root.rglob("*")):
        _settle(path)
    return bool(compiled)


def _trim(root: Path) -> None:
    for directory in [path for path in root.rglob("tests") if path.is_dir()]:
        shutil.rmtree(directory)
    for stub in root.rglob("*.pyi"):
        stub.unlink()


def _settle(path: Path) -> None:
    found = path.stat().st_mode
    mode = 0o755 if stat.S_ISDIR(found) or found & 0o100 else 0o644
    if stat.S_IMODE(found) != mode:
        path.chmod(mode)
    os.utime(path, (_TIME, _TIME))


if __name__ == "__main__":
    sys.exit(not finish(Path(sys.argv[1])))
