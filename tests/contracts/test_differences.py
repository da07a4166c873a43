"""Where the process runtime differs from AWS; docs/services/lambda.md lists these.

A difference that goes away fails its test, and the list is corrected.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.contracts.account import Account


def test_differs_the_endpoint_is_a_variable_and_the_session_token_is_none(account: Account):
    variables = account.function("subject.describe").result()["variables"]
    assert variables["AWS_ENDPOINT_URL"] == account.url
    assert "AWS_SESSION_TOKEN" not in variables


def test_the_documentation_lists_exactly_these():
    page = Path(__file__).parents[2] / "docs" / "services" / "lambda.md"
    here = {name for name in globals() if name.startswith("test_differs_")}
    assert set(re.findall(r"`(test_differs_\w+)`", page.read_text())) == here
