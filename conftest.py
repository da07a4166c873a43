"""Options of all suites."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-images",
        action="store_true",
        help="also build the images whose build takes minutes (`make images`)",
    )
    parser.addoption(
        "--runtime",
        choices=["process", "docker"],
        default="process",
        help="what contract tests and scenarios run functions in (default process)",
    )
    parser.addoption(
        "--environment",
        metavar="DIRECTORY",
        help="run scenarios against the environment whose HARNESS_STATE_DIR this is, instead of "
        "one of their own",
    )
