"""Journal lines as the services write them, for tests of the stories told from them."""

from __future__ import annotations

from typing import Any

BUCKET, KEY = "docs", "uploads/員工 (1).pdf"
FUNCTION = "arn:aws:lambda:ap-northeast-1:123456789012:function:processor"
REQUEST = "11111111-1111-4111-8111-111111111111"

Line = dict[str, Any]


def rule(
    *, matched: bool = True, reason: str = "event type and filters match", **more: Any
) -> Line:
    return {"id": "Uploads", "target": FUNCTION, "matched": matched, "reason": reason, **more}


def evaluated(*rules: Line, at: float = 100.0, call: str = "call-1", **more: Any) -> Line:
    return {
        "time": at,
        "kind": "s3.evaluated",
        "call": call,
        "bucket": BUCKET,
        "key": KEY,
        "event": "ObjectCreated:Put",
        "version_id": "v1",
        "sequencer": "0001",
        "rules": list(rules),
        **more,
    }


def s3(kind: str, at: float = 100.1, call: str = "call-1", **detail: Any) -> Line:
    own = {"call": call, "bucket": BUCKET, "key": KEY, "rule": "Uploads", "target": FUNCTION}
    return {"time": at, "kind": f"s3.{kind}", **own, **detail}


def of(kind: str, time: float, *, request_id: str = REQUEST, **detail: Any) -> Line:
    return {
        "time": time,
        "kind": kind,
        "function": "processor",
        "request_id": request_id,
        **detail,
    }


def accepted() -> list[Line]:
    """An event that matched, was delivered and taken over by Lambda."""
    return [
        evaluated(rule()),
        s3("delivered", request_id=REQUEST),
        of("async.accepted", 100.2),
    ]


def attempted(at: float, error: str = "", *, cold: bool = False) -> list[Line]:
    """One attempt that took 50 ms; `error` is its error type, "" when it succeeded."""
    return [
        of("async.attempt", at),
        of("invocation.started", at + 0.1, cold=cold),
        of(
            "invocation.finished",
            at + 0.15,
            failed=bool(error),
            error_type=error,
            duration_ms=50.0,
        ),
    ]
