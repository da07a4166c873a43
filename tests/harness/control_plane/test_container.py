"""moto as its image serves it, in a real container."""

from __future__ import annotations

import asyncio

import boto3
import pytest

from harness.aws import ACCOUNT, json_answer, json_call
from harness.containers import fixtures
from harness.containers.supply import Supply
from harness.control_plane.container import ContainerMoto
from harness.errors import EnvironmentFailedError
from harness.images.architecture import X86_64
from harness.images.bases import LAMBDA, MOTO
from harness.images.store import ImageStore
from tests.harness.containers.conftest import client, names, supply

__all__ = ["client", "supply"]

pytestmark = pytest.mark.docker

REGION = "ap-northeast-1"
QUEUES = json_call("sqs", REGION, "AmazonSQS.ListQueues", {})


@pytest.fixture(scope="module")
def aws(supply):
    """A function: service -> a client of it."""
    with fixtures.moto(supply.docker_host) as url:

        def connected(service: str):
            return boto3.client(
                service,
                endpoint_url=url,
                region_name=REGION,
                aws_access_key_id="x",
                aws_secret_access_key="x",
            )

        yield connected


def test_it_remembers_what_it_is_told(aws):
    s3 = aws("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="bucket", Key="k", Body=b"x" * 100_000)
    assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"x" * 100_000


def test_it_is_the_account_and_has_the_policies_of_the_other_one(aws):
    assert aws("sts").get_caller_identity()["Account"] == ACCOUNT
    policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    assert aws("iam").get_policy(PolicyArn=policy)["Policy"]["Arn"] == policy


def test_calls_wait_until_it_is_ready(supply, client):
    async def main() -> tuple[dict, dict]:
        control_plane = ContainerMoto(supply)
        await control_plane.spawn()
        answer = await json_answer(control_plane, QUEUES)
        await control_plane.ready()
        described = control_plane.describe()
        assert described["container"] in names(client)
        await control_plane.stop()
        return answer, described

    answer, described = asyncio.run(main())
    assert answer.get("QueueUrls", []) == []
    assert (described["kind"], described["id"]) == ("container", supply.images[MOTO].id)
    assert described["address"].startswith("127.0.0.1:")
    assert described["container"] not in names(client)


def test_calls_fail_when_it_does_not_come_to_that(supply, client):
    other = ImageStore(client).chosen(LAMBDA, X86_64)
    if other is None:
        pytest.skip("the engine has no image for: lambda-python")

    async def main() -> None:
        control_plane = ContainerMoto(Supply(supply.docker_host, {MOTO: other}))
        await control_plane.spawn()
        calling = asyncio.create_task(json_answer(control_plane, QUEUES))
        try:
            with pytest.raises(EnvironmentFailedError, match=r"\(moto\) ended with exit code"):
                await control_plane.ready()
            with pytest.raises(EnvironmentFailedError):
                await calling
        finally:
            await control_plane.stop()

    asyncio.run(main())


def test_one_that_is_stopped_while_it_starts_leaves_nothing(supply, client):
    async def main() -> str:
        control_plane = ContainerMoto(supply)
        await control_plane.spawn()
        await asyncio.sleep(0)
        await control_plane.stop()
        return control_plane._container.name

    assert asyncio.run(main()) not in names(client)
