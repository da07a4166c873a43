"""JSON as an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from harness.call import Reply


def json_reply(status: int, content: Mapping[str, Any]) -> Reply:
    return Reply(status, [("content-type", "application/json")], orjson.dumps(content))
