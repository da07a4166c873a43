from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from api.listing import CURSOR_PATTERN, Place, Sort, place_at

ID = UUID("8d0f5a8e-6f0b-4a53-9c8f-0d8f3b9a7c11")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "upload_date": st.integers(0, 10**16 - 1).map(lambda us: EPOCH + timedelta(microseconds=us)),
    "file_size": st.integers(0, 10**18 - 1),
    "file_name": st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=60),
}


@given(st.data(), st.sampled_from(Sort))
def test_a_cursor_says_its_place(data: st.DataObject, sort: Sort):
    place = Place(sort, data.draw(VALUES[sort.column]), ID)

    assert re.search(CURSOR_PATTERN, place.cursor)
    assert place_at(place.cursor) == place


@given(st.from_regex(CURSOR_PATTERN, fullmatch=True))
def test_every_cursor_that_is_accepted_is_a_place(cursor: str):
    place = place_at(cursor.rstrip("\n"))

    assert "\0" not in str(place.value)
