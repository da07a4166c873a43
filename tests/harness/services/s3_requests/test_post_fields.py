from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.http1 import head_bytes, parse_head
from harness.services.s3_requests.post_fields import answer, object_headers, object_key

NAMES = st.sampled_from(["content-type", "x-amz-meta-a", "x-amz-meta-", "acl", "expires"])
FIELDS = st.dictionaries(NAMES | st.text().map("x-amz-meta-{}".format), st.text(max_size=10))


@pytest.mark.parametrize(
    ("filename", "key"),
    [("a.txt", "in/a.txt"), (r"C:\a\b.txt", "in/b.txt"), ("../../b", "in/b"), ("", "in/")],
)
def test_the_name_of_the_file_becomes_part_of_the_key(filename: str, key: str):
    assert object_key({"key": "in/${filename}"}, filename) == key


def test_a_key_that_is_too_long_once_the_name_is_filled_in():
    with pytest.raises(AwsError, match="KeyTooLongError"):
        object_key({"key": "${filename}"}, "員" * 342)


@given(FIELDS)
def test_a_field_is_one_header_or_refused(fields: dict[str, str]):
    try:
        headers = object_headers(fields)
    except AwsError:
        return
    read = parse_head(head_bytes("PUT / HTTP/1.1", headers)).headers
    assert [name for name, _ in read] == [name for name, _ in headers]


def test_what_is_not_of_the_object_is_left_out():
    fields = {"x-amz-copy-source": "/b/secret", "x-amz-signature": "s", "key": "k", "policy": "p"}
    assert object_headers(fields) == []


@given(st.text(), st.text(max_size=10))
def test_a_redirect_is_a_url_or_ignored(url: str, query: str):
    for wanted in (url, f"https://example.com/{url}?q={query}"):
        status, headers, _ = answer({"success_action_redirect": wanted}, "w", "b", "k", '"e"')
        location = dict(headers)["location"]
        assert location.isascii()
        assert "\n" not in location
        if status == 303:
            assert ("etag", '"e"') in parse_qsl(urlsplit(location).query)
