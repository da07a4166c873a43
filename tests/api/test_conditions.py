from __future__ import annotations

import pytest

from api.conditions import check_unchanged, entity_tag, is_known
from api.errors import PreconditionFailedError

TAG = entity_tag(b"content")


def test_a_tag_belongs_to_the_bytes():
    assert entity_tag(b"content") == TAG != entity_tag(b"other content")
    assert (TAG[0], TAG[-1]) == ('"', '"')


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (None, False),
        ("", False),
        ("*", True),
        (TAG, True),
        (f"W/{TAG}", True),
        (f'"a, b", W/"other",{TAG}', True),
        ('"other"', False),
        (TAG[1:-1], False),
        (f'"{TAG}"', False),
    ],
)
def test_if_none_match_compares_weakly(header: str | None, known: bool):  # noqa: FBT001
    assert is_known(header, TAG) is known


@pytest.mark.parametrize("header", [None, "*", TAG, f'"other", {TAG}'])
def test_if_match_lets_through_what_the_client_saw(header: str | None):
    check_unchanged(header, TAG)


@pytest.mark.parametrize("header", ["", '"other"', f"W/{TAG}", TAG[1:-1]])
def test_if_match_compares_strongly(header: str):
    with pytest.raises(PreconditionFailedError):
        check_unchanged(header, TAG)
