from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.call import Call
from harness.errors import AwsError
from harness.services.s3_requests.form import read_form
from tests.harness.services.s3_requests.pieces import Pieces

BOUNDARY = "----b"
NAMES = st.from_regex(r"[a-z][a-z-]{0,10}", fullmatch=True).filter(lambda name: name != "file")
VALUES = st.text(st.characters(codec="utf-8"), max_size=30)


def written(fields: dict[str, str], content: bytes, filename: str = "f") -> bytes:
    parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts.append((f'name="file"; filename="{filename}"', content))
    body = b"".join(
        b"--%b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n"
        % (BOUNDARY.encode(), head.encode(), value)
        for head, value in parts
    )
    return body + f"--{BOUNDARY}--\r\n".encode()


def read(body: bytes, size: int) -> tuple[dict[str, str], str, bytes]:
    """Return the fields, the file's name and its content."""
    headers = [("content-type", f"multipart/form-data; boundary={BOUNDARY}")]
    call = Call("s3", "PostObject", "POST", "/b", headers=headers, body=Pieces(body, size))

    async def work() -> tuple[dict[str, str], str, bytes]:
        form = await read_form(call)
        return dict(form.fields), form.filename, b"".join([piece async for piece in form.file])

    return asyncio.run(work())


@given(
    st.dictionaries(NAMES, VALUES, max_size=4),
    st.binary(max_size=200) | st.sampled_from([b"\r\n------b", b"\r\n--", b"------b\r\n"]),
    st.integers(1, 300),
)
def test_a_form_is_the_same_however_it_arrives(fields: dict[str, str], content: bytes, size: int):
    if f"\r\n--{BOUNDARY}".encode() in content:
        return  # the end of the file, by definition
    assert read(written(fields, content), size) == (fields, "f", content)


@given(st.binary(max_size=300), st.integers(1, 50))
def test_what_is_no_form_is_refused(body: bytes, size: int):
    with pytest.raises(AwsError) as refused:
        read(body, size)
    assert refused.value.status == 400


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_form_cut_off_in_its_file_says_so(size: int):
    body = written({"key": "k"}, b"content")
    with pytest.raises(AwsError, match="not well-formed"):
        read(body[: body.index(b"ent\r\n")], size)


def test_names_are_read_in_any_case_and_file_names_as_utf_8():
    body = written({"KEY": "k"}, b"", filename="員工.pdf")
    assert read(body, 10) == ({"key": "k"}, "員工.pdf", b"")


def test_fields_before_the_file_are_bounded():
    body = written({"x-ignore-a": "a" * 20_480}, b"")
    with pytest.raises(AwsError) as refused:
        read(body, 1000)
    assert refused.value.code == "MaxPostPreDataLengthExceeded"
