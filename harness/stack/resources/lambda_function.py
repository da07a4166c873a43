"""A Lambda function from a container image, from code in S3, inline, or beside the template."""

from __future__ import annotations

from typing import Any

from harness.stack.local_code import packaged
from harness.stack.properties import Leaf, MapOf, Properties, SetOf, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS, as_list, as_map

TYPE = "AWS::Lambda::Function"
PROPERTIES: dict[str, Shape] = {
    "Architectures": [Leaf.VALUE],
    "Code": {
        "ImageUri": Leaf.VALUE,
        "S3Bucket": Leaf.WRITE_ONLY,
        "S3Key": Leaf.WRITE_ONLY,
        "S3ObjectVersion": Leaf.WRITE_ONLY,
        "ZipFile": Leaf.WRITE_ONLY,
    },
    "DeadLetterConfig": {"TargetArn": Leaf.WRITE_ONLY},  # stored by the endpoint, not by moto
    "Description": Leaf.VALUE,
    "Environment": {"Variables": MapOf(Leaf.SECRET)},
    "EphemeralStorage": {"Size": Leaf.VALUE},
    "FunctionName": Leaf.VALUE,
    "Handler": Leaf.VALUE,
    "ImageConfig": {
        "Command": [Leaf.VALUE],
        "EntryPoint": [Leaf.VALUE],
        "WorkingDirectory": Leaf.VALUE,
    },
    "LoggingConfig": {
        "ApplicationLogLevel": Leaf.VALUE,
        "LogFormat": Leaf.VALUE,
        "LogGroup": Leaf.VALUE,
        "SystemLogLevel": Leaf.VALUE,
    },
    "MemorySize": Leaf.VALUE,
    "PackageType": Leaf.VALUE,
    "ReservedConcurrentExecutions": Leaf.VALUE,
    "Role": Leaf.VALUE,
    "Runtime": Leaf.VALUE,
    "Tags": TAGS,
    "Timeout": Leaf.VALUE,
    "TracingConfig": {"Mode": Leaf.VALUE},
    "VpcConfig": {"SecurityGroupIds": SetOf(Leaf.VALUE), "SubnetIds": SetOf(Leaf.VALUE)},
}
ATTRIBUTES = frozenset({"Arn"})
_SEPARATE = {"ReservedConcurrentExecutions", "Tags"}


def create(client: Any, properties: Properties, name: str) -> Created:
    request = {k: v for k, v in properties.items() if k not in _SEPARATE}
    request["Code"] = packaged(properties["Code"])
    function = client.create_function(
        **{"FunctionName": name, **request}, Tags=as_map(properties.get("Tags"))
    )
    return Created(function["FunctionName"], {"Arn": function["FunctionArn"]})


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    if "ReservedConcurrentExecutions" in properties:
        client.put_function_concurrency(
            FunctionName=physical_id,
            ReservedConcurrentExecutions=properties["ReservedConcurrentExecutions"],
        )


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = client.get_function(FunctionName=physical_id)
    return {
        **found["Configuration"],
        "Code": found.get("Code", {}),
        "ImageConfig": found["Configuration"].get("ImageConfigResponse", {}).get("ImageConfig"),
        "ReservedConcurrentExecutions": found.get("Concurrency", {}).get(
            "ReservedConcurrentExecutions"
        ),
        "Tags": as_list(found.get("Tags")),
    }


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_function(FunctionName=physical_id)
