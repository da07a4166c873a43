from __future__ import annotations

from harness.images.following import Following
from tests.harness.images.buildkit import output, step


def _followed(*events):
    """Return what was said, and the follower."""
    said = []
    following = Following(said.append)
    for event in events:
        following.take(event)
    return said, following


def test_each_step_is_said_once_when_it_begins():
    said, following = _followed(
        step("a", "[1/2] FROM x", started=False),
        step("a", "[1/2] FROM x"),
        step("b", "[2/2] RUN y   z"),
        step("a", "[1/2] FROM x"),
    )
    assert said == ["[1/2] FROM x", "[2/2] RUN y z"]
    assert following.failure == ""


def test_of_steps_side_by_side_only_the_one_that_failed_is_heard():
    _, following = _followed(
        step("a", "[a 2/2] RUN one"),
        step("b", "[b 2/2] RUN two"),
        output("a", "fine\n"),
        output("b", "\x1b[91mbro"),
        output("a", "still fine\n"),
        output("b", "ken\n\x1b[0m\n"),
        step("b", "[b 2/2] RUN two", error="exit code: 1"),
        step("a", "[a 2/2] RUN one", error="context canceled"),
        {"error": "failed to solve: exit code: 1"},
    )
    assert following.failure == "failed to solve: exit code: 1"
    assert following.output == ["[b 2/2] RUN two", "broken"]


def test_of_much_output_the_end_is_kept():
    lines = [output("a", f"line {number}\n") for number in range(3000)]
    failed = step("a", "RUN x", error="exit code: 1")
    _, following = _followed(step("a", "RUN x"), *lines, failed, {"error": "exit code: 1"})
    assert following.output == [f"line {number}" for number in range(2988, 3000)]


def test_an_engine_without_buildkit_is_followed_too():
    said, following = _followed(
        {"stream": "Step 1/2 : FROM x\n"},
        {"stream": " ---> 8ee04694683d\n"},
        {"stream": "Step 2/2 : RUN y\n"},
        {"stream": "broken\n"},
        {"error": "returned a non-zero code: 1"},
    )
    assert said == ["Step 1/2 : FROM x", "Step 2/2 : RUN y"]
    assert following.output[-2:] == ["Step 2/2 : RUN y", "broken"]
