"""Conditional requests (RFC 9110, section 13): entity tags, and what a client knows (pure)."""

from __future__ import annotations

import re
from hashlib import sha256

from api.errors import PreconditionFailedError

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')

_CHANGED = (
    "文件在您讀取之後已有變更，請重新讀取後再試。 "
    "The document has changed since you read it; read it again, then decide."
)


def entity_tag(content: bytes) -> str:
    """Return the strong entity tag of a representation; equal for equal bytes only."""
    return f'"{sha256(content).hexdigest()[:32]}"'


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Tell whether the client has the representation of `tag` already.

    if_none_match: the header, several tags or `*`; compared weakly, as section 13.1.2 wants.
    """
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in {found[1] for found in _tags(if_none_match)}


def check_unchanged(if_match: str | None, tag: str) -> None:
    """Raise `PreconditionFailedError` unless `tag` is among those that the client expects.

    if_match: the header, several tags or `*`; compared strongly (section 13.1.1).
    """
    if if_match is None or if_match.strip() == "*":
        return
    if tag not in {found[1] for found in _tags(if_match) if not found[0]}:
        raise PreconditionFailedError(_CHANGED)


def _tags(header: str) -> list[tuple[str, str]]:
    """Return (weakness, tag) of each entity tag in a header; what is none is passed over."""
    return _TAG.findall(header)
