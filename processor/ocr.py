"""Text of pictures, by the program tesseract where it is installed.

The picture goes through a pipe in the simplest format there is (PGM), so neither side needs a
file or an image library for it. The program inherits the limits of the reading child.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache

from processor.tokens import CJK

PROGRAM = "tesseract"
LANGUAGES = ("chi_tra", "jpn", "eng")

# Small print is read at 200 dots an inch; an A4 page of that has 3.9 million.
DOTS_PER_INCH = 200
MAX_PIXELS = 8_000_000
PAGE_SECONDS = 20.0

# The models of three languages are some 200 MB; the reading child has taken its own share.
MEMORY_BYTES = 600 * 2**20

_BETWEEN = re.compile(
    rf"(?<=[{CJK}\u3001-\u303f\uff00-\uff60]) +(?=[{CJK}\u3001-\u303f\uff00-\uff60])"
)


@cache
def available() -> bool:
    """Tell whether pictures can be read here: the program and one of the languages are there."""
    return shutil.which(PROGRAM) is not None and bool(_languages())


def pgm(size: tuple[int, int], pixels: bytes) -> bytes:
    """Return a picture of 8-bit grey `pixels`, row by row, as a PGM file; size: width, height."""
    width, height = size
    return b"P5 %d %d 255\n" % (width, height) + pixels


def recognise(picture: bytes) -> str | None:
    """Return the text of an image file of at most `MAX_PIXELS`, None if that takes too long."""
    command = [
        PROGRAM,
        "stdin",
        "stdout",
        "-l",
        "+".join(_languages()),
        "--dpi",
        str(DOTS_PER_INCH),
    ]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as program:
        _bound(program.pid)
        try:
            found, _ = program.communicate(picture, PAGE_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            return None
    text = found.decode(errors="replace").replace("\f", "")
    return joined(text) if program.returncode == 0 else None


def joined(text: str) -> str:
    """Return `text` without the spaces that the program puts between Chinese characters."""
    return _BETWEEN.sub("", text)


def _bound(pid: int) -> None:
    import resource

    if hasattr(resource, "prlimit"):  # not on macOS, where the limits of the reader stay
        resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


@cache
def _languages() -> tuple[str, ...]:
    """Return the installed ones of `LANGUAGES`."""
    listed = subprocess.run([PROGRAM, "--list-langs"], capture_output=True, text=True, check=False)
    return tuple(language for language in LANGUAGES if language in listed.stdout.split())
