"""What `harness up` would make of a template, without an environment: read, expanded and planned.

It is done by the program that applies templates, which ends before it creates anything.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_DATABASE = {
    "DatabaseHost": "127.0.0.1",
    "DatabasePort": "5432",
    "DatabaseName": "example",
    "DatabaseUser": "example",
    "DatabasePassword": "only-for-the-check",
}
_NOWHERE = ("--endpoint-url", "http://127.0.0.1:9", "--region", "ap-northeast-1")
_TIMEOUT_S = 60


def preview(template: Path) -> dict[str, Any]:
    """Return the event "expanded", with `images` and the number of `resources`, or "failed".

    A failure has a `message`. The shapes are those of `harness.stack.main`.
    """
    offer = json.dumps({"parameters": _DATABASE})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "harness.stack", template, *_NOWHERE],
            input=f"{offer}\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
        event: dict[str, Any] = json.loads(done.stdout.partition("\n")[0])
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        return {"event": "failed", "message": f"the check itself failed: {error}"}
    return event
