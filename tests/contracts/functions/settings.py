"""What the functions under test are told through their variables."""

from __future__ import annotations

import os

ENVIRONMENT = dict(os.environ)
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
REGION = os.environ["AWS_REGION"]
REPORTS = os.environ.get("REPORTS", "")
SIGNALS = os.environ.get("SIGNALS", "")
