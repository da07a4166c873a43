"""What a delete did, and the lists of DeleteObjects."""

from __future__ import annotations

import pytest

from harness.services.s3_events.removed import Removal, Target, removal

CURRENT = Target("k", "")
VERSION = Target("k", "v1")
NULL = Target("k", "null")
DELETED, MARKED = "ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated"


@pytest.mark.parametrize(
    ("target", "marker", "versioning", "existed", "done"),
    [
        (CURRENT, "", "", True, Removal(DELETED, "")),
        (CURRENT, "", "", False, None),
        (CURRENT, "m1", "Enabled", True, Removal(MARKED, "m1")),
        (CURRENT, "", "Enabled", True, None),
        (CURRENT, "", "Suspended", True, Removal(MARKED, "")),
        (CURRENT, "", "Suspended", False, None),
        (VERSION, "", "Enabled", True, Removal(DELETED, "v1")),
        (VERSION, "", "Enabled", False, None),
        (VERSION, "", "Suspended", True, Removal(DELETED, "v1")),
        (NULL, "", "Suspended", True, Removal(DELETED, "")),
        (NULL, "", "", True, Removal(DELETED, "")),
    ],
)
def test_what_a_delete_did(target, marker, versioning, existed, done):
    assert removal(target, marker, versioning, existed=existed) == done
