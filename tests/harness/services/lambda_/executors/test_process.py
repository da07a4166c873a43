"""Real sandboxes of the real runtime client, by every means that this machine allows."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from harness.database.url import DatabaseUrl
from harness.services.lambda_.execution import Reachable
from harness.services.lambda_.executors import cgroups
from harness.services.lambda_.executors.interpreters import Interpreters
from harness.services.lambda_.executors.platform import Platform, Wanted, probe
from harness.services.lambda_.executors.process import ProcessExecutor
from harness.services.lambda_.launch import Launcher
from harness.services.lambda_.sandbox import Sandbox, SandboxState
from harness.state import State
from tests.harness.services.lambda_.examples import function
from tests.harness.services.lambda_.executors.staging import invoke, launcher, written

HERE = probe(Wanted())
BUBBLEWRAP = shutil.which("bwrap")
NEEDS_NAMESPACES = pytest.mark.skipif(not HERE.namespaces, reason=HERE.refusal)
NEEDS_BUBBLEWRAP = pytest.mark.skipif(
    not (HERE.namespaces and BUBBLEWRAP), reason=HERE.refusal or "bubblewrap is not installed"
)
BARE = Platform(namespaces=False, refusal="the test says so")
MEANS = [
    pytest.param(BARE, id="nothing"),
    pytest.param(HERE, id="what works here"),
    pytest.param(Platform(namespaces=True, as_user=True), marks=NEEDS_NAMESPACES, id="user"),
    pytest.param(
        replace(HERE, bubblewrap=Path(BUBBLEWRAP or "")), marks=NEEDS_BUBBLEWRAP, id="bubblewrap"
    ),
]
HANDLER = """
import os, socket, sys, tempfile, threading
from pathlib import Path

def handler(event, context):
    temporary = Path(tempfile.gettempdir())
    found = sorted(entry.name for entry in temporary.iterdir())
    (temporary / "left.txt").touch()
    if event == "exit":
        os._exit(3)
    if event == "fail":
        raise ValueError("no")
    if event == "eat":
        held = bytearray(100 << 20)
        held[::4096] = b"x" * len(held[::4096])
        threading.Event().wait()
    if event == "connect":
        with socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), 5) as peer:
            peer.sendall(b"ping")
            peer.shutdown(socket.SHUT_WR)
            return peer.makefile().read()
    return {"found": found, "temporary": str(temporary), "cwd": os.getcwd(), "pid": os.getpid()}
"""


@dataclass
class Stage:
    executor: ProcessExecutor
    launcher: Launcher
    log: list[str]

    async def sandbox(self, **settings: Any) -> Sandbox:
        return await self.launcher.launch(replace(function(), handler="h.handler", **settings))


@pytest.fixture
def staged(tmp_path: Path) -> Callable[..., None]:
    code = written(tmp_path, HANDLER)

    def run(
        work: Callable[[Stage], Awaitable[None]], platform: Platform, wanted: Wanted | None = None
    ) -> None:
        async def guarded() -> None:
            state = State(tmp_path / "state")
            state.claim()
            log: list[str] = []
            executor = ProcessExecutor(
                state, wanted or Wanted(), Interpreters(""), lambda _: platform
            )
            starting = launcher(executor, code, state.path("sandboxes"), log)
            try:
                async with asyncio.timeout(30):
                    await work(Stage(executor, starting, log))
            finally:
                await executor.close()
                state.clean()

        asyncio.run(guarded())

    return run


@pytest.mark.parametrize("platform", MEANS)
def test_1_7_6_after_a_reset_the_process_is_new_and_tmp_is_the_old_one(staged, platform):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox()
        first = await invoke(sandbox)
        assert (first["temporary"] == "/tmp") == platform.namespaces
        assert (first["cwd"] == "/var/task") == platform.namespaces
        assert "exit status 3" in (await invoke(sandbox, "exit"))["errorMessage"]
        assert sandbox.state is SandboxState.RESET
        again = await invoke(sandbox)
        assert set(again["found"]) - set(first["found"]) == {"left.txt"}
        assert again["pid"] != first["pid"] or platform.bubblewrap
        await sandbox.kill()

    staged(work, platform)


@pytest.mark.parametrize("platform", MEANS)
def test_1_5_3_a_stack_trace_names_var_task(staged, platform):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox()
        error = await invoke(sandbox, "fail")
        assert error["stackTrace"][0].startswith('  File "/var/task/h.py", line ')
        await sandbox.kill()
        (logged,) = [line for line in stage.log if line.startswith("[ERROR]")]
        assert 'File "/var/task/h.py"' in logged

    staged(work, platform)


@pytest.mark.parametrize("platform", MEANS)
def test_1_12_too_much_memory_is_a_kill(staged, platform):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox(memory_mb=64, timeout_s=20)
        error = await invoke(sandbox, "eat")
        assert error == {
            "errorType": "Runtime.ExitError",
            "errorMessage": "RequestId: id-1 Error: Runtime exited with error: signal: killed",
        }
        assert sandbox.peak_memory_mb == 64
        await sandbox.kill()

    staged(work, platform)


@NEEDS_BUBBLEWRAP
def test_an_isolated_function_reaches_the_ports_it_may_and_nothing_else(staged):
    async def work(stage: Stage) -> None:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.read())
            writer.close()

        allowed = await asyncio.start_server(echo, "127.0.0.1", 0)
        other = await asyncio.start_server(echo, "127.0.0.1", 0)
        ports = [server.sockets[0].getsockname()[1] for server in (allowed, other)]
        database = DatabaseUrl("127.0.0.1", ports[0], "d", "u", "p")
        await stage.executor.prepare(Reachable(9, database, 9))
        answers = []
        for port in ports:
            sandbox = await stage.sandbox(variables={"PORT": str(port)})
            answers.append(await invoke(sandbox, "connect"))
            await sandbox.kill()
        allowed.close()
        other.close()
        assert answers[0] == "ping"
        assert answers[1]["errorType"] == "ConnectionRefusedError"

    platform = replace(HERE, bubblewrap=Path(BUBBLEWRAP or ""))
    staged(work, platform, Wanted(isolate=True))


@pytest.mark.skipif("cpu" not in HERE.groups, reason="no control group can be made here")
def test_1_8_a_share_of_the_cpu_by_memory(staged):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox(memory_mb=2048)
        pid = (await invoke(sandbox))["pid"]
        quota = _quota(pid)
        assert int(quota.split()[0]) == 23154  # of 20,000 µs: 2048 MB are 1.16 cores
        await sandbox.kill()

    staged(work, HERE, Wanted(cpu_share=True))


def _quota(pid: int) -> str:
    own = cgroups._own(Path(f"/proc/{pid}/cgroup").read_text())
    mounts = cgroups._mounts(Path("/proc/self/mountinfo").read_text())
    kind, file = ("cpu", "cpu.cfs_quota_us") if HERE.group_version == 1 else ("", "cpu.max")
    return (mounts[kind] / own[kind].lstrip("/") / file).read_text()
