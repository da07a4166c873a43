from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from harness.call import Call, Reply
from harness.errors import HangUpError
from tests.harness.faults.around import meet


def test_the_work_is_done_to_its_end():
    steps: list[str] = []

    async def streamed() -> AsyncIterator[bytes]:
        yield b"a"
        steps.append("streamed to the end")

    async def answer(call: Call) -> Reply:
        steps.append("carried out")
        return Reply(201, [], streamed())

    with pytest.raises(HangUpError) as caught:
        asyncio.run(meet("drop-reply", answer))
    assert steps == ["carried out", "streamed to the end"]
    assert caught.value.status == 201
