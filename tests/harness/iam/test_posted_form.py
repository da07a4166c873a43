from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.call import Bytes, Call
from harness.iam.posted_form import form_fields, form_key_id, posted_fields

FORM = "multipart/form-data; boundary=x"
BODY = (
    b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nuploads/${filename}\r\n'
    b'--x\r\nContent-Disposition: form-data; name="X-Amz-Credential"\r\n\r\nASIA1/2026/x\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a b.pdf"\r\n\r\ncontent\r\n'
    b"--x--\r\n"
)


class Slow:
    """A body in pieces of some bytes, which can be read once."""

    def __init__(self, data: bytes, size: int) -> None:
        self._pieces = [data[at : at + size] for at in range(0, len(data), size)]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._pieces:
            yield self._pieces.pop(0)

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])


def test_the_fields_of_a_form():
    fields = form_fields(FORM, BODY)
    assert fields == {"key": "uploads/a b.pdf", "x-amz-credential": "ASIA1/2026/x"}
    assert form_key_id(fields) == "ASIA1"
    assert form_key_id({"awsaccesskeyid": "AKIA2"}) == "AKIA2"
    assert form_key_id({}) == ""


@pytest.mark.parametrize("size", [7, 100_000])
def test_the_whole_body_goes_on(size: int):
    data = BODY + bytes(200_000)
    call = Call("s3", "PostObject", "POST", "/b", headers=[("content-type", FORM)])
    call.body = Slow(data, size)

    async def work() -> bytes:
        assert (await posted_fields(call))["key"] == "uploads/a b.pdf"
        return await call.body.read()

    assert asyncio.run(work()) == data


@given(st.text(), st.binary())
def test_any_body_is_looked_at(content_type: str, data: bytes):
    call = Call("s3", "PostObject", "POST", "/b", headers=[("content-type", content_type)])
    call.body = Bytes(data)

    async def work() -> bytes:
        await posted_fields(call)
        return await call.body.read()

    assert asyncio.run(work()) == data
