"""XML of S3's request bodies, read without their namespaces (pure)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from harness.errors import AwsError


def malformed() -> AwsError:
    """Return S3's refusal of a body that is not what the operation takes."""
    message = (
        "The XML you provided was not well-formed or did not validate against our published schema"
    )
    return AwsError("MalformedXML", message, 400)


def parse_xml(document: bytes) -> ET.Element:
    """Return the root of a request body; raises `AwsError` MalformedXML."""
    try:
        # Expat bounds entity expansion itself, and only loopback can reach us.
        return ET.fromstring(document)  # noqa: S314
    except (ET.ParseError, LookupError, ValueError):  # the others: an encoding nobody knows
        raise malformed() from None


def local_name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def children(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if local_name(child) == name]


def text_of(element: ET.Element, name: str) -> str:
    """Return the text of the only child called `name`, "" without one."""
    found = children(element, name)
    if len(found) > 1:
        raise malformed()
    return (found[0].text or "") if found else ""
