"""How services that accept a message answer, for fakes of the door."""

from __future__ import annotations

from harness.call import Call, Reply

_BODIES = {
    "sqs": b'{"MessageId": "m"}',
    "sns": b"<R xmlns='n'><PublishResult><MessageId>m</MessageId></PublishResult></R>",
    "events": b'{"Entries": [{"EventId": "e"}]}',
}


def accepted(call: Call) -> Reply:
    return Reply(200, [], _BODIES.get(call.service, b""))
