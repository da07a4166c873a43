"""A difference from AWS that a page names has a test, and a test of one is named on its page."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT

_TEST = re.compile(r"^def (test_differs_\w+)", re.MULTILINE)
TESTS = {
    "lambda-async.md": ("contracts/test_lambda_destinations.py",),
    "s3_requests.md": ("contracts/test_s3_requests_differences.py",),
    "sns.md": ("contracts/test_sns.py",),
    "xray.md": ("contracts/test_xray.py",),
}


@pytest.mark.parametrize("page", TESTS)
def test_a_page_lists_exactly_what_is_tested(page: str):
    text = (ROOT / "docs" / "services" / page).read_text()
    sources = [(ROOT / "tests" / name).read_text() for name in TESTS[page]]
    tested = {name for source in sources for name in _TEST.findall(source)}
    assert set(re.findall(r"`(test_differs_\w+)`", text)) == tested
