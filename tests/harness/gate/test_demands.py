from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.gate.demands import about

COMMIT = "a1b2c3d4" * 5
IMAGE = {"reference": "processor:1.0", "id": "sha256:aa", "content_digest": "sha256:bb"}
SUBJECT = {"commit": COMMIT, "dirty": False, "images": {"processor": IMAGE}}


@pytest.mark.parametrize("image", [None, "processor:1.0", "sha256:aa", "sha256:bb"])
def test_a_report_is_about_its_image_by_any_of_its_names(image):
    about(SUBJECT, image=image, commit=COMMIT)
    about(SUBJECT, image=image, commit=COMMIT[:8])


@pytest.mark.parametrize("image", ["processor:1.1", "sha256:cc", "processor", ""])
def test_a_report_for_another_image_is_refused(image):
    with pytest.raises(UsageError, match=r"is about processor:1.0 \(sha256:aa\), not about"):
        about(SUBJECT, image=image, commit=None)


def test_a_report_without_an_image_clears_none():
    with pytest.raises(UsageError, match="is about no image, not about processor"):
        about({**SUBJECT, "images": {}}, image="processor:1.0", commit=None)


@pytest.mark.parametrize(
    ("changes", "commit", "complaint"),
    [
        ({}, "ffff", "not about ffff"),
        ({}, "", "not about"),
        ({"commit": None}, "ffff", "no commit"),
        ({"dirty": True}, COMMIT, "with uncommitted changes"),
    ],
)
def test_a_report_for_another_commit_is_refused(changes, commit, complaint):
    with pytest.raises(UsageError, match=complaint):
        about({**SUBJECT, **changes}, image=None, commit=commit)
