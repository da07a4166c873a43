from __future__ import annotations

import asyncio

import pytest

from harness.clock import ManualClock, SystemClock, iso8601


def test_a_manual_clock_moves_only_when_told():
    clock = ManualClock(start=100.0)
    assert (clock.now(), clock.monotonic()) == (100.0, 100.0)
    clock.advance(1.5)
    assert (clock.now(), clock.monotonic()) == (101.5, 101.5)


def test_waits_end_in_the_order_they_fall_due():
    async def work() -> None:
        clock, ended = ManualClock(), []

        async def wait(seconds: float) -> None:
            await clock.wait(seconds)
            ended.append(seconds)

        waits = [asyncio.ensure_future(wait(seconds)) for seconds in (3.0, 1.0, 2.0)]
        await asyncio.sleep(0)
        assert clock.pending == [1.0, 2.0, 3.0]
        clock.advance(2.0)
        await asyncio.gather(waits[1], waits[2])
        assert ended == [1.0, 2.0]
        assert clock.pending == [1.0]
        clock.advance(1.0)
        await waits[0]
        assert clock.pending == []

    asyncio.run(work())


def test_a_wait_that_was_given_up_is_skipped():
    async def work() -> None:
        clock = ManualClock()
        given_up = asyncio.ensure_future(clock.wait(1.0))
        kept = asyncio.ensure_future(clock.wait(1.0))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        assert clock.pending == [1.0]
        clock.advance(1.0)
        await kept

    asyncio.run(work())


def test_the_system_clock_divides_waits_by_its_scale():
    async def work() -> None:
        loop = asyncio.get_running_loop()
        before = loop.time()
        wait = asyncio.ensure_future(SystemClock(scale=3600.0).wait(3600.0 * 10))
        await asyncio.sleep(0)
        (timer,) = [timer for timer in loop._scheduled if not timer.cancelled()]
        assert before + 10.0 <= timer.when() <= loop.time() + 10.0
        wait.cancel()

    asyncio.run(work())


def test_the_system_clock_tells_the_time_unscaled():
    ordinary, scaled = SystemClock(), SystemClock(scale=1000.0)
    assert abs(scaled.now() - ordinary.now()) < 3600
    assert ordinary.monotonic() <= scaled.monotonic() <= ordinary.monotonic()


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1795397820.9996, "2026-11-23T01:37:00.999Z"),
    ],
)
def test_times_have_milliseconds(time, text):
    assert iso8601(time) == text


def test_a_call_comes_later_unless_it_is_called_off():
    async def work() -> None:
        clock, called = ManualClock(), []
        clock.later(2.0, lambda: called.append("two"))
        call_off = clock.later(1.0, lambda: called.append("one"))
        call_off()
        assert clock.pending == [2.0]
        clock.advance(2.0)
        await asyncio.sleep(0)
        assert called == ["two"]

    asyncio.run(work())


def test_the_system_clock_scales_what_comes_later():
    async def work() -> None:
        loop, clock = asyncio.get_running_loop(), SystemClock(scale=3600.0)
        before = loop.time()
        clock.later(36_000.0, lambda: None)
        (timer,) = [timer for timer in loop._scheduled if not timer.cancelled()]
        assert timer.when() - before == pytest.approx(10.0, abs=1.0)
        timer.cancel()
        assert clock.moment(36_000.0) - clock.now() == pytest.approx(10.0, abs=1.0)

    asyncio.run(work())


def test_a_manual_clock_knows_when_a_delay_is_over():
    assert ManualClock(start=100.0).moment(60.0) == 160.0
