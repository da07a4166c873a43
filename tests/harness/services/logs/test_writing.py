from __future__ import annotations

import pytest

from harness.errors import AwsError
from harness.services.logs.writing import accepted

NOW = 1_700_000_000_000
HOUR, DAY = 3_600_000, 86_400_000


def events(*times, message="m"):
    return [{"timestamp": time, "message": message} for time in times]


def test_a_batch_in_order_is_kept():
    assert accepted(events(NOW - 1, NOW, NOW), NOW) == (
        [(NOW - 1, "m"), (NOW, "m"), (NOW, "m")],
        {},
    )


def test_too_old_and_too_new_events_are_left_out_and_counted():
    kept, rejected = accepted(
        events(NOW - 15 * DAY, NOW - 15 * DAY, NOW, NOW + HOUR, NOW + 3 * HOUR), NOW
    )
    assert [time for time, _ in kept] == [NOW, NOW + HOUR]
    assert rejected == {"tooOldLogEventEndIndex": 2, "tooNewLogEventStartIndex": 4}


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (events(NOW, NOW - 1), "chronological order"),
        (events(NOW - 25 * HOUR, NOW), "cannot span more than 24 hours"),
        (events(NOW, message="x" * 1_048_576), "1048602 bytes exceeds limit of 1048576"),
        (events(NOW, NOW, message="員" * 180_000), "Upload too large"),
    ],
)
def test_batches_that_are_refused(batch, words):
    with pytest.raises(AwsError, match=f"InvalidParameterException: .*{words}"):
        accepted(batch, NOW)
