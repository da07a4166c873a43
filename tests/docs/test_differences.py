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


def test_every_test_that_the_page_about_runtimes_names_is_there():
    page = (ROOT / "docs" / "parity.md").read_text()
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named == {name for name in named if f"def {name}(" in tests}
    files = re.findall(r"`((?:tests|scenarios|loadtests)/[\w/]+\.py)`", page)
    assert [file for file in files if not (ROOT / file).exists()] == []
