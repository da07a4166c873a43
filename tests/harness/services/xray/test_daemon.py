from __future__ import annotations

import asyncio
import socket

import orjson
import pytest

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.xray.daemon import Daemon, content

HEAD = b'{"format": "json", "version": 1}\n'


class Journal:
    def __init__(self) -> None:
        self.reasons: list[str] = []

    def record(self, kind: str, **detail: str) -> None:
        self.reasons.append(detail["reason"])


@pytest.mark.parametrize(
    ("datagram", "document"),
    [
        (HEAD + b'{"id": 1}', '{"id": 1}'),
        (b'{"format":"json","version":1}\n{}', "{}"),
        (HEAD, None),
        (b'{"format": "json", "version": 2}\n{}', None),
        (b"{}", None),
        (b"\xff\n\xff", None),
        (HEAD + b"\xff", None),
        (b"", None),
    ],
)
def test_the_document_in_a_datagram(datagram: bytes, document: str | None):
    assert content(datagram) == document


def test_what_was_sent_before_is_put_before_anybody_reads():
    batches: list[list[str]] = []

    async def door(call: Call) -> Reply:
        batches.append(orjson.loads(await call.body.read())["TraceSegmentDocuments"])
        return Reply(200, [], b"{}")

    async def run() -> None:
        daemon = Daemon(door, "r", Journal())
        host, port = daemon.start().split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for number in range(60):
                sender.sendto(HEAD + b"%d" % number, (host, int(port)))
            sender.sendto(b"noise", (host, int(port)))
            daemon.put("own")
            await daemon.flush()
        await daemon.close()

    asyncio.run(run())
    assert sorted(len(batch) for batch in batches) == [11, 50]
    assert {document for batch in batches for document in batch} == {"own", *map(str, range(60))}


def test_a_refusal_is_noted_and_nothing_breaks():
    journal = Journal()

    async def door(call: Call) -> Reply:
        raise AwsError("AccessDeniedException", "no", 403)

    async def run() -> None:
        daemon = Daemon(door, "r", journal)
        daemon.put("own")
        await daemon.flush()
        await daemon.close()

    asyncio.run(run())
    assert journal.reasons == ["AccessDeniedException: no"]
