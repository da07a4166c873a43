"""Children are real processes here; what must not outlive us is looked for by the kernel."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from signal import SIGKILL, SIGSTOP, SIGTERM

import orjson
import psutil
import pytest

from harness import child
from harness.child import Registry
from harness.process_end import await_end
from harness.process_id import ProcessId
from tests.harness.programs import first_line, running

_GONE_S = 10.0
_WAIT_FOREVER = "import signal; print(flush=True); signal.pause()"
_IGNORE_SIGTERM = (
    "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()"
)
_WITH_GRANDCHILD = """
import signal, subprocess, sys
grandchild = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(grandchild.pid, flush=True)
signal.pause()
"""
_STARTER = """
import asyncio, signal, sys
from asyncio.subprocess import PIPE
from pathlib import Path
from harness import child

async def main():
    program = [sys.executable, "-c", sys.argv[2]]
    registry = child.Registry(Path(sys.argv[1]))
    process = await child.start(program, registry=registry, env={}, stdout=PIPE)
    line = await process.stdout.readline()
    print(process.pid, line.decode().strip(), flush=True)
    await process.wait()

asyncio.run(main())
"""


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "processes")


def _records(registry: Registry) -> list[str]:
    return sorted(file.stem for file in registry._directory.glob("*"))


async def _started(registry: Registry, source: str) -> tuple[asyncio.subprocess.Process, str]:
    program = [sys.executable, "-c", source]
    process = await child.start(program, registry=registry, env={}, stdout=PIPE)
    assert process.stdout is not None
    return process, (await process.stdout.readline()).decode().strip()


def test_a_child_gets_exactly_the_environment_it_is_given(registry):
    async def main() -> bytes:
        program = ["/usr/bin/env"]
        process = await child.start(program, registry=registry, env={"A": "1"}, stdout=PIPE)
        output, _ = await process.communicate()
        await child.stop(process, registry=registry)
        return output

    assert asyncio.run(main()) == b"A=1\n"


def test_a_running_child_is_on_record_and_a_stopped_one_is_not(registry):
    async def main() -> int:
        process, _ = await _started(registry, _WAIT_FOREVER)
        assert os.getpgid(process.pid) == os.getsid(process.pid) == process.pid
        assert _records(registry) == [str(process.pid)]
        return await child.stop(process, registry=registry)

    assert asyncio.run(main()) == -SIGTERM
    assert _records(registry) == []


def test_a_child_that_ignores_the_signal_is_killed_after_the_grace(registry):
    async def main() -> int:
        process, _ = await _started(registry, _IGNORE_SIGTERM)
        return await child.stop(process, registry=registry, grace=0.05)

    assert asyncio.run(main()) == -SIGKILL


def test_a_frozen_child_is_stopped_by_the_signal_and_not_by_the_kill(registry):
    async def main() -> int:
        process, _ = await _started(registry, _WAIT_FOREVER)
        os.killpg(process.pid, SIGSTOP)
        return await child.stop(process, registry=registry, grace=_GONE_S)

    assert asyncio.run(main()) == -SIGTERM


def test_a_child_is_stopped_although_somebody_removed_the_records(registry, tmp_path):
    async def main() -> int:
        process, _ = await _started(registry, _WAIT_FOREVER)
        shutil.rmtree(tmp_path / "processes")
        return await child.stop(process, registry=registry, grace=_GONE_S)

    assert asyncio.run(main()) == -SIGTERM


def test_grandchildren_are_ended_with_the_child(registry):
    async def main() -> psutil.Process:
        process, pid = await _started(registry, _WITH_GRANDCHILD)
        grandchild = psutil.Process(int(pid))
        await child.stop(process, registry=registry)
        return grandchild

    assert await_end([asyncio.run(main())], _GONE_S)


def test_stopping_a_child_that_has_ended_returns_its_status(registry):
    async def main() -> int:
        process, _ = await _started(registry, "raise SystemExit(7)")
        await process.wait()
        return await child.stop(process, registry=registry)

    assert asyncio.run(main()) == 7


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_child_dies_with_a_parent_that_is_killed(tmp_path):
    with running(_STARTER, tmp_path / "processes", _WAIT_FOREVER) as starter:
        orphan = psutil.Process(int(first_line(starter)))
        starter.kill()
        assert await_end([orphan], _GONE_S)


def test_what_outlived_a_killed_parent_is_reaped(tmp_path):
    with running(_STARTER, tmp_path / "processes", _WITH_GRANDCHILD) as starter:
        leader, grandchild = (psutil.Process(int(pid)) for pid in first_line(starter).split())
        starter.kill()
    if sys.platform == "linux":
        assert await_end([leader], _GONE_S)
    assert not await_end([grandchild], 0)
    registry = Registry(tmp_path / "processes")
    assert registry.reap() >= 1
    assert await_end([grandchild], 0)
    assert _records(registry) == []


def test_a_later_process_with_a_recorded_number_is_left_alone(registry):
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    with process:
        registry.add(process.pid)
        file = registry._file(process.pid)
        other = ProcessId(process.pid, ProcessId.of(process.pid).started - 3600)
        file.write_bytes(orjson.dumps({**other.as_dict(), "signal": int(SIGKILL)}))
        registry._started[process.pid] = other
        registry.signal(process.pid, SIGKILL)
        assert registry.reap() == 0
        process.communicate(b"\n")
    assert process.returncode == 0


def test_nothing_on_record_is_nothing_to_reap(registry):
    assert registry.reap() == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start a process as somebody else")
def test_a_child_can_run_as_another_user(registry):
    async def main() -> tuple[bytes, int]:
        process = await child.start(
            ["/usr/bin/id", "-G"], registry=registry, env={}, stdout=PIPE, user=65534, group=65533
        )
        output, _ = await process.communicate()
        return output, await child.stop(process, registry=registry)

    assert asyncio.run(main()) == (b"65533\n", 0)
