from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.s3_events.configuration import NAMESPACE, Rule, parse, render

ARN = "arn:aws:lambda:ap-northeast-1:123456789012:function:f"
ALL = ("s3:ObjectCreated:*",)


def element(*inner: str, events: Iterable[str] = ALL, arn: str = ARN) -> str:
    listed = "".join(f"<Event>{event}</Event>" for event in events)
    return (
        "<CloudFunctionConfiguration>"
        f"<CloudFunction>{arn}</CloudFunction>{listed}{''.join(inner)}"
        "</CloudFunctionConfiguration>"
    )


def filtered(**rules: str) -> str:
    listed = "".join(
        f"<FilterRule><Name>{name}</Name><Value>{value}</Value></FilterRule>"
        for name, value in rules.items()
    )
    return f"<Filter><S3Key>{listed}</S3Key></Filter>"


def document(*elements: str) -> bytes:
    root = f'<NotificationConfiguration xmlns="{NAMESPACE}">'
    return f"{root}{''.join(elements)}</NotificationConfiguration>".encode()


def refused(*elements: str) -> AwsError:
    with pytest.raises(AwsError) as caught:
        parse(document(*elements))
    return caught.value


def test_a_rule_with_everything():
    inner = ["<Id>rule-1</Id>", filtered(Prefix="uploads/", Suffix=".pdf")]
    events = ["s3:ObjectCreated:Put", "s3:ObjectCreated:Copy"]
    (rule,) = parse(document(element(*inner, events=events)))
    assert rule == Rule("rule-1", ARN, tuple(events), "uploads/", ".pdf")


def test_rules_without_a_name_get_one_each():
    one, other = parse(document(element(filtered(prefix="a")), element(filtered(PREFIX="b"))))
    assert one.id != other.id
    assert all(rule.id for rule in (one, other))
    assert (one.prefix, other.prefix) == ("a", "b")


@pytest.mark.parametrize("body", [b"", b" \n", document(), b"<NotificationConfiguration/>"])
def test_an_empty_configuration_clears(body):
    assert parse(body) == []


@pytest.mark.parametrize(
    ("elements", "code", "message"),
    [
        ([element(events=[])], "MalformedXML", "not well-formed"),
        ([element(arn="arn:aws:lambda:x")], "InvalidArgument", "The ARN could not be parsed"),
        ([element(arn="nonsense")], "InvalidArgument", "The ARN could not be parsed"),
        ([element(arn="")], "InvalidArgument", "The ARN could not be parsed"),
        ([element(arn=f"{ARN}:a:b")], "InvalidArgument", "The ARN could not be parsed"),
        ([element(events=["ObjectCreated"])], "InvalidArgument", "event is not supported"),
        ([element(filtered(Infix="x"))], "InvalidArgument", "either prefix or suffix"),
        ([element(events=["s3:ObjectRemoved:*"])], "NotImplemented", "s3:ObjectRemoved:*"),
        (["<QueueConfiguration/>"], "NotImplemented", "QueueConfiguration"),
        (["<TopicConfiguration/>"], "NotImplemented", "TopicConfiguration"),
        (["<EventBridgeConfiguration/>"], "NotImplemented", "EventBridgeConfiguration"),
    ],
)
def test_what_is_refused(elements, code, message):
    error = refused(*elements)
    assert error.code == code
    assert message in error.message
    assert error.status == (501 if code == "NotImplemented" else 400)


@pytest.mark.parametrize(
    "body", [b"<open>", b"no xml", b"\xff\xfe", b'<?xml version="1.0" encoding="none"?><a/>']
)
def test_what_is_no_xml_is_refused(body):
    with pytest.raises(AwsError, match="MalformedXML"):
        parse(body)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"Prefix": "uploads/"}, {}),
        ({"Prefix": "uploads/"}, {"Prefix": "uploads/2026/"}),
        ({"Suffix": "jpg"}, {"Suffix": "pg"}),
        ({"Prefix": "a", "Suffix": ".pdf"}, {"Prefix": "ab", "Suffix": ".pdf"}),
        ({"Prefix": "a"}, {"Suffix": ".pdf"}),
    ],
)
def test_rules_that_some_key_would_match_both_are_refused(one, other):
    error = refused(element(filtered(**one)), element(filtered(**other)))
    kind = "ambiguously defined" if one or other else "Configurations overlap"
    assert error.code == "InvalidArgument"
    assert kind in error.message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Prefix": "a/"}, {"Prefix": "b/"}),
        ({"Prefix": "a", "Suffix": ".jpg"}, {"Prefix": "a", "Suffix": ".png"}),
        ({"Prefix": "a", "Suffix": ".jpg"}, {"Prefix": "b", "Suffix": ".jpg"}),
    ],
)
def test_rules_that_no_key_would_match_both_stand_side_by_side(one, other):
    assert len(parse(document(element(filtered(**one)), element(filtered(**other))))) == 2


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("s3:ObjectCreated:*", "s3:ObjectCreated:Put", True),
        ("s3:ObjectCreated:Put", "s3:ObjectCreated:Put", True),
        ("s3:ObjectCreated:Put", "s3:ObjectCreated:Post", False),
    ],
)
def test_only_rules_for_the_same_event_can_overlap(one, other, overlap):
    elements = [element(events=[one]), element(events=[other])]
    if overlap:
        assert "overlap" in refused(*elements).message
    else:
        assert len(parse(document(*elements))) == 2


TEXT = st.text("abc/.", max_size=3)
RULES = st.builds(Rule, st.just("id"), st.just(ARN), st.just(ALL), TEXT, TEXT)


@given(RULES, RULES, st.text("abc/.", max_size=6))
def test_accepted_rules_never_want_the_same_key(one, other, key):
    try:
        parse(render([one, other]))
    except AwsError:
        return
    assert not (one.wants("ObjectCreated:Put", key) and other.wants("ObjectCreated:Put", key))


@given(RULES)
def test_a_configuration_is_returned_as_it_was_put(rule):
    assert parse(render([rule])) == [rule]


def test_no_rules_are_an_empty_element():
    assert parse(render([])) == []
    assert b"CloudFunctionConfiguration" not in render([])


RULE = Rule("id", ARN, ALL)


@pytest.mark.parametrize(
    ("changes", "event", "key", "wanted"),
    [
        ({}, "ObjectCreated:Put", "any", True),
        ({}, "ObjectCreated:CompleteMultipartUpload", "any", True),
        ({}, "ObjectRemoved:Delete", "any", False),
        ({"events": ("s3:ObjectCreated:Put",)}, "ObjectCreated:Put", "any", True),
        ({"events": ("s3:ObjectCreated:Put",)}, "ObjectCreated:Post", "any", False),
        ({"prefix": "uploads/"}, "ObjectCreated:Put", "uploads/a", True),
        ({"prefix": "uploads/"}, "ObjectCreated:Put", "other/uploads/a", False),
        ({"suffix": ".pdf"}, "ObjectCreated:Put", "a.pdf", True),
        ({"suffix": ".pdf"}, "ObjectCreated:Put", "a.pdf.txt", False),
        ({"prefix": "my+files/"}, "ObjectCreated:Put", "my files/a", True),
        ({"prefix": "%E5%93%A1/"}, "ObjectCreated:Put", "員/a", True),
    ],
)
def test_which_events_a_rule_wants(changes, event, key, wanted):
    assert replace(RULE, **changes).wants(event, key) is wanted
