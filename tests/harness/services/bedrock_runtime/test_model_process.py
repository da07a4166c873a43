"""The models in their real process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import psutil
import pytest

import harness
from harness.child import Registry
from harness.errors import AwsError
from harness.services.bedrock_runtime.model_process import ModelProcess
from harness.services.bedrock_runtime.task import Task


def embedding(number: int) -> Task:
    body = {"input_type": "search_document", "texts": [f"paragraph {number}"]}
    return Task("InvokeModel", "cohere.embed-v4:0", f"request-{number}", orjson.dumps(body))


@asynccontextmanager
async def models(directory: Path) -> AsyncIterator[ModelProcess]:
    process = ModelProcess(Registry(directory / "processes"))
    try:
        yield process
    finally:
        await process.close()


def worker_of(directory: Path) -> psutil.Process:
    (record,) = (directory / "processes").iterdir()
    return psutil.Process(int(record.stem))


async def ids(process: ModelProcess, numbers: range) -> list[str]:
    answers = await asyncio.gather(*(process.answer(embedding(number)) for number in numbers))
    return [orjson.loads(answer.body)["id"] for answer in answers]


def test_concurrent_tasks_get_their_own_answers(tmp_path: Path):
    async def scenario() -> list[str]:
        async with models(tmp_path) as process:
            return await ids(process, range(20))

    assert asyncio.run(scenario()) == [f"request-{number}" for number in range(20)]


def test_one_process_answers_everything_and_closing_ends_it(tmp_path: Path):
    async def scenario() -> psutil.Process:
        async with models(tmp_path) as process:
            await process.start()
            worker = worker_of(tmp_path)
            await ids(process, range(3))
            assert worker_of(tmp_path) == worker
            return worker

    worker = asyncio.run(scenario())

    assert not worker.is_running()
    assert list((tmp_path / "processes").iterdir()) == []


def test_a_refusal_crosses_the_pipe(tmp_path: Path):
    async def scenario() -> AwsError:
        async with models(tmp_path) as process:
            with pytest.raises(AwsError) as caught:
                await process.answer(Task("InvokeModel", "cohere.embed-v4:0", "r", b"{"))
            return caught.value

    error = asyncio.run(scenario())

    assert (error.code, error.status) == ("ValidationException", 400)
    assert error.message.startswith("Malformed input request")


def test_a_caller_that_leaves_does_not_confuse_the_others(tmp_path: Path):
    async def scenario() -> list[str]:
        async with models(tmp_path) as process:
            leaving = asyncio.create_task(process.answer(embedding(1)))
            staying = asyncio.create_task(ids(process, range(2, 4)))
            await process.start()
            leaving.cancel()
            return await staying

    assert asyncio.run(scenario()) == ["request-2", "request-3"]


def test_a_process_that_died_is_an_error_once_and_replaced(tmp_path: Path):
    async def scenario() -> tuple[AwsError, list[str]]:
        async with models(tmp_path) as process:
            await process.start()
            worker_of(tmp_path).suspend()
            doomed = asyncio.create_task(process.answer(embedding(1)))
            await asyncio.sleep(0)
            worker_of(tmp_path).kill()
            with pytest.raises(AwsError) as caught:
                await doomed
            return caught.value, await ids(process, range(2, 3))

    error, answered = asyncio.run(scenario())

    assert (error.code, error.status) == ("InternalServerException", 500)
    assert f"status -{signal.SIGKILL.value}" in error.message
    assert answered == ["request-2"]


PARENT = """
import asyncio, sys
from pathlib import Path
from harness.child import Registry
from harness.services.bedrock_runtime.model_process import ModelProcess

async def run():
    await ModelProcess(Registry(Path(sys.argv[1]))).start()
    print("started", flush=True)
    await asyncio.Event().wait()

asyncio.run(run())
"""


def test_it_dies_with_its_parent(tmp_path: Path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "processes")],
        cwd=Path(harness.__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"started\n"
    worker = worker_of(tmp_path)
    assert worker.is_running()
    os.kill(parent.pid, signal.SIGKILL)

    # The model process writes to the same stderr, which therefore ends only when both are gone.
    parent.communicate(timeout=30)
