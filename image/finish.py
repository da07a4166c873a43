"""Finish what goes into a layer: `python finish.py DIRECTORY`, run while an image is built.

Lambda's file system is read-only, so what is not compiled here is compiled at every cold start.
Its user is nobody in particular, so everything must be readable for everybody. And the same input
must give the same layer: compiled files carry a hash in place of a time, and all files one time.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import sys
from pathlib import Path

_TIME = 0


def finish(root: Path) -> bool:
    """Compile what is below `root` as if `root` were /, then settle modes and times.

    Returns False when a file could not be compiled; the compiler has then said which.
    """
    compiled = compileall.compile_dir(
        root,
        quiet=1,
        workers=0,
        stripdir=str(root),
        prependdir="/",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    for path in (root, *root.rglob("*")):
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)
        os.utime(path, (_TIME, _TIME))
    return bool(compiled)


if __name__ == "__main__":
    sys.exit(not finish(Path(sys.argv[1])))
