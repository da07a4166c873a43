"""Can the template be applied? It is read, expanded and planned as `harness up` does it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from harness.doctor.finding import Checkup, Finding, Level

_DATABASE = {
    "DatabaseHost": "127.0.0.1",
    "DatabasePort": "5432",
    "DatabaseName": "example",
    "DatabaseUser": "example",
    "DatabasePassword": "only-for-the-check",
}
_NOWHERE = ("--endpoint-url", "http://127.0.0.1:9", "--region", "ap-northeast-1")
_TIMEOUT_S = 60


def check(checkup: Checkup) -> Iterator[Finding]:
    answer = _plan(checkup)
    if answer.get("event") == "expanded":
        detail = f"{checkup.template}: {answer['resources']} resources"
        yield Finding(Level.OK, "template", detail)
    else:
        message = answer.get("message", "it could not be checked")
        yield Finding(Level.PROBLEM, "template", f"{message}", "correct it, or name another")


def _plan(checkup: Checkup) -> dict[str, Any]:
    """Return the first event of an application that ends before it creates anything."""
    offer = json.dumps({"parameters": _DATABASE})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "harness.stack", checkup.template, *_NOWHERE],
            input=f"{offer}\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
        event: dict[str, Any] = json.loads(done.stdout.partition("\n")[0])
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        return {"message": f"the check itself failed: {error}"}
    return event
