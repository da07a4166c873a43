"""`Prefer: wait=N` (RFC 7240): how long an answer may be held back, in whole seconds (pure)."""

from __future__ import annotations

import re

# API Gateway gives up after 30 s, of which a cold start may take some before a function runs.
LONGEST_WAIT_SECONDS = 20

_WAIT = re.compile(r'\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;|$)', re.IGNORECASE)


def wait_seconds(prefer: str | None, left: float) -> int:
    """Return the seconds to wait; 0 when the client prefers none, or none are left.

    prefer: the header, several of them joined by commas; the first `wait` counts, anything else
    in it is none of ours. left: seconds that may be spent on it.
    """
    matches = map(_WAIT.match, (prefer or "").split(","))
    asked = next((int(match[1]) for match in matches if match), 0)
    return int(max(0, min(asked, LONGEST_WAIT_SECONDS, left)))
