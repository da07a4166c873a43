"""What a function wrote to its log."""

from __future__ import annotations

import json
from typing import Any

import pytest

Line = dict[str, Any]


def logged(capsys: pytest.CaptureFixture[str]) -> tuple[list[Line], list[Line]]:
    """Return (the lines, the metrics) written since it was asked last; all must be JSON."""
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return (
        [line for line in written if "_aws" not in line],
        [line for line in written if "_aws" in line],
    )
