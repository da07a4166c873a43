"""How an upload is followed to its end: the id of the request that took it goes with the object.

The api stores it as metadata of the object; the processor finds it there, whatever started it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_KEY = "correlation-id"  # S3 sends it as x-amz-meta-correlation-id
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def object_metadata(correlation_id: str | None) -> dict[str, str]:
    """Return the `Metadata` of an object that the request `correlation_id` stores."""
    return {_KEY: correlation_id} if correlation_id and _ID.fullmatch(correlation_id) else {}


def correlation_id(metadata: Mapping[str, str]) -> str | None:
    """Return the id in the `Metadata` of an object; None for anything that is no UUID.

    Whoever may write to the bucket may write anything there, and it goes into the log.
    """
    found = metadata.get(_KEY, "")
    return found if _ID.fullmatch(found) else None
