"""Notification configurations on the wire: the XML, and S3's rules for what may be in it (pure).

The rules and their messages: aws-behaviour §5.6.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from harness.errors import AwsError
from harness.s3_xml import children, local_name, malformed, parse_xml, text_of
from harness.services.s3_events.configuration import Configuration, Rule
from harness.services.s3_events.events import CONFIGURABLE
from harness.services.s3_events.overlaps import refuse_overlaps

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_MOST_RULES = 100
_LONGEST_VALUE = 1024


@dataclass(frozen=True, slots=True)
class _Target:
    """How a kind of destination is spelled; service: as in its ARN."""

    element: str
    service: str
    name: str

    @property
    def argument(self) -> str:
        return self.element.removesuffix("Configuration")

    def is_arn(self, text: str) -> bool:
        pattern = rf"arn:aws[\w-]*:{self.service}:[\w-]+:[0-9]{{12}}:{self.name}"
        return re.fullmatch(pattern, text, re.ASCII) is not None


_TARGETS = (
    _Target("TopicConfiguration", "sns", r"[\w-]{1,256}(\.fifo)?"),
    _Target("QueueConfiguration", "sqs", r"[\w-]{1,80}(\.fifo)?"),
    _Target("CloudFunctionConfiguration", "lambda", r"function:[\w-]{1,64}(:[\w$-]{1,128})?"),
)
_BY_ELEMENT = {target.element: target for target in _TARGETS}
_BY_SERVICE = {target.service: target for target in _TARGETS}


def parse(document: bytes) -> Configuration:
    """Return what a PutBucketNotificationConfiguration body asks for.

    Raises `AwsError` as S3 does.
    """
    if not document.strip():
        return Configuration()
    root = parse_xml(document)
    if local_name(root) != "NotificationConfiguration":
        raise malformed()
    elements = [element for element in root if local_name(element) != "EventBridgeConfiguration"]
    rules = tuple(_rule(element) for element in elements)
    _refuse_too_many(rules)
    _refuse_equal_ids(rules)
    refuse_overlaps(rules)
    return Configuration(rules, event_bridge=len(elements) < len(root))


def _rule(element: ET.Element) -> Rule:
    target = _BY_ELEMENT.get(local_name(element))
    known = {"Id", "Event", "Filter", target.argument if target else ""}
    if target is None or any(local_name(child) not in known for child in element):
        raise malformed()
    arn = text_of(element, target.argument).strip()
    if not target.is_arn(arn):
        raise _invalid("The ARN could not be parsed", target.argument, arn)
    events = tuple((found.text or "").strip() for found in children(element, "Event"))
    if not events:
        raise malformed()
    for event in events:
        if event not in CONFIGURABLE:
            raise _invalid("The event is not supported for notifications", "Event", event)
    filters = _filters(element)
    identifier = text_of(element, "Id").strip() or secrets.token_urlsafe(36)
    return Rule(identifier, arn, events, filters.get("Prefix", ""), filters.get("Suffix", ""))


def _invalid(message: str, name: str, value: str) -> AwsError:
    fields = {"ArgumentName": name, "ArgumentValue": value}
    return AwsError("InvalidArgument", message, 400, fields)


def _filters(element: ET.Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for rule in (
        rule
        for kept in children(element, "Filter")
        for s3_key in children(kept, "S3Key")
        for rule in children(s3_key, "FilterRule")
    ):
        given, value = text_of(rule, "Name").strip(), text_of(rule, "Value")
        name = given.capitalize()
        if name not in ("Prefix", "Suffix"):
            message = "filter rule name must be either prefix or suffix"
            raise _invalid(message, "FilterRule.Name", given)
        if name in found:
            message = f"Cannot specify more than one {name.lower()} rule in a filter."
            raise _invalid(message, "FilterRule.Name", given)
        if len(value.encode()) > _LONGEST_VALUE:
            message = (
                f"Size of filter rule value cannot exceed {_LONGEST_VALUE} bytes in UTF-8 "
                "representation"
            )
            raise _invalid(message, "FilterRule.Value", value)
        found[name] = value
    return found


def _refuse_too_many(rules: tuple[Rule, ...]) -> None:
    if len(rules) > _MOST_RULES:
        message = f"A bucket can have {_MOST_RULES} notification configurations at most"
        raise AwsError("InvalidArgument", message, 400)


def _refuse_equal_ids(rules: tuple[Rule, ...]) -> None:
    [(identifier, times)] = Counter(rule.id for rule in rules).most_common(1) or [("", 0)]
    if times > 1:
        message = "Same ID used for multiple configurations. IDs must be unique"
        raise _invalid(message, "Id", identifier)


def render(configuration: Configuration) -> bytes:
    """Return the XML that GetBucketNotificationConfiguration answers."""
    root = ET.Element("NotificationConfiguration", xmlns=NAMESPACE)
    for rule in configuration.rules:
        target = _BY_SERVICE[rule.service]
        element = ET.SubElement(root, target.element)
        ET.SubElement(element, "Id").text = rule.id
        ET.SubElement(element, target.argument).text = rule.arn
        for event in rule.events:
            ET.SubElement(element, "Event").text = event
        _render_filter(element, rule)
    if configuration.event_bridge:
        ET.SubElement(root, "EventBridgeConfiguration")
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
