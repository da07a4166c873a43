"""Bucket notification configurations: the XML, S3's rules for it, and matching (pure).

The rules and their messages: aws-behaviour §5.6.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import unquote_plus
from xml.etree import ElementTree as ET

from harness.errors import AwsError

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

EVENTS = frozenset(
    f"s3:ObjectCreated:{name}" for name in ("*", "Put", "Post", "Copy", "CompleteMultipartUpload")
)
_FUNCTION_ARN = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?")


@dataclass(frozen=True, slots=True)
class Rule:
    """One destination with the events and keys it wants; prefix and suffix as configured."""

    id: str
    function_arn: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    def wants(self, event_name: str, key: str) -> bool:
        """Tell whether an event ("ObjectCreated:Put") of a plain key goes to this rule."""
        return any(_covers(event, f"s3:{event_name}") for event in self.events) and (
            key.startswith(unquote_plus(self.prefix)) and key.endswith(unquote_plus(self.suffix))
        )


def _covers(configured: str, event: str) -> bool:
    return configured == event or (
        configured.endswith("*") and event.startswith(configured.removesuffix("*"))
    )


def parse(document: bytes) -> list[Rule]:
    """Return the rules of a PutBucketNotificationConfiguration body.

    Raises `AwsError` as S3 does; a destination that is not emulated is refused by name.
    """
    if not document.strip():
        return []
    try:
        # Expat bounds entity expansion itself, and only loopback can reach us.
        root = ET.fromstring(document)  # noqa: S314
    except (ET.ParseError, LookupError):  # the second: an encoding nobody knows
        raise AwsError("MalformedXML", _MALFORMED, 400) from None
    rules = [_rule(element) for element in root]
    _refuse_overlaps(rules)
    return rules


_MALFORMED = (
    "The XML you provided was not well-formed or did not validate against our published schema"
)


def _rule(element: ET.Element) -> Rule:
    kind = element.tag.rpartition("}")[2]
    if kind != "CloudFunctionConfiguration":
        raise AwsError("NotImplemented", f"{kind} is not emulated here so far", 501)
    arn = _text(element, "CloudFunction")
    if not _FUNCTION_ARN.fullmatch(arn):
        fields = {"ArgumentName": "CloudFunction", "ArgumentValue": arn}
        raise AwsError("InvalidArgument", "The ARN could not be parsed", 400, fields)
    events = tuple(found.text or "" for found in _children(element, "Event"))
    if not events:
        raise AwsError("MalformedXML", _MALFORMED, 400)
    for event in events:
        _check_event(event)
    filters = dict(_filters(element))
    identifier = _text(element, "Id") or secrets.token_urlsafe(36)
    return Rule(identifier, arn, events, filters.get("Prefix", ""), filters.get("Suffix", ""))


def _check_event(event: str) -> None:
    if event in EVENTS:
        return
    if event.startswith("s3:"):
        raise AwsError("NotImplemented", f"the event type {event} is not emulated here so far", 501)
    fields = {"ArgumentName": "Event", "ArgumentValue": event}
    message = "The event is not supported for notifications"
    raise AwsError("InvalidArgument", message, 400, fields)


def _filters(element: ET.Element) -> Iterator[tuple[str, str]]:
    for rule in element.iter():
        if rule.tag.rpartition("}")[2] == "FilterRule":
            name = _text(rule, "Name").capitalize()
            if name not in ("Prefix", "Suffix"):
                fields = {"ArgumentName": "FilterRule.Name", "ArgumentValue": name}
                message = "filter rule name must be either prefix or suffix"
                raise AwsError("InvalidArgument", message, 400, fields)
            yield name, _text(rule, "Value")


def _children(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if child.tag.rpartition("}")[2] == name]


def _text(element: ET.Element, name: str) -> str:
    return next((child.text or "" for child in _children(element, name)), "").strip()


def _refuse_overlaps(rules: list[Rule]) -> None:
    for one, other in combinations(rules, 2):
        if _share_event(one, other) and _share_key(one, other):
            filtered = any((one.prefix, one.suffix, other.prefix, other.suffix))
            raise AwsError("InvalidArgument", _AMBIGUOUS if filtered else _OVERLAP, 400)


_OVERLAP = (
    "Configurations overlap. Configurations on the same bucket cannot share a common event type."
)
_AMBIGUOUS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules "
    "if the prefixes are overlapping for the same event type."
)


def _share_event(one: Rule, other: Rule) -> bool:
    return any(_covers(a, b) or _covers(b, a) for a in one.events for b in other.events)


def _share_key(one: Rule, other: Rule) -> bool:
    prefixes = one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)
    suffixes = one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix)
    return prefixes and suffixes


def render(rules: list[Rule]) -> bytes:
    """Return the XML that GetBucketNotificationConfiguration answers."""
    root = ET.Element("NotificationConfiguration", xmlns=NAMESPACE)
    for rule in rules:
        element = ET.SubElement(root, "CloudFunctionConfiguration")
        ET.SubElement(element, "Id").text = rule.id
        ET.SubElement(element, "CloudFunction").text = rule.function_arn
        for event in rule.events:
            ET.SubElement(element, "Event").text = event
        _render_filter(element, rule)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _render_filter(element: ET.Element, rule: Rule) -> None:
    named = [("Prefix", rule.prefix), ("Suffix", rule.suffix)]
    if not any(value for _, value in named):
        return
    key = ET.SubElement(ET.SubElement(element, "Filter"), "S3Key")
    for name, value in named:
        if value:
            found = ET.SubElement(key, "FilterRule")
            ET.SubElement(found, "Name").text = name
            ET.SubElement(found, "Value").text = value
