from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.logs.patterns.pattern import compile_pattern


def matches(pattern, message):
    return compile_pattern(pattern)(message) is not None


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR] failed", True),
        ("ERROR", "[error] failed", False),
        ("Received event", "event was Received", True),
        ("Received event", "Received", False),
        ('"Received event"', "event was Received", False),
        ('"Received event"', "x Received event y", True),
        ("ERROR -timeout", "ERROR timeout", False),
        ("ERROR -timeout", "ERROR other", True),
        ('-"Task timed"', "Task timed out", False),
        ("?ERROR ?WARN", "a WARN b", True),
        ("?ERROR ?WARN", "a INFO b", False),
        ("?ERROR WARN", "ERROR", False),  # optional words beside others mean nothing
        ("錯誤", "發生錯誤", True),
        (r'"say \"hi\""', 'I say "hi"', True),
        ("%AUTH\\d+%", "AUTH12", True),
        ("%AUTH\\d+%", "AUTH", False),
    ],
)
def test_words(pattern, message, expected):
    assert matches(pattern, message) is expected


EVENT = json.dumps(
    {
        "level": "ERROR",
        "ms": 120,
        "text": "7",
        "user": {"name": "林", "tags": ["a", "b"]},
        "items": [{"id": 1}, {"id": 2}],
        "none": None,
        "yes": True,
        "a-b": 1,
    }
)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.level = "ERROR" }', True),
        ("{ $.level = ERROR }", True),
        ('{ $.level = "ERR*" }', True),
        ('{ $.level = "*R" }', True),
        ('{ $.level != "INFO" }', True),
        ('{ $.level = "INFO" }', False),
        ("{ $.ms > 100 }", True),
        ("{ $.ms >= 120 }", True),
        ("{ $.ms < 1.2e2 }", False),
        ("{ $.ms = 120 }", True),
        ("{ $.ms != 120 }", False),
        ("{ $.text = 7 }", True),
        ('{ $.user.name = "林" }', True),
        ('{ $.user.tags[1] = "b" }', True),
        ('{ $.user.tags[*] = "b" }', True),
        ("{ $.items[*].id = 2 }", True),
        ("{ $.items[5].id = 2 }", False),
        ("{ $.none IS NULL }", True),
        ("{ $.yes IS TRUE }", True),
        ("{ $.yes IS FALSE }", False),
        ("{ $.absent NOT EXISTS }", True),
        ("{ $.ms EXISTS }", True),
        ("{ $.absent = 1 }", False),
        ("{ $.['a-b'] = 1 }", None),
        ("{ $['a-b'] = 1 }", True),
        ("{ $.a-b = 1 }", True),
        ('{ $.ms > 100 && $.level = "ERROR" }', True),
        ('{ $.ms > 200 || $.level = "ERROR" }', True),
        ('{ ($.ms > 200 || $.yes IS TRUE) && $.level = "ERROR" }', True),
        ('{ $.ms > 200 && ($.yes IS TRUE || $.level = "ERROR") }', False),
        ("{ $.level = %^ERR% }", True),
        ("{ $.level = %^RR% }", False),
    ],
)
def test_properties(pattern, expected):
    if expected is None:
        with pytest.raises(AwsError, match="Invalid filter pattern"):
            compile_pattern(pattern)
    else:
        assert matches(pattern, EVENT) is expected


@pytest.mark.parametrize("message", ["no json", "{broken", "[1, 2]", "7", '"text"', ""])
def test_properties_of_what_is_no_object(message):
    assert not matches("{ $.ms > 1 }", message)


LINE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[ip, id, user, timestamp, request, status_code, size]", True),
        ("[ip, id, user, timestamp, request, status_code]", False),
        ("[ip, id, user, timestamp, request, status_code=4*, size]", True),
        ("[ip, id, user, timestamp, request, status_code=5*, size]", False),
        ("[ip, ..., status_code=404, size > 1000]", True),
        ("[..., size < 1000]", False),
        ('[ip, id, user=frank, timestamp, request="GET *", status, size]', True),
        ("[ip, id, user, timestamp, request, status = 404 || status = 410, size]", True),
        ("[ip, id, user, timestamp, request, status >= 400 && status < 404, size]", False),
        ("[ip!=127.0.0.1, ...]", False),
        ("[,,,,,,]", True),
        ("[ip=%^127%, ...]", True),
    ],
)
def test_fields(pattern, expected):
    assert matches(pattern, LINE) is expected


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("%a*b*%", "a" * 500_000),
        ("[a, b=%x+y%, ...]", "[" * 500_000 + " x"),
        ('{ $.a = "*a*a*a*a*a*a*b" }', json.dumps({"a": "a" * 500_000})),
        ("[a, ...]", '" \\" ' * 20_000),
    ],
)
def test_no_message_takes_forever(pattern, message):
    compile_pattern(pattern)(message)


@pytest.mark.parametrize(
    ("wanted", "text", "expected"),
    [
        ("a*", "ab", True),
        ("*b", "ab", True),
        ("a*b*c", "a1b2c", True),
        ("a*b*c", "a1c2b", False),
        ("ab*ba", "aba", False),
        ("*", "", True),
        ("a**b", "ab", True),
    ],
)
def test_asterisks(wanted, text, expected):
    assert matches(f'{{ $.a = "{wanted}" }}', json.dumps({"a": text})) is expected


def test_extracted_values():
    assert compile_pattern("{ $.ms > 1 && $.user.name = * }")(EVENT) == {
        "$.ms": "120",
        "$.user.name": "林",
    }
    found = compile_pattern("[ip, ..., code, size]")(LINE)
    assert found == {"$ip": "127.0.0.1", "$code": "404", "$size": "1534"}


@pytest.mark.parametrize(
    "pattern",
    [
        "a-b", "a.b", '"open', "{ $.a = 1", "{ }", "{ $.a }", "{ $.a = }", "{ a = 1 }", "-", "%(%",
        "{ $.a = 1 && }", "{ ($.a = 1 }", "{ $.a > text }", "[a", "[a, ..., ...]", "[a=1 b=2]",
        "[a = 1 &&]", "%(a+)+%", "%a*b*c*%", "{" + "(" * 60 + "$.a = 1" + ")" * 60 + "}",
    ],
)  # fmt: skip
def test_what_is_no_pattern(pattern):
    with pytest.raises(AwsError, match="InvalidParameterException: Invalid filter pattern"):
        compile_pattern(pattern)


@settings(max_examples=40, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ["{", "}", "[", "]", "$.a", "=", ">", "&&", "||", "(", ")", '"x"', "5", "*"]
        )
        | st.sampled_from([",", "...", "IS", "NULL", "NOT", "EXISTS", "%a%", "?a", "-b", "a"]),
        max_size=12,
    ).map(" ".join),
    st.sampled_from([EVENT, LINE, "", "{}", "[]", "plain text"]),
)
def test_any_text_is_a_pattern_or_refused(pattern, message):
    try:
        match = compile_pattern(pattern)
    except AwsError:
        return
    assert match(message) is None or isinstance(match(message), dict)
