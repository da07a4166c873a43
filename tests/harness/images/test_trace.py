"""The events are those of engine 20.10."""

from __future__ import annotations

import base64

import pytest

from harness.images.trace import Output, Step, read

BEGUN = (
    "CnwKR3NoYTI1NjozZDdmZTkwYmNmNDJhMWNhMTlhMTliZDI1YzU2NTA1ZTllMDNkMWMxZjE4MjVmMmIyZmVmNzJjYzRlMTEx"
    "M2IwGiRbaW50ZXJuYWxdIGxvYWQgcmVtb3RlIGJ1aWxkIGNvbnRleHQqCwjtwJ3YBhCTxfwx"
)
SAID = (
    "GnkKR3NoYTI1NjozY2ZkODc5NWY4ZmQ4NGM4ZDUwNmY4Y2NlOWI3ZGY1OWRmN2E4OTgwNTRlYzAzZDMyYmQ0OGYyYTMzZWYx"
    "ZmI4EgwI78Cd2AYQuoO8jgIYASIeTG9va2luZyBpbiBsaW5rczogL3doZWVsaG91c2UK"
)


def test_a_step_that_begins():
    (told,) = read(BEGUN)
    assert isinstance(told, Step)
    assert told.id.startswith("sha256:3d7fe90b")
    assert (told.name, told.started, told.error) == (
        "[internal] load remote build context",
        True,
        "",
    )


def test_what_a_step_s_command_says():
    (told,) = read(SAID)
    assert isinstance(told, Output)
    assert told.step.startswith("sha256:3cfd8795")
    assert told.text == "Looking in links: /wheelhouse\n"


def test_fields_that_are_not_known_are_passed_over():
    unknown = bytes([9 << 3 | 1, *b"12345678", 9 << 3 | 5, *b"1234", 9 << 3 | 0, 0x96, 1])
    (told,) = read(base64.b64encode(unknown + base64.b64decode(SAID)).decode())
    assert isinstance(told, Output)


@pytest.mark.parametrize("message", [b"\x0b", b"\x96"], ids=["unknown kind", "cut off"])
def test_another_format_is_an_error(message):
    with pytest.raises(ValueError, match=r"unknown kind|in the middle of a number"):
        list(read(base64.b64encode(message).decode()))
