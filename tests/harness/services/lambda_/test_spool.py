from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.services.lambda_.spool import Spool


def files(directory: Path) -> int:
    return len(list(directory.iterdir())) if directory.exists() else 0


def test_small_payloads_stay_in_memory_until_there_are_many(tmp_path: Path):
    async def work() -> None:
        spool = Spool(tmp_path / "events", memory=10, small=8)
        first, second = await spool.keep(b"12345678"), await spool.keep(b"1234")
        assert files(tmp_path / "events") == 1
        assert (await first.read(), await second.read()) == (b"12345678", b"1234")
        await first.discard()
        await second.discard()
        assert files(tmp_path / "events") == 0
        await spool.keep(b"abcd")
        assert files(tmp_path / "events") == 0

    asyncio.run(work())


def test_a_large_payload_goes_to_the_disk(tmp_path: Path):
    async def work() -> None:
        kept = await Spool(tmp_path / "events", memory=100, small=8).keep(b"123456789")
        assert files(tmp_path / "events") == 1
        assert await kept.read() == await kept.read() == b"123456789"

    asyncio.run(work())


def test_without_a_disk_an_event_is_refused_and_an_answer_kept(tmp_path: Path):
    async def work() -> None:
        (tmp_path / "events").write_text("a file where the directory should be")
        spool = Spool(tmp_path / "events", memory=0)
        with pytest.raises(OSError, match="File exists"):
            await spool.keep(b"event")
        assert await (await spool.keep_answer(b"answer")).read() == b"answer"

    asyncio.run(work())


@settings(deadline=None)
@given(payloads=st.lists(st.binary(max_size=20), max_size=15), memory=st.integers(0, 60))
def test_what_is_kept_is_what_is_read(payloads, memory, tmp_path_factory):
    async def work(directory: Path) -> None:
        spool = Spool(directory, memory=memory, small=12)
        kept = [await spool.keep(payload) for payload in payloads]
        assert [await each.read() for each in kept] == payloads
        for each in kept:
            await each.discard()
        assert files(directory) == 0

    asyncio.run(work(tmp_path_factory.mktemp("spool") / "events"))
