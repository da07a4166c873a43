from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.protocols import cbor

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=300)
    | st.binary(max_size=300),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(values)
def test_what_is_written_is_read(value):
    assert cbor.loads(cbor.dumps(value)) == value


def test_a_timestamp_is_its_seconds():
    assert cbor.loads(cbor.dumps({"at": cbor.Epoch(1.5)})) == {"at": 1.5}


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\xf9\x3c\x00", 1.0),
        (b"\xfa\x3f\x80\x00\x00", 1.0),
        (b"\x9f\x01\x02\xff", [1, 2]),
        (b"\xbf\x61a\x01\xff", {"a": 1}),
        (b"\x7f\x61a\x61b\xff", "ab"),
        (b"\xc1\x1a\x00\x00\x00\x0a", 10),
        (b"\xf7", None),
    ],
)
def test_forms_that_clients_may_choose(data, value):
    assert cbor.loads(data) == value


def test_not_a_number_is_read():
    assert math.isnan(cbor.loads(b"\xf9\x7e\x00"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x61",
        b"\x01\x02",
        b"\xff",
        b"\x1c",
        b"\xa1\x01\x02",
        b"\x81" * 99,
        b"\xc1\x61a",  # a timestamp in words
        b"\xc2\x49" + b"\xff" * 9,  # beyond 64 bits
        b"\xd8\x25\x50" + b"\x00" * 16,  # an UUID
        b"\xd8\x1c\x81\xd8\x1d\x00",  # a list in itself
    ],
)
def test_what_is_no_item_is_a_value_error(data):
    with pytest.raises(ValueError, match=r"."):
        cbor.loads(data)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_no_other_error_comes_from_any_bytes(data):
    with contextlib.suppress(ValueError):
        cbor.loads(data)
