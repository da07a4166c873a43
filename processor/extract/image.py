"""Pictures of pages (PNG, JPEG, TIFF): their text, where `ocr` can read it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processor import ocr
from processor.documents import IMAGE_MARKS, IMAGE_TYPES
from processor.errors import Code, PermanentError
from processor.extract import Sample
from processor.pages import Page

SUFFIXES = tuple(IMAGE_TYPES)

MAX_PIXELS = 100_000_000
MAX_FRAMES = 200

_FORMATS = ("PNG", "JPEG", "TIFF")


def recognises(sample: Sample) -> bool:
    """Tell whether the file begins as one of these pictures does."""
    return sample.head.startswith(IMAGE_MARKS)


def extract(path: Path) -> Iterator[Page]:
    """Yield one numbered page a frame, of which only TIFF has several.

    Raises `PermanentError`: `no_text` where pictures cannot be read, `too_large`.
    """
    image = _opened(path)
    with image:
        for index in range(min(getattr(image, "n_frames", 1), MAX_FRAMES)):
            image.seek(index)
            text = ocr.recognise(_picture(image))
            yield Page(index + 1, text or "", unread=text is None)


def _opened(path: Path) -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        raise PermanentError(Code.NO_TEXT, "a picture; the extra ocr is not installed") from error
    if not ocr.available():
        raise PermanentError(Code.NO_TEXT, f"a picture; {ocr.PROGRAM} is not installed")
    Image.MAX_IMAGE_PIXELS = None  # it would warn; the size is checked before anything is unpacked
    return Image.open(path, formats=_FORMATS)


def _picture(image: Any) -> bytes:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PermanentError(Code.TOO_LARGE, f"a picture of {width} by {height} pixels")
    shrink = math.ceil(math.sqrt(width * height / ocr.MAX_PIXELS))
    grey = image.convert("L").reduce(max(shrink, 1))
    return ocr.pgm(grey.size, grey.tobytes())
