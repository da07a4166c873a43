from __future__ import annotations

import pytest

from harness.injection.scope import CallScope, covers

FACTS = {
    "service": ["bedrock", "bedrock-runtime"],
    "operation": ["InvokeModel"],
    "resource": ["arn:aws:s3:::b/uploads/員工 [1].pdf", "arn:aws:s3:::b/other"],
    "function": [],
}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (CallScope(), True),
        (CallScope(service="bedrock-runtime"), True),
        (CallScope(service="s3"), False),
        (CallScope(operation="Invoke*"), True),
        (CallScope(operation="invoke*"), False),
        (CallScope(service="bedrock", operation="Converse"), False),
        (CallScope(resource="*/uploads/員工*"), True),
        (CallScope(resource="*/other"), True),
        (CallScope(resource="b"), False),
        (CallScope(function="*"), False),
    ],
)
def test_each_pattern_has_to_match_a_fact(scope, expected):
    assert covers(scope, FACTS) is expected
