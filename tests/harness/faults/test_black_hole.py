from __future__ import annotations

import asyncio

import pytest

from harness.call import Call, Reply
from harness.errors import SilentError
from tests.harness.faults.around import meet


def test_nothing_is_carried_out():
    async def answer(call: Call) -> Reply:
        raise AssertionError("carried out")

    with pytest.raises(SilentError) as caught:
        asyncio.run(meet("black-hole", answer))
    assert caught.value.status == 0
