from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.s3_requests.cors_rules import Rule, answered, chosen, parse_rules, requested

TEXT = st.text(st.sampled_from("ab.:/"), max_size=8)


def rule(*origins: str, methods: tuple[str, ...] = ("GET",), headers: tuple[str, ...] = ()) -> Rule:
    return Rule(origins, methods, headers, (), "")


@given(TEXT, TEXT, TEXT)
def test_a_wildcard_stands_for_anything_in_between(before: str, between: str, after: str):
    pattern, origin = f"{before}*{after}", f"{before}{between}{after}"
    allowed = rule(pattern).origin(origin)
    assert allowed == ("*" if pattern == "*" else origin)


def test_both_ends_of_a_pattern_need_characters_of_their_own():
    assert rule("aba*ba").origin("aba") == ""
    assert rule("aba*ba").origin("ababa") == "ababa"


def test_the_first_rule_that_fits_decides():
    rules = (rule("a", methods=("PUT",)), rule("*"), rule("a", headers=("x-*",)))
    assert chosen(rules, "a", "GET") is rules[1]
    assert chosen(rules, "a", "GET", ["x-1"]) is rules[2]
    assert chosen(rules, "b", "PUT") is None


def test_headers_are_compared_in_any_case():
    assert requested(" X-Amz-A ,content-type,, ") == ["x-amz-a", "content-type"]
    assert chosen((rule("*", headers=("X-AMZ-*",)),), "a", "GET", requested("X-Amz-A"))


def test_everybody_is_answered_without_credentials():
    assert dict(answered(rule("*"), "a"))["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in dict(answered(rule("*"), "a"))
    assert dict(answered(rule("a"), "a"))["access-control-allow-credentials"] == "true"


RULE = b"<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<CORSConfiguration/>",
        b"<Other><CORSRule>" + RULE + b"</CORSRule></Other>",
        b"<CORSConfiguration><CORSRule/></CORSConfiguration>",
        b"<CORSConfiguration>" + b"<CORSRule>%b</CORSRule>" % RULE * 101 + b"</CORSConfiguration>",
        b"<CORSConfiguration><CORSRule>%b<MaxAgeSeconds>x</MaxAgeSeconds></CORSRule>" % RULE
        + b"</CORSConfiguration>",
    ],
)
def test_what_is_no_configuration(document: bytes):
    with pytest.raises(AwsError) as refused:
        parse_rules(document)
    assert refused.value.code == "MalformedXML"
