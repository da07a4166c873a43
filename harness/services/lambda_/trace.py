"""The trace header and the lineage in it: which functions ran for what caused this (§3.7); pure.

    Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=a87bd80c:3|…

Parent is the segment that caused this, Sampled whether X-Ray gets a trace; without it nobody has
decided yet.

A lineage names each function of the chain by eight hexadecimal digits and says how often it was
invoked. SDKs pass the header on as it is, only with what HTTP does not like escaped.
"""

from __future__ import annotations

import re
import secrets
import zlib
from urllib.parse import unquote

_ROOT = re.compile(r"^1-[0-9a-f]{8}-[0-9a-f]{24}$")
_SEGMENT = re.compile(r"^[0-9a-f]{16}$")
_ANCESTOR = re.compile(r"^([0-9a-f]{8}):(\d{1,5})$")
_LONGEST_CHAIN = 64


def identity(function: str) -> str:
    """Return how a lineage calls a function."""
    return f"{zlib.crc32(function.encode()):08x}"


def lineage(header: str) -> dict[str, int]:
    """Return how often each function was invoked before; what is not understood is left out."""
    ancestors = _members(header).get("Lineage", "").split("|")
    found = [match for ancestor in ancestors if (match := _ANCESTOR.match(ancestor))]
    return {match[1]: int(match[2]) for match in found}


def rooted(now: float) -> str:
    """Return the header of something that nothing traced has caused."""
    return f"Root=1-{int(now):08x}-{secrets.token_hex(12)}"


def continued(header: str, function: str, now: float) -> str:
    """Return the header of an invocation of `function` that came with `header`, or with none."""
    root = _members(header).get("Root", "")
    if not _ROOT.match(root):
        root = _members(rooted(now))["Root"]
    chain = lineage(header)
    me = identity(function)
    chain[me] = chain.get(me, 0) + 1
    latest = [f"{ancestor}:{count}" for ancestor, count in chain.items()][-_LONGEST_CHAIN:]
    return _header(root, parent(header), _members(header).get("Sampled", ""), "|".join(latest))


def root(header: str) -> str:
    """Return what a whole chain of calls shares; "" when the header has none."""
    return _members(header).get("Root", "")


def parent(header: str) -> str:
    """Return the segment that caused this; "" when none is known."""
    found = _members(header).get("Parent", "")
    return found if _SEGMENT.match(found) else ""


def sampled(header: str) -> bool | None:
    """Return what was decided before; None when nobody has."""
    return {"1": True, "0": False}.get(_members(header).get("Sampled", ""))


def handed_on(header: str, parent: str, *, sampled: bool) -> str:
    """Return the header that a function finds: its calls are caused by `parent`."""
    members = _members(header)
    return _header(members.get("Root", ""), parent, str(int(sampled)), members.get("Lineage", ""))


def segment_id() -> str:
    """Return an id for a new segment."""
    return secrets.token_hex(8)


def _header(root: str, parent: str, sampled: str, lineage: str) -> str:
    decided = sampled if sampled in ("0", "1") else ""
    members = {"Root": root, "Parent": parent, "Sampled": decided, "Lineage": lineage}
    return ";".join(f"{name}={value}" for name, value in members.items() if value)


def _members(header: str) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in unquote(header).split(";"))
    return {name: value for name, _, value in parts}
