"""The policies of buckets, queues, topics, functions and secrets, and the secrets' full ARNs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from harness.aws import ACCOUNT, json_answer, json_call, query_call, rest_call
from harness.aws_xml import xml_answer
from harness.call import Handler
from harness.errors import AwsError
from harness.iam.policy import Policy, parse

_SERVER_ERROR = 500


class ResourcePolicies:
    """Reads the policy of a resource by its ARN; None where it has none, or no such resource."""

    def __init__(self, control_plane: Handler, region: str) -> None:
        self._control_plane = control_plane
        self._region = region
        self._readers: dict[str, Callable[[str], Awaitable[str]]] = {
            "s3": self._bucket,
            "sqs": self._queue,
            "sns": self._topic,
            "lambda": self._function,
            "secretsmanager": self._secret,
        }

    async def of(self, arn: str) -> Policy | None:
        """Return the policy of what `arn` names; of an object that of its bucket."""
        service = arn.removeprefix("arn:aws:").partition(":")[0]
        reader = self._readers.get(service)
        document = await _found(reader(arn)) if reader else ""
        return parse(document) if document else None

    async def secret_arn(self, name: str) -> str:
        """Return a secret's ARN with its six last letters; of a missing one without them."""
        members = {"SecretId": name}
        call = json_call("secretsmanager", self._region, "secretsmanager.DescribeSecret", members)

        async def described() -> str:
            return str((await json_answer(self._control_plane, call))["ARN"])

        if found := await _found(described()):
            return found
        if name.startswith("arn:"):
            return name
        return f"arn:aws:secretsmanager:{self._region}:{ACCOUNT}:secret:{name}"

    async def _bucket(self, arn: str) -> str:
        bucket = arn.removeprefix("arn:aws:s3:::").partition("/")[0]
        path = f"/{quote(bucket)}"
        call = rest_call("s3", self._region, "GetBucketPolicy", "GET", path, query="policy")
        reply = await self._control_plane(call)
        return (await reply.read()).decode() if reply.status < 300 else ""

    async def _queue(self, arn: str) -> str:
        name = arn.rpartition(":")[2]
        url = f"http://sqs.{self._region}.amazonaws.com/{ACCOUNT}/{name}"
        members = {"QueueUrl": url, "AttributeNames": ["Policy"]}
        call = json_call("sqs", self._region, "AmazonSQS.GetQueueAttributes", members)
        answer = await json_answer(self._control_plane, call)
        return str(answer.get("Attributes", {}).get("Policy", ""))

    async def _topic(self, arn: str) -> str:
        parameters = {"TopicArn": arn, "Version": "2010-03-31"}
        call = query_call("sns", self._region, "GetTopicAttributes", parameters)
        root = await xml_answer(self._control_plane, call)
        entries = root.iter("entry")
        return next((e.findtext("value", "") for e in entries if e.findtext("key") == "Policy"), "")

    async def _function(self, arn: str) -> str:
        name, _, qualifier = arn.partition(":function:")[2].partition(":")
        path = f"/2015-03-31/functions/{quote(name)}/policy"
        query = f"Qualifier={quote(qualifier)}" if qualifier else ""
        call = rest_call("lambda", self._region, "GetPolicy", "GET", path, query=query)
        answer = await json_answer(self._control_plane, call)
        return str(answer["Policy"])

    async def _secret(self, arn: str) -> str:
        target = "secretsmanager.GetResourcePolicy"
        call = json_call("secretsmanager", self._region, target, {"SecretId": arn})
        answer = await json_answer(self._control_plane, call)
        return str(answer.get("ResourcePolicy") or "")


async def _found(asking: Awaitable[str]) -> str:
    """Return the answer, "" when the control plane says that there is nothing to answer."""
    try:
        return await asking
    except AwsError as error:
        if error.status >= _SERVER_ERROR:
            raise
        return ""
