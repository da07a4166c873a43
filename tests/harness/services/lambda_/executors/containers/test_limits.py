from __future__ import annotations

from dataclasses import replace

import pytest

from harness.services.lambda_.executors.containers.limits import Limits, limits_of
from tests.harness.services.lambda_.examples import function

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("memory_mb", "storage_mb", "cores", "limits"),
    [
        (1769, 512, 2, Limits(2281 * MB, 100_000)),
        (128, 512, 2, Limits(640 * MB, 7_235)),
        (2048, 10_240, 2, Limits(12_288 * MB, 115_771)),
        (10_240, 512, 2, Limits(10_752 * MB, 200_000)),
    ],
)
def test_limits_follow_from_memory_and_storage(memory_mb, storage_mb, cores, limits):
    settings = {"memory_mb": memory_mb, "ephemeral_storage_mb": storage_mb}
    assert limits_of(replace(function(), **settings), cores) == limits
