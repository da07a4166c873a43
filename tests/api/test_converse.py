from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.converse import MAX_ANSWER_TOKENS, Converse
from api.deadline import GATEWAY_SECONDS, RESERVED_SECONDS, Deadline
from processor.errors import TransientError
from tests.api.model import Model, Slow, Time, throttled


def test_request_is_what_the_model_expects() -> None:
    model = Model(reply="七日。[1]")
    reply = Converse(model, "amazon.nova-pro-v1:0")("rules", "question", Deadline.within(30))
    assert (reply.text, reply.stop_reason) == ("七日。[1]", "end_turn")
    assert model.requests == [
        {
            "modelId": "amazon.nova-pro-v1:0",
            "system": [{"text": "rules"}],
            "messages": [{"role": "user", "content": [{"text": "question"}]}],
            "inferenceConfig": {"maxTokens": MAX_ANSWER_TOKENS, "temperature": 0.0},
        }
    ]


def test_throttling_is_waited_out() -> None:
    time, model = Time(), Model(errors=[throttled(), throttled()])
    converse = Converse(model, "m", time.pass_by, lambda: 1.0)
    assert converse("", "", Deadline.within(30, time.monotonic)).text == model.reply
    assert time.now == pytest.approx(100 + 0.5 + 1)


@given(
    left=st.floats(0, 60),
    fails=st.lists(st.sampled_from(["silent", "throttled"]), min_size=1),
    jitter=st.floats(0, 1),
)
def test_a_model_that_does_not_answer_is_given_up_in_time(
    left: float, fails: list[str], jitter: float
) -> None:
    """However it fails, and whatever was spent before: the client hears of it before 30 s."""
    time, kinds = Time(), iter(fails)
    slow = Slow(time, lambda: next(kinds, "throttled"))
    deadline = Deadline.within(left, time.monotonic)
    with pytest.raises(TransientError, match="Bedrock"):
        Converse(slow, "m", time.pass_by, lambda: jitter + 0.01)("", "", deadline)
    assert time.now <= max(100, 100 + min(left, GATEWAY_SECONDS) - RESERVED_SECONDS)


def test_throttling_that_goes_on_is_reported_rather_than_waited_for() -> None:
    time = Time()
    slow = Slow(time, lambda: "throttled")
    with pytest.raises(TransientError, match="ThrottlingException"):
        Converse(slow, "m", time.pass_by, lambda: 1.0)("", "", Deadline.within(30, time.monotonic))
    assert time.now < 100 + 10
