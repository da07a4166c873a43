"""A repository for container images."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS

TYPE = "AWS::ECR::Repository"
PROPERTIES: dict[str, Shape] = {
    "ImageScanningConfiguration": {"ScanOnPush": Leaf.VALUE},
    "ImageTagMutability": Leaf.VALUE,
    "RepositoryName": Leaf.VALUE,
    "Tags": TAGS,
}
ATTRIBUTES = frozenset({"Arn", "RepositoryUri"})


def create(client: Any, properties: Properties, name: str) -> Created:
    scanning = properties.get("ImageScanningConfiguration", {})
    repository = client.create_repository(
        repositoryName=properties.get("RepositoryName", name.lower()),
        imageTagMutability=properties.get("ImageTagMutability"),
        imageScanningConfiguration={"scanOnPush": scanning.get("ScanOnPush")},
        tags=properties.get("Tags"),
    )["repository"]
    return Created(
        repository["repositoryName"],
        {"Arn": repository["repositoryArn"], "RepositoryUri": repository["repositoryUri"]},
    )


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = client.describe_repositories(repositoryNames=[physical_id])["repositories"][0]
    scanning = found.get("imageScanningConfiguration", {})
    return {
        "ImageScanningConfiguration": {"ScanOnPush": scanning.get("scanOnPush")},
        "ImageTagMutability": found["imageTagMutability"],
        "RepositoryName": found["repositoryName"],
        "Tags": client.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"],
    }


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_repository(repositoryName=physical_id)
