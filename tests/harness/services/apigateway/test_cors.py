from __future__ import annotations

import pytest

from harness.call import Call
from harness.services.apigateway.configuration import Cors
from harness.services.apigateway.cors import applied, is_preflight, preflight

SITE = "https://app.example"
RULES = Cors(
    origins=(SITE,),
    methods=("GET", "POST"),
    headers=("authorization", "content-type"),
    exposed=("x-total",),
    max_age_s=300,
    credentials=True,
)


def test_a_preflight_is_answered_with_the_rules():
    reply = preflight(RULES, SITE)

    assert (reply.status, reply.body) == (204, b"")
    assert dict(reply.headers) == {
        "access-control-allow-origin": SITE,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "authorization,content-type",
        "access-control-max-age": "300",
    }


def test_a_preflight_from_elsewhere_gets_no_permission():
    reply = preflight(RULES, "https://evil.example")

    assert (reply.status, reply.headers) == (204, [])


@pytest.mark.parametrize(
    ("pattern", "origin", "answer"),
    [
        ("*", SITE, "*"),
        ("https://*", SITE, SITE),
        ("https://*", "http://app.example", None),
        (SITE, "HTTPS://APP.example", "HTTPS://APP.example"),
        (SITE, "https://app.example.evil", None),
        (SITE, "", None),
        ("*", "", None),
    ],
)
def test_which_origins_are_allowed(pattern: str, origin: str, answer: str | None):
    headers = dict(applied(Cors(origins=(pattern,)), origin, []))

    assert headers.get("access-control-allow-origin") == answer


def test_the_functions_own_rules_are_replaced():
    own = [("Access-Control-Allow-Origin", "https://evil.example"), ("content-type", "text/plain")]

    assert applied(RULES, SITE, own) == [
        ("content-type", "text/plain"),
        ("access-control-allow-origin", SITE),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "x-total"),
    ]


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("OPTIONS", [("origin", SITE), ("access-control-request-method", "PUT")], True),
        ("OPTIONS", [("origin", SITE)], False),
        ("OPTIONS", [], False),
        ("GET", [("origin", SITE), ("access-control-request-method", "PUT")], False),
    ],
)
def test_what_counts_as_a_preflight(method: str, headers: list[tuple[str, str]], expected: object):
    assert is_preflight(Call("execute-api", "", method, "/", headers=headers)) is expected
