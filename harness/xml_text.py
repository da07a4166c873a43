"""Text put into XML answers, whatever characters a request came with (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return `text` escaped; XML has no form at all for some characters, so they become U+FFFD."""
    return escape(_NOT_IN_XML.sub("\ufffd", text))


def elements(members: Mapping[str, str]) -> str:
    """Return an element for each member, by its name."""
    return "".join(f"<{name}>{xml_text(text)}</{name}>" for name, text in members.items())
