"""A trivial function for a benchmark, deployed as anybody would."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from uuid import uuid4

_ROLE = "hr-chatbot-lambda-role"


def deploy(
    aws_lambda: Any, source: str, *, name: str = "", role: str = _ROLE, **settings: Any
) -> tuple[str, str]:
    """Create a function whose module is `source` with a `handler`; return its name and ARN."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        member = zipfile.ZipInfo("measured.py")
        member.external_attr = 0o644 << 16  # Lambda's user must be able to read it
        archive.writestr(member, source)
    made = aws_lambda.create_function(
        FunctionName=name or f"measured-{uuid4().hex[:8]}",
        Runtime="python3.12",
        Role=f"arn:aws:iam::123456789012:role/{role}",
        Handler="measured.handler",
        Code={"ZipFile": written.getvalue()},
        **settings,
    )
    return made["FunctionName"], made["FunctionArn"]
