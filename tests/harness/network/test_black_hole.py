from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from harness.network.black_hole import BlackHole


def test_a_connection_is_neither_accepted_nor_refused():
    hole = BlackHole()
    address = urlsplit(hole.url)
    with pytest.raises(TimeoutError):
        socket.create_connection((address.hostname, address.port), timeout=0.2)
    assert hole.url == hole.url
    hole.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=5)
