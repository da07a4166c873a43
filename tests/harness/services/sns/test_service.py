from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import parse_qs

import orjson
import pytest

from harness.aws import query_call
from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.journal import Event, Journal
from harness.services.sns import Sns

REGION = "ap-northeast-1"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:t"
FUNCTION = f"arn:aws:lambda:{REGION}:123456789012:function:f"
SUBSCRIPTION = f"{TOPIC}:s1"
ANSWERS = {
    "Subscribe": f"<SubscriptionArn>{SUBSCRIPTION}</SubscriptionArn>",
    "Publish": "<MessageId>m1</MessageId>",
    "PublishBatch": "<member><Id>1</Id><MessageId>m1</MessageId></member>",
    "GetSubscriptionAttributes": (
        "<entry><key>FilterPolicy</key><value>{&quot;delivered-by-the-endpoint&quot;: [&quot;only"
        "&quot;]}</value></entry><entry><key>Protocol</key><value>lambda</value></entry>"
    ),
}


class Account:
    """SNS between a control plane and a Lambda that are played."""

    def __init__(self, directory: Path) -> None:
        clock = ManualClock()
        self.journal = Journal(directory / "journal", clock)
        self.events: list[Event] = []
        self.journal.follow(self.events.append)
        self.invoked: list[Call] = []
        self.stored: list[dict[str, list[str]]] = []
        self.refuses = False
        self.sns = Sns(self._door, self._control_plane, self.journal, clock, REGION)

    async def _control_plane(self, call: Call) -> Reply:
        parameters = parse_qs((await call.body.read()).decode())
        assert call.header("content-length") == str(len(await call.body.read()))
        self.stored.append(parameters)
        body = ANSWERS.get(parameters["Action"][0], "").encode()
        return Reply(200, [("Content-Length", str(len(body)))], body)

    async def _door(self, call: Call) -> Reply:
        if self.refuses:
            raise AwsError("ResourceNotFoundException", "no such function", 404)
        self.invoked.append(call)
        return Reply(202)

    async def ask(self, action: str, *, trace: str = "", **parameters: str) -> Reply:
        call = query_call("sns", REGION, action, parameters)
        if trace:
            call.headers.append(("x-amzn-trace-id", trace))
        return await self.sns.handle(call)

    async def subscribe(self) -> None:
        await self.ask("Subscribe", TopicArn=TOPIC, Protocol="lambda", Endpoint=FUNCTION)


@pytest.fixture
def account(tmp_path: Path):
    account = Account(tmp_path)
    yield account
    account.journal.close()


def test_a_subscribed_function_is_invoked_with_the_publishers_lineage(account):
    async def work() -> None:
        await account.subscribe()
        await account.ask("Publish", TopicArn=TOPIC, Message="text", trace="Root=1;Lineage=a:1")
        (invoke,) = account.invoked
        assert invoke.header("x-amz-invocation-type") == "Event"
        assert invoke.header("x-amzn-trace-id") == "Root=1;Lineage=a:1"
        assert invoke.path.endswith("function%3Af/invocations")
        (record,) = orjson.loads(await invoke.body.read())["Records"]
        assert (record["Sns"]["Message"], record["Sns"]["MessageId"]) == ("text", "m1")
        assert account.events[-1].kind == "sns.delivered"

    asyncio.run(work())


def test_the_control_plane_is_kept_from_delivering(account):
    async def work() -> None:
        await account.subscribe()
        (stored,) = account.stored
        assert stored["Attributes.entry.1.key"] == ["FilterPolicy"]
        shown = await account.ask("GetSubscriptionAttributes", SubscriptionArn=SUBSCRIPTION)
        assert b"FilterPolicy" not in await shown.read()
        assert b"Protocol" in await shown.read()

    asyncio.run(work())


def test_a_batch_is_delivered_as_far_as_it_was_taken(account):
    async def work() -> None:
        await account.subscribe()
        entries = {
            f"PublishBatchRequestEntries.member.{number}.{member}": value
            for number in (1, 2)
            for member, value in (("Id", str(number)), ("Message", f"text {number}"))
        }
        await account.ask("PublishBatch", TopicArn=TOPIC, **entries)
        (invoke,) = account.invoked
        assert b"text 1" in await invoke.body.read()

    asyncio.run(work())


@pytest.mark.parametrize(
    ("action", "parameters"),
    [("Unsubscribe", {"SubscriptionArn": SUBSCRIPTION}), ("DeleteTopic", {"TopicArn": TOPIC})],
)
def test_nobody_is_invoked_after(account, action, parameters):
    async def work() -> None:
        await account.subscribe()
        await account.ask(action, **parameters)
        await account.ask("Publish", TopicArn=TOPIC, Message="text")
        assert account.invoked == []

    asyncio.run(work())


def test_other_protocols_and_operations_are_the_control_planes(account):
    async def work() -> None:
        await account.ask("Subscribe", TopicArn=TOPIC, Protocol="sqs", Endpoint="arn:q")
        await account.ask("ListTopics")
        assert account.stored == [
            {
                "Action": ["Subscribe"],
                "TopicArn": [TOPIC],
                "Protocol": ["sqs"],
                "Endpoint": ["arn:q"],
            },
            {"Action": ["ListTopics"]},
        ]

    asyncio.run(work())


def test_filters_for_functions_are_refused(account):
    async def work() -> None:
        attributes = {"Attributes.entry.1.key": "FilterPolicy", "Attributes.entry.1.value": "{}"}
        subscription = {"TopicArn": TOPIC, "Protocol": "lambda", "Endpoint": FUNCTION}
        refused = await account.ask("Subscribe", **subscription, **attributes)
        assert (refused.status, account.stored) == (501, [])
        assert b"<Code>NotImplemented</Code>" in await refused.read()
        await account.subscribe()
        change = {"SubscriptionArn": SUBSCRIPTION, "AttributeName": "FilterPolicy"}
        assert (await account.ask("SetSubscriptionAttributes", **change)).status == 501

    asyncio.run(work())


def test_what_cannot_be_delivered_is_noted(account):
    async def work() -> None:
        await account.subscribe()
        account.refuses = True
        await account.ask("Publish", TopicArn=TOPIC, Message="text")
        assert account.events[-1].kind == "sns.undelivered"

    asyncio.run(work())
