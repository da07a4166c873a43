from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.services.s3_requests.part_list import Part, parse_parts, refusal_of, refuse_disorder
from tests.harness.services.s3_requests.refusing import code_of

LEAST = 5 * 1024 * 1024


def stored(*sizes: int) -> dict[int, Part]:
    return {number: Part(number, f"e{number}", size) for number, size in enumerate(sizes, 1)}


@given(st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_numbers_must_ascend(numbers: list[int]):
    refused = code_of(refuse_disorder, [Part(number, "e") for number in numbers], "u")
    assert refused == ("" if numbers == sorted(set(numbers)) else "InvalidPartOrder")


def test_all_parts_but_the_last_have_a_least_size():
    given_parts = [Part(number, f"e{number}") for number in (1, 2)]
    assert refusal_of(given_parts, stored(LEAST, 1), "u") is None
    refused = refusal_of(given_parts, stored(LEAST - 1, 1), "u")
    assert refused is not None
    assert (refused.code, refused.fields["ProposedSize"]) == ("EntityTooSmall", str(LEAST - 1))


def test_a_list_of_parts():
    document = (
        b'<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        b'<Part><ETag>"e1"</ETag><PartNumber>1</PartNumber></Part>'
        b"<Part><PartNumber> 2 </PartNumber><ETag>&quot;e2&quot;</ETag></Part>"
        b"</CompleteMultipartUpload>"
    )
    assert parse_parts(document) == [Part(1, "e1"), Part(2, "e2")]


@given(st.binary(max_size=100))
def test_anything_else_is_malformed(document: bytes):
    assert code_of(parse_parts, document) == "MalformedXML"
