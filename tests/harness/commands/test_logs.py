from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from harness import boto
from harness import environment as environments
from harness.log_reader import Line, LogReader, Position
from harness.state import State

MOTO = DomainDispatcherApplication(create_backend_app)
MINUTE = datetime.now(UTC).replace(second=0, microsecond=0)  # CloudWatch refuses old events
_LONG_S = 20.0


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)


@dataclass
class Logs:
    """CloudWatch Logs of moto, and a long poll that ends when `newer` is set."""

    state: State
    newer: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: Request) -> Response:
        if request.path != "/_harness/logs/wait":
            return Response.from_app(MOTO, request.environ)
        came = self.newer.wait(_LONG_S)
        self.newer.clear()
        return Response(status=200 if came else 204)

    def client(self) -> Any:
        return boto.client(environments.load(self.state), "logs")

    def write(self, function: str, stream: str, *events: tuple[int, str]) -> None:
        group = f"/aws/lambda/{function}"
        client = self.client()
        for create, names in (
            (client.create_log_group, {}),
            (client.create_log_stream, {"logStreamName": stream}),
        ):
            try:
                create(logGroupName=group, **names)
            except client.exceptions.ResourceAlreadyExistsException:
                continue
        lines = [
            {"timestamp": _milliseconds(MINUTE) + at, "message": message} for at, message in events
        ]
        client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=lines)


@pytest.fixture
def logs(environment: Callable[..., Any], state: State) -> Iterator[Logs]:
    logs = Logs(state)
    with environment(logs.answer):
        yield logs


@pytest.fixture
def function() -> str:
    """A name that no other test of this process has used: moto keeps what it was told."""
    return f"f-{uuid.uuid4().hex}"


def test_all_streams_in_order_of_time(harness, logs, function):
    logs.write(function, "1", (0, "START"), (0, "in\nthree\nlines\n"), (3000, "END"))
    logs.write(function, "2", (1500, "between"))
    result = harness("logs", function)
    assert (result.code, result.err) == (0, "")
    minute = f"{MINUTE:%Y-%m-%dT%H:%M}"
    assert result.out == (
        f"{minute}:00.000Z {function} START\n"
        f"{minute}:00.000Z {function} in\nthree\nlines\n"
        f"{minute}:01.500Z {function} between\n"
        f"{minute}:03.000Z {function} END\n"
    )


def test_all_functions_unless_one_is_named(harness, logs, function):
    logs.write(function, "1", (0, "of one"))
    logs.write(f"{function}-2", "1", (0, "of the other"))
    everything = harness("logs").out
    assert "of one" in everything
    assert "of the other" in everything
    assert "of the other" not in harness("logs", function).out


def test_what_is_older_is_left_out(harness, logs, function):
    logs.write(function, "1", (0, "old"), (2000, "young"))
    out = harness("logs", function, "--since", f"{MINUTE:%Y-%m-%dT%H:%M}:01").out
    assert out.endswith(f":02.000Z {function} young\n")
    assert "old" not in out


def test_a_function_without_logs_is_a_usage_error_with_those_that_have(harness, logs, function):
    logs.write(function, "1", (0, "x"))
    result = harness("logs", "nonsense")
    assert result.code == 2
    assert result.err.startswith("harness: nonsense has no logs; these functions have: ")
    assert function in result.err


def test_a_time_that_is_none_is_a_usage_error(harness):
    result = harness("logs", "--since", "yesterday")
    assert result.code == 2
    assert "'yesterday' is neither a time ago (10m) nor an ISO 8601 time" in result.err


def test_following_shows_each_event_once_as_it_arrives(logs, function):
    async def main() -> list[str]:
        reader = LogReader(environments.load(logs.state), [function], 0)
        seen = [line.message for line in reader.fresh()]
        arriving: asyncio.Queue[Line] = asyncio.Queue()
        following = asyncio.create_task(reader.follow(arriving.put_nowait))
        for message in ("second", "third"):
            await asyncio.to_thread(logs.write, function, "1", (0, message))
            logs.newer.set()
            async with asyncio.timeout(_LONG_S):
                seen.append((await arriving.get()).message)
        following.cancel()
        assert arriving.empty()
        return seen

    logs.write(function, "1", (0, "first"))
    assert asyncio.run(main()) == ["first", "second", "third"]


def test_events_of_the_last_millisecond_are_told_apart_by_their_ids():
    position = Position(0)
    first, second, third = (
        Line(time, "f", "", id_) for time, id_ in [(5, "a"), (5, "b"), (6, "c")]
    )
    assert position.advance([first]) == [first]
    assert position.advance([first, second]) == [second]
    assert position.advance([first, second, third]) == [third]
    assert (position.time, position.seen) == (6, {"c"})
    assert position.advance([third]) == []
    assert position.advance([]) == []
