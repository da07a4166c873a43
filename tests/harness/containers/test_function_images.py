from __future__ import annotations

from dataclasses import replace

import pytest

from harness.containers.function_images import Wanted, complaint_about
from harness.images.store import Stored

WANTED = Wanted("team/app", "1.dkr.ecr.x.amazonaws.com/team/app:v1", "x86_64")
OTHER = Wanted("team/other", "1.dkr.ecr.x.amazonaws.com/team/other:v1", "arm64")
STORED = Stored("app", WANTED.reference, "sha256:1", "sha256:2", 1, "amd64", {})
ARM = replace(STORED, architecture="arm64")


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        ({}, ""),
        ({WANTED: STORED, OTHER: ARM}, ""),
        (
            {WANTED: None, OTHER: None},
            (
                "there is no image of team/app, team/other; run `harness images build team/app "
                "team/other`"
            ),
        ),
        (
            {WANTED: ARM},
            (
                "1.dkr.ecr.x.amazonaws.com/team/app:v1 is an image for arm64 and its function "
                "wants x86_64; run `harness images build team/app`"
            ),
        ),
    ],
)
def test_what_is_wrong_with_the_images_of_functions(found, complaint):
    assert complaint_about(found) == complaint
