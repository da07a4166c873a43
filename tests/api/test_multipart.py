from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.multipart import PART_BYTES, sizes
from processor.reader import MAX_BYTES

MIB = 2**20


@given(st.integers(1, MAX_BYTES))
def test_parts_are_the_whole_file_within_the_bounds_of_s3(total: int) -> None:
    parts = sizes(total)

    assert sum(parts) == total
    assert 0 < len(parts) <= 10_000
    assert set(parts[:-1]) <= {PART_BYTES}
    assert 0 < parts[-1] <= PART_BYTES
    assert 5 * MIB <= PART_BYTES <= 5 * 1024 * MIB
