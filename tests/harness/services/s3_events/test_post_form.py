from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from harness.services.s3_events.post_form import KeptBeginning, form_key

TYPE = "multipart/form-data; boundary=xyz"
KEPT = 256 * 1024


def form(*parts: tuple[str, bytes]) -> bytes:
    """Return a form; a part is what follows `form-data;` and its content."""
    written = [
        b"--xyz\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (head.encode(), content)
        for head, content in parts
    ]
    return b"".join(written) + b"--xyz--\r\n"


FILE = ('name="file"; filename="員工 (1).txt"\r\nContent-Type: text/plain', b"content")


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ([('name="key"', b"uploads/a.txt"), FILE], "uploads/a.txt"),
        ([('name="key"', b"uploads/${filename}"), FILE], "uploads/員工 (1).txt"),
        ([('name="policy"', b"x"), ('name="key"', "員".encode()), FILE], "員"),
        ([('name="key"', b"a\r\nb"), FILE], "a\r\nb"),
        ([('name="key"', b"\xff"), FILE], "\ufffd"),
        ([FILE], ""),
        ([], ""),
    ],
)
def test_the_key_of_a_form(parts, key):
    assert form_key(TYPE, form(*parts)) == key


@pytest.mark.parametrize(
    ("content_type", "key"),
    [
        ('multipart/form-data; boundary="xyz"', "k"),
        ("multipart/form-data; boundary=xyz; charset=utf-8", "k"),
        ("multipart/form-data", ""),
    ],
)
def test_the_boundary_is_that_of_the_content_type(content_type, key):
    assert form_key(content_type, form(('name="key"', b"k"), FILE)) == key


def test_a_file_that_was_cut_off_does_not_hide_the_key():
    whole = form(('name="key"', b"k"), ('name="file"; filename="f"', b"x" * 2 * KEPT))
    assert form_key(TYPE, whole[:KEPT]) == "k"


class Arriving:
    """A body in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece

    async def read(self) -> bytes:
        return b"".join(self.pieces)


@pytest.mark.parametrize("pieces", [(b"",), (b"a", b"b"), (b"x" * KEPT, b"y"), (b"x" * 3 * KEPT,)])
def test_the_beginning_is_kept_and_everything_passed_on(pieces):
    async def work() -> tuple[bytes, bytes]:
        body = KeptBeginning(Arriving(*pieces))
        return await body.read(), bytes(body.beginning)

    whole = b"".join(pieces)
    assert asyncio.run(work()) == (whole, whole[:KEPT])
