"""Clients of the AWS API behind an endpoint, independent of the machine's own AWS settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.model import ListShape, MapShape, OperationModel, StructureShape
from botocore.model import Shape as ApiShape

from harness.aws import ACCESS_KEY, SECRET_KEY

_NUMBERS = {"integer": int, "long": int, "float": float, "double": float}


class Aws:
    """Gives out one client per service; clients may be shared by threads.

    endpoint_url: answers for every service. connections: how many calls may run at once.
    """

    def __init__(self, endpoint_url: str, region: str, *, connections: int) -> None:
        self._endpoint_url = endpoint_url
        self._session = _session(region)
        self._config = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"total_max_attempts": 1},
            max_pool_connections=connections,
            proxies={},
            s3={"addressing_style": "path"},
        )
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    def client(self, service: str) -> Any:
        """Return the client of `service`, by boto3's name."""
        with self._lock:  # sessions are not thread-safe
            if service not in self._clients:
                self._clients[service] = self._new_client(service)
            return self._clients[service]

    def prepare(self, services: Iterable[str]) -> None:
        """Make the clients of `services` now, so that nobody waits for them later."""
        for service in services:
            self.client(service)

    def zones(self, region: str = "") -> list[str]:
        """Return the names of the availability zones, as `Fn::GetAZs` asks for them."""
        ec2 = self.client("ec2")
        if region not in {"", ec2.meta.region_name}:
            ec2 = self._new_client("ec2", region)
        return [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]

    def _new_client(self, service: str, region: str | None = None) -> Any:
        client = self._session.client(
            service, endpoint_url=self._endpoint_url, region_name=region, config=self._config
        )
        client.meta.events.register("provide-client-params", _as_declared)
        return client


def _session(region: str) -> boto3.Session:
    # The user's profile and config file must not decide how the local environment is built.
    core = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
        }
    )
    return boto3.Session(
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        region_name=region,
        botocore_session=core,
    )


def _as_declared(params: Mapping[str, Any], model: OperationModel, **_: Any) -> dict[str, Any]:
    return as_declared(params, model.input_shape)  # type: ignore[no-any-return]


def as_declared(value: Any, shape: ApiShape | None) -> Any:
    """Return `value` in the types the API declares, without members that are None.

    Templates spell numbers and booleans as text as well ("300", "true"); AWS's API does not.
    """
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            key: as_declared(item, shape.members.get(key))
            for key, item in value.items()
            if item is not None
        }
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: as_declared(item, shape.value) for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [as_declared(item, shape.member) for item in value]
    return _scalar(value, shape.type_name if shape else "")


def _scalar(value: Any, type_name: str) -> Any:
    if type_name == "string" and isinstance(value, (bool, int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if type_name == "boolean" and value in {"true", "false"}:
        return value == "true"
    if type_name in _NUMBERS and isinstance(value, str):
        return _NUMBERS[type_name](value)
    return value
