from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.s3_events.configuration import Configuration, Rule
from harness.services.s3_events.configuration_xml import NAMESPACE, parse, render
from tests.harness.services.s3_events.examples import ALL, FUNCTION, QUEUE, TOPIC, rule

BY_KIND = {"CloudFunction": FUNCTION, "Queue": QUEUE, "Topic": TOPIC}


def element(
    *inner: str, events: Iterable[str] = ALL, kind: str = "CloudFunction", arn: str | None = None
) -> str:
    listed = "".join(f"<Event>{event}</Event>" for event in events)
    target = f"<{kind}>{BY_KIND[kind] if arn is None else arn}</{kind}>"
    return f"<{kind}Configuration>{target}{listed}{''.join(inner)}</{kind}Configuration>"


def filtered(*rules: tuple[str, str]) -> str:
    listed = "".join(
        f"<FilterRule><Name>{name}</Name><Value>{value}</Value></FilterRule>"
        for name, value in rules
    )
    return f"<Filter><S3Key>{listed}</S3Key></Filter>"


def document(*elements: str) -> bytes:
    root = f'<NotificationConfiguration xmlns="{NAMESPACE}">'
    return f"{root}{''.join(elements)}</NotificationConfiguration>".encode()


def refused(*elements: str) -> AwsError:
    return refusal(document(*elements))


def refusal(body: bytes) -> AwsError:
    with pytest.raises(AwsError) as caught:
        parse(body)
    assert caught.value.status == 400
    return caught.value


def test_a_rule_with_everything():
    inner = ["<Id>rule-1</Id>", filtered(("Prefix", "uploads/"), ("Suffix", ".pdf"))]
    events = ["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"]
    (found,) = parse(document(element(*inner, events=events))).rules
    assert found == Rule("rule-1", FUNCTION, tuple(events), "uploads/", ".pdf")


def test_every_kind_of_destination():
    ids = {kind: f"<Id>{kind}</Id>" for kind in BY_KIND}
    filters = {kind: filtered(("prefix", kind)) for kind in BY_KIND}
    elements = [element(ids[kind], filters[kind], kind=kind) for kind in BY_KIND]
    configuration = parse(document(*elements, "<EventBridgeConfiguration/>"))
    assert {found.id: found.arn for found in configuration.rules} == BY_KIND
    assert configuration.event_bridge


def test_rules_without_a_name_get_one_each():
    one, other = parse(
        document(element(filtered(("prefix", "a"))), element(filtered(("PREFIX", "b"))))
    ).rules
    assert one.id != other.id
    assert all((one.id, other.id))
    assert (one.prefix, other.prefix) == ("a", "b")


@pytest.mark.parametrize("body", [b"", b" \n", document(), b"<NotificationConfiguration/>"])
def test_an_empty_configuration_clears(body):
    assert parse(body) == Configuration()


@pytest.mark.parametrize(
    ("inner", "options", "message", "argument"),
    [
        ([], {"arn": "arn:aws:lambda:x"}, "The ARN could not be parsed", "CloudFunction"),
        ([], {"arn": ""}, "The ARN could not be parsed", "CloudFunction"),
        ([], {"arn": f"{FUNCTION}:a:b"}, "The ARN could not be parsed", "CloudFunction"),
        ([], {"arn": QUEUE}, "The ARN could not be parsed", "CloudFunction"),
        ([], {"arn": FUNCTION, "kind": "Queue"}, "The ARN could not be parsed", "Queue"),
        ([], {"arn": "invalid", "kind": "Topic"}, "The ARN could not be parsed", "Topic"),
        ([], {"events": ["ObjectCreated"]}, "The event is not supported", "Event"),
        ([], {"events": ["s3:ObjectCreated:Nothing"]}, "The event is not supported", "Event"),
        ([filtered(("INFIX", "x"))], {}, "must be either prefix or suffix", "FilterRule.Name"),
        (
            [filtered(("prefix", "a"), ("Prefix", "b"))],
            {},
            "Cannot specify more than one prefix rule in a filter.",
            "FilterRule.Name",
        ),
        (
            [filtered(("suffix", "a"), ("Suffix", "b"))],
            {},
            "Cannot specify more than one suffix rule in a filter.",
            "FilterRule.Name",
        ),
        ([filtered(("prefix", "員" * 342))], {}, "cannot exceed 1024 bytes", "FilterRule.Value"),
    ],
)
def test_what_is_refused(inner, options, message, argument):
    error = refused(element(*inner, **options))
    assert (error.code, error.fields["ArgumentName"]) == ("InvalidArgument", argument)
    assert message in error.message


def test_the_name_of_a_filter_is_quoted_as_it_was_given():
    assert refused(element(filtered(("INFIX", "x")))).fields["ArgumentValue"] == "INFIX"


def test_the_same_name_twice_is_refused():
    twice = ["<Id>one</Id>", "<Id>one</Id>"]
    events = [["s3:ObjectCreated:*"], ["s3:ObjectRemoved:*"]]
    error = refused(*(element(name, events=some) for name, some in zip(twice, events, strict=True)))
    assert error.message == "Same ID used for multiple configurations. IDs must be unique"


def test_a_hundred_rules_are_the_most():
    rules = [element(filtered(("prefix", f"{number:03}"))) for number in range(101)]
    assert len(parse(document(*rules[:100])).rules) == 100
    assert "100 notification configurations at most" in refused(*rules).message


@pytest.mark.parametrize(
    "body",
    [
        b"<open>",
        b"no xml",
        b"\xff\xfe",
        b"\0",
        b'<?xml version="1.0" encoding="none"?><a/>',
        b"<Other/>",
        document("<Unknown/>"),
        document(element(events=[])),
        document(element("<Unknown/>")),
        document(element("<Id>a</Id><Id>b</Id>")),
        document(element(f"<Queue>{QUEUE}</Queue>")),
        document(element(f"<CloudFunction>{FUNCTION}</CloudFunction>")),
    ],
)
def test_what_does_not_follow_the_schema_is_malformed(body):
    with pytest.raises(AwsError, match="MalformedXML"):
        parse(body)


FRAGMENTS = st.sampled_from(
    [
        *("<NotificationConfiguration>", "</NotificationConfiguration>", "<Event>", "</Event>"),
        *("<QueueConfiguration>", "</QueueConfiguration>", "<Queue>", "</Queue>", QUEUE, *ALL),
        *("<Filter><S3Key><FilterRule>", "<Name>prefix</Name>", "&amp;", "&x;", "<![CDATA[", "]]>"),
        *("<!DOCTYPE a [<!ENTITY a 'b'>]>", "<EventBridgeConfiguration/>", "\u0000", "員"),
    ]
)


@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=5)), max_size=30).map("".join))
def test_whatever_is_sent_is_a_configuration_or_one_of_s3s_errors(text):
    body = text.encode(errors="replace")
    try:
        configuration = parse(body)
    except AwsError:
        assert refusal(body).code in ("MalformedXML", "InvalidArgument")
    else:
        assert parse(render(configuration)) == configuration


TEXT = st.text("abc/.+% &<", max_size=4)
RULES = st.builds(
    Rule,
    id=st.uuids().map(str),
    arn=st.sampled_from([FUNCTION, f"{FUNCTION}:live", QUEUE, TOPIC]),
    events=st.sampled_from([ALL, ("s3:ObjectRemoved:Delete", "s3:ObjectTagging:*")]),
    prefix=TEXT,
    suffix=TEXT,
)


@given(RULES, st.booleans())
def test_a_configuration_is_returned_as_it_was_put(one, event_bridge):
    configuration = Configuration((one,), event_bridge)
    assert parse(render(configuration)) == configuration


def test_no_rules_are_an_empty_element():
    assert parse(render(Configuration())) == Configuration()
    assert b"Configuration>" not in render(Configuration()).partition(b"?>")[2]


def test_rules_that_overlap_are_refused_whatever_their_destinations():
    error = refused(element(), element(kind="Queue", events=["s3:ObjectCreated:Put"]))
    assert error.message.startswith("Configurations overlap.")


def test_one_rule_may_name_events_that_never_happen_here():
    events = ["s3:ObjectRestore:Completed", "s3:Replication:*", "s3:LifecycleTransition"]
    (found,) = parse(document(element(events=events))).rules
    assert found.events == tuple(events)
    assert rule(events=found.events).mismatch("ObjectCreated:Put", "k")
