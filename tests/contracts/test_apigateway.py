"""HTTP APIs: throttling and CORS, set by boto3 and seen by HTTP clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, eventually, unique

SITE = "https://app.example"
NEVER = 0.001  # requests a second: a bucket that is empty stays empty for the test


@dataclass(frozen=True)
class Api:
    account: Account
    id: str

    def route(self, key: str) -> None:
        """Add a route to a function that answers with its event."""
        function = self.account.function("subject.echo")
        gateway = self.account.apigatewayv2
        integration = gateway.create_integration(
            ApiId=self.id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function.arn,
            PayloadFormatVersion="2.0",
        )
        target = f"integrations/{integration['IntegrationId']}"
        gateway.create_route(ApiId=self.id, RouteKey=key, Target=target)

    def stage(self, **settings: Any) -> None:
        self.account.apigatewayv2.create_stage(ApiId=self.id, StageName="$default", **settings)

    def request(self, method: str = "GET", path: str = "/a", **headers: str) -> httpx.Response:
        host = f"{self.id}.execute-api.{self.account.region}.amazonaws.com"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.request(
            method, f"{self.account.url}{path}", headers={"Host": host, **named}, trust_env=False
        )

    def statuses(self, requests: int, path: str = "/a") -> Counter[int]:
        return Counter(self.request(path=path).status_code for _ in range(requests))


@pytest.fixture
def api(account: Account) -> Iterator[Api]:
    made = account.apigatewayv2.create_api(Name=unique("api"), ProtocolType="HTTP")
    yield Api(account, made["ApiId"])
    account.apigatewayv2.delete_api(ApiId=made["ApiId"])


def limits(burst: int, rate: float = NEVER) -> dict[str, Any]:
    return {"ThrottlingBurstLimit": burst, "ThrottlingRateLimit": rate}


def test_more_than_the_burst_is_refused_by_the_gateway(api: Api):
    api.route("$default")
    api.stage(DefaultRouteSettings=limits(2))

    assert api.statuses(4) == {200: 2, 429: 2}
    refused = api.request()
    assert refused.json() == {"message": "Too Many Requests"}
    assert refused.headers["apigw-requestid"]


def test_a_route_has_its_own_limit(api: Api):
    for key in ("GET /a", "GET /b"):
        api.route(key)
    api.stage(DefaultRouteSettings=limits(2), RouteSettings={"GET /b": limits(0)})

    assert api.statuses(3, "/a") == {200: 2, 429: 1}
    assert api.statuses(1, "/b") == {429: 1}


def test_limits_change_while_the_api_runs(api: Api):
    gateway = api.account.apigatewayv2
    api.route("GET /a")
    api.stage(DefaultRouteSettings=limits(0), Description="kept")
    key = {"ApiId": api.id, "StageName": "$default"}
    assert api.statuses(1) == {429: 1}

    answer = gateway.update_stage(**key, RouteSettings={"GET /a": limits(3)})
    assert answer["RouteSettings"]["GET /a"]["ThrottlingBurstLimit"] == 3
    assert api.statuses(4) == {200: 3, 429: 1}

    gateway.delete_route_settings(**key, RouteKey="GET /a")
    assert api.statuses(1) == {429: 1}

    gateway.update_stage(**key, DefaultRouteSettings=limits(1))
    stage = gateway.get_stage(**key)
    assert (stage["Description"], stage["RouteSettings"]) == ("kept", {})
    assert api.statuses(1) == {200: 1}


def test_a_stage_that_does_not_exist_is_not_updated(api: Api):
    with pytest.raises(ClientError) as caught:
        api.account.apigatewayv2.update_stage(ApiId=api.id, StageName="none")
    assert caught.value.response["Error"]["Code"] == "NotFoundException"


def test_what_is_refused_is_counted_as_a_client_error(api: Api):
    api.route("$default")
    api.stage(DefaultRouteSettings=limits(1))
    api.statuses(3)

    def errors() -> float | None:
        now = datetime.now(UTC)
        points = api.account.cloudwatch.get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName="4xx",
            Dimensions=[{"Name": "ApiId", "Value": api.id}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(float(point["Sum"]) for point in points) or None

    assert eventually(errors) == 2


def test_browsers_of_the_configured_origin_are_let_in(api: Api):
    api.route("GET /a")
    api.stage(DefaultRouteSettings=limits(1))
    api.account.apigatewayv2.update_api(
        ApiId=api.id,
        CorsConfiguration={
            "AllowOrigins": [SITE],
            "AllowMethods": ["GET"],
            "AllowHeaders": ["if-none-match"],
            "ExposeHeaders": ["etag"],
            "MaxAge": 60,
        },
    )

    asked = {"Access_Control_Request_Method": "GET"}
    allowed = api.request("OPTIONS", Origin=SITE, **asked)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-headers"] == "if-none-match"
    assert (
        "access-control-allow-origin"
        not in api.request("OPTIONS", Origin="https://other.example", **asked).headers
    )

    for status in (200, 429):  # also what the gateway refuses by itself
        answer = api.request(Origin=SITE)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == SITE
        assert answer.headers["access-control-expose-headers"] == "etag"
