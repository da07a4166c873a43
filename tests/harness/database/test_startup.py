from __future__ import annotations

import struct

import pytest

from harness.database import startup
from harness.database.startup import Refusal


def begin(version: int, content: bytes = b"") -> bytes:
    return struct.pack("!ii", 8 + len(content), version) + content


STARTUP = begin(3 << 16, b"user\0u\0database\0d\0\0")
TLS, GSSAPI, CANCEL = begin(80877103), begin(80877104), begin(80877102, b"12345678")


def test_a_message_is_there_once_all_of_it_is():
    for length in range(len(STARTUP)):
        assert startup.first(STARTUP[:length]) == b""
    assert startup.first(STARTUP + b"more") == STARTUP


@pytest.mark.parametrize("length", [0, 7, 10_001, -1])
def test_what_no_server_accepts_is_left_to_the_server(length):
    nonsense = struct.pack("!ii", length, 3 << 16)
    assert startup.first(nonsense) == nonsense


def test_a_request_for_encryption_is_known():
    asked = [startup.asks_for_encryption(one) for one in (TLS, GSSAPI, STARTUP, CANCEL)]
    assert asked == [True, True, False, False]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"user\0u\0\0", b"user\0u\0options\0-c default_transaction_read_only=on\0\0"),
        (
            b"options\0-c jit=off\0user\0u\0\0",
            b"options\0-c jit=off -c default_transaction_read_only=on\0user\0u\0\0",
        ),
    ],
)
def test_a_start_is_made_read_only_beside_its_own_options(before, after):
    assert startup.read_only(begin(3 << 16, before)) == begin(3 << 16, after)


def test_a_request_to_cancel_stays_as_it_is():
    assert startup.read_only(CANCEL) == CANCEL


def test_an_error_is_fatal_and_has_its_code():
    error = startup.error(Refusal("53300", "too many"))
    assert error[:1] == b"E"
    assert struct.unpack("!i", error[1:5])[0] == len(error) - 1
    assert error[5:].split(b"\0") == [b"SFATAL", b"VFATAL", b"C53300", b"Mtoo many", b"", b""]
