"""CORS rules of a bucket: what may be configured, and which rule lets a request through (pure).

Of several rules the first that fits origin, method and headers decides (S3 User Guide,
"How does Amazon S3 evaluate the CORS configuration on a bucket?").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from harness.call import Headers
from harness.errors import AwsError
from harness.s3_xml import children, local_name, malformed, parse_xml, text_of

_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
_MOST_RULES = 100
_VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


@dataclass(frozen=True, slots=True)
class Rule:
    """origins, headers: may have one `*`; seconds: how long a preflight counts, "" if unsaid."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    seconds: str

    def origin(self, origin: str) -> str:
        """Return what allows `origin`: "*" or itself; "" when nothing does."""
        if "*" in self.origins:
            return "*"
        return origin if any(_fits(pattern, origin) for pattern in self.origins) else ""

    def allows(self, origin: str, method: str, headers: Sequence[str]) -> bool:
        """Tell whether a request of that method with these headers may be made from `origin`."""
        patterns = [pattern.lower() for pattern in self.headers]
        return (
            bool(self.origin(origin))
            and method in self.methods
            and all(any(_fits(pattern, name) for pattern in patterns) for name in headers)
        )


Rules = tuple[Rule, ...]


def parse_rules(document: bytes) -> Rules:
    """Return the rules of a CORS configuration; raises `AwsError` as PutBucketCors does."""
    root = parse_xml(document)
    found = children(root, "CORSRule")
    if local_name(root) != "CORSConfiguration" or not 1 <= len(found) <= _MOST_RULES:
        raise malformed()
    rules = tuple(
        Rule(
            _texts(element, "AllowedOrigin"),
            _texts(element, "AllowedMethod"),
            _texts(element, "AllowedHeader"),
            _texts(element, "ExposeHeader"),
            text_of(element, "MaxAgeSeconds").strip(),
        )
        for element in found
    )
    for rule in rules:
        _refuse_unusable(rule)
    return rules


def _texts(element: ET.Element, name: str) -> tuple[str, ...]:
    return tuple((found.text or "").strip() for found in children(element, name))


def _refuse_unusable(rule: Rule) -> None:
    if not rule.origins or not rule.methods:
        raise malformed()
    if rule.seconds and not (rule.seconds.isascii() and rule.seconds.isdecimal()):
        raise malformed()
    for method in rule.methods:
        if method not in _METHODS:
            message = (
                f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            )
            raise AwsError("InvalidRequest", message, 400)
    for kind, values in (("AllowedOrigin", rule.origins), ("AllowedHeader", rule.headers)):
        for value in values:
            if value.count("*") > 1:
                message = f'{kind} "{value}" can not have more than one wildcard.'
                raise AwsError("InvalidRequest", message, 400)
    for value in rule.exposed:
        if "*" in value:
            message = (
                f'ExposeHeader "{value}" contains wildcard. '
                "We currently do not support wildcard for ExposeHeader."
            )
            raise AwsError("InvalidRequest", message, 400)


def _fits(pattern: str, text: str) -> bool:
    before, wildcard, after = pattern.partition("*")
    if not wildcard:
        return pattern == text
    longest = len(before) + len(after)
    return len(text) >= longest and text.startswith(before) and text.endswith(after)


def requested(header: str) -> list[str]:
    """Return the names of an Access-Control-Request-Headers, in lower case."""
    return [name for name in re.split(r"\s*,\s*", header.strip().lower()) if name]


def chosen(rules: Rules, origin: str, method: str, headers: Sequence[str] = ()) -> Rule | None:
    """Return the rule that lets a request through."""
    return next((rule for rule in rules if rule.allows(origin, method, headers)), None)


def answered(rule: Rule, origin: str, headers: Sequence[str] = ()) -> Headers:
    """Return the headers of an answer under `rule`; headers: those a preflight asked for."""
    allowed = rule.origin(origin)
    found = {
        "access-control-allow-origin": allowed,
        "access-control-allow-methods": ", ".join(rule.methods),
        "access-control-allow-headers": ", ".join(headers),
        "access-control-expose-headers": ", ".join(rule.exposed),
        "access-control-max-age": rule.seconds,
        "access-control-allow-credentials": "" if allowed == "*" else "true",
        "vary": _VARY,
    }
    return [(name, value) for name, value in found.items() if value]
