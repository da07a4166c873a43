from __future__ import annotations

import asyncio

from harness.call import Call, Reply
from tests.harness.faults.around import meet


def test_a_call_that_nobody_signed_passes():
    async def answer(call: Call) -> Reply:
        return Reply(200)

    assert asyncio.run(meet("expired-credentials", answer)).status == 200
