from __future__ import annotations

import asyncio

import orjson
import pytest

from harness.call import Bytes, Call
from harness.services.s3_events.control import PATH, DeliveryControl
from harness.services.s3_events.profile import Profile


class Delivering:
    """Plays the delivery, whose profile is read and replaced."""

    def __init__(self) -> None:
        self.profile = Profile()

    def use(self, profile: Profile) -> None:
        self.profile = profile


def asked(delivery: Delivering, method: str, body: bytes = b"") -> tuple[int, dict[str, str]]:
    call = Call("harness", "", method, PATH, body=Bytes(body))
    reply = asyncio.run(DeliveryControl(delivery).handle(call))
    return reply.status, orjson.loads(reply.body)


def test_it_claims_its_path_alone():
    control = DeliveryControl(Delivering())
    assert control.claims(Call("harness", "", "GET", PATH))
    assert not control.claims(Call("harness", "", "GET", "/_harness/status"))
    assert not control.claims(Call("s3", "", "GET", PATH))


def test_the_profile_is_replaced_and_shown():
    delivery = Delivering()
    assert asked(delivery, "GET") == (200, {"profile": "off"})
    assert asked(delivery, "PUT", b"delay=2,seed=1") == (200, {"profile": "delay=2..2,seed=1"})
    assert delivery.profile == Profile(2.0, 2.0, seed=1)
    assert asked(delivery, "PUT", b"off") == (200, {"profile": "off"})


@pytest.mark.parametrize("body", [b"delay=x", b"\xff", b"x" * 5000])
def test_what_is_not_a_profile_changes_nothing(body):
    delivery = Delivering()
    delivery.profile = Profile(1.0, 1.0)
    status, answer = asked(delivery, "PUT", body)
    assert status == 400
    assert answer["message"]
    assert delivery.profile == Profile(1.0, 1.0)


def test_nothing_else_is_answered():
    assert asked(Delivering(), "DELETE")[0] == 405
