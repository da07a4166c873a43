from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from harness.call import Bytes, Call
from harness.clock import ManualClock
from harness.injection.control import PATH, FaultControl
from harness.injection.faults import Faults
from harness.journal import Journal


@pytest.fixture
def control(tmp_path) -> Iterator[FaultControl]:
    journal = Journal(tmp_path / "journal", ManualClock())
    yield FaultControl(Faults(journal))
    journal.close()


def asked(control: FaultControl, method: str, path: str = "", body: Any = b"") -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    call = Call("harness", "", method, PATH + path, body=Bytes(data))
    reply = asyncio.run(control.handle(call))
    return reply.status, orjson.loads(reply.body)


def test_it_claims_its_paths_alone(control):
    assert control.claims(Call("harness", "", "GET", PATH))
    assert control.claims(Call("harness", "", "DELETE", f"{PATH}/fault-1"))
    assert not control.claims(Call("harness", "", "GET", f"{PATH}-of-others"))
    assert not control.claims(Call("s3", "", "GET", PATH))


def test_a_fault_comes_and_goes(control):
    told = {"id": "fault-1", "fault": "latency", "ms": 5.0, "covered": 0, "hits": 0}
    assert asked(control, "POST", body={"fault": "latency", "ms": "5"}) == (201, told)
    assert asked(control, "GET") == (200, {"faults": [told]})
    assert asked(control, "DELETE", "/fault-1") == (200, {"faults": [told]})
    assert asked(control, "GET") == (200, {"faults": []})
    assert asked(control, "DELETE", "/fault-1")[0] == 404


def test_all_go_at_once(control):
    for name in ("throttle", "error"):
        asked(control, "POST", body={"fault": name})
    status, answer = asked(control, "DELETE")
    assert (status, [one["fault"] for one in answer["faults"]]) == (200, ["throttle", "error"])
    assert asked(control, "DELETE") == (200, {"faults": []})


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b" " * 5000),
        *({}, {"fault": "none"}, {"fault": "throttle", "x": 1}),
        *({"fault": "throttle", "service": "s4"}, {"fault": "latency", "ms": []}),
    ],
)
def test_what_is_not_understood_adds_nothing(control, body):
    status, answer = asked(control, "POST", body=body)
    assert status == 400
    assert answer["message"]
    assert asked(control, "GET") == (200, {"faults": []})


@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("GET", "/fault-1"), ("POST", "/x")])
def test_nothing_else_is_answered(control, method, path):
    assert asked(control, method, path)[0] == 405
