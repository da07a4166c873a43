from __future__ import annotations

import pytest

from harness.services.lambda_.unstored import Unstored

LETTERS = {"TargetArn": "arn:q"}
LOGGING = {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}


@pytest.fixture
def unstored() -> Unstored:
    made = Unstored()
    made.keep("f", {"DeadLetterConfig": LETTERS, "Timeout": 3})
    return made


def test_what_was_set_is_put_back_and_nothing_else(unstored):
    completed = unstored.completed({"FunctionName": "f", "Handler": "h"})
    del completed["RevisionId"]
    assert completed == {
        "FunctionName": "f",
        "Handler": "h",
        "DeadLetterConfig": LETTERS,
        "LoggingConfig": LOGGING,
    }


def test_every_change_is_a_new_revision(unstored):
    before = unstored.completed({"FunctionName": "f"})["RevisionId"]
    unstored.keep("f", {})
    assert unstored.completed({"FunctionName": "f"})["RevisionId"] != before


def test_every_function_has_a_logging_configuration(unstored):
    unstored.keep("f", {"LoggingConfig": {"LogFormat": "JSON"}})
    completed = unstored.completed({"FunctionName": "f"})
    assert completed["LoggingConfig"] == {**LOGGING, "LogFormat": "JSON"}
    assert completed["DeadLetterConfig"] == LETTERS


def test_wherever_an_answer_describes_a_function_it_is_completed(unstored):
    one = {"FunctionName": "f"}
    completed = unstored.completed(one)
    code = {"Location": "…"}
    assert unstored.completed({"Configuration": one, "Code": code}) == {
        "Configuration": completed,
        "Code": code,
    }
    other = {"FunctionName": "g"}
    assert unstored.completed({"Functions": [one, other]}) == {
        "Functions": [completed, unstored.completed(other)]
    }
    assert "DeadLetterConfig" not in unstored.completed(other)


def test_a_deleted_function_leaves_nothing(unstored):
    unstored.forget("f")
    unstored.forget("never known")
    assert "DeadLetterConfig" not in unstored.completed({"FunctionName": "f"})
