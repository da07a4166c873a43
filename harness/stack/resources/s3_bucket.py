"""A bucket; a notification needs the permission of its target to exist already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.stack.bucket_rules import (
    cors_from_api,
    cors_to_api,
    lifecycle_from_api,
    lifecycle_to_api,
)
from harness.stack.notifications import from_api, to_api
from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS

TYPE = "AWS::S3::Bucket"
_FILTER: Shape = {"S3Key": {"Rules": SetOf({"Name": Leaf.CASELESS, "Value": Leaf.VALUE})}}
PROPERTIES: dict[str, Shape] = {
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {
                "BucketKeyEnabled": Leaf.VALUE,
                "ServerSideEncryptionByDefault": {
                    "KMSMasterKeyID": Leaf.VALUE,
                    "SSEAlgorithm": Leaf.VALUE,
                },
            }
        ]
    },
    "BucketName": Leaf.VALUE,
    "CorsConfiguration": {
        "CorsRules": [
            {
                "AllowedHeaders": [Leaf.VALUE],
                "AllowedMethods": [Leaf.VALUE],
                "AllowedOrigins": [Leaf.VALUE],
                "ExposedHeaders": [Leaf.VALUE],
                "Id": Leaf.VALUE,
                "MaxAge": Leaf.VALUE,
            }
        ]
    },
    "LifecycleConfiguration": {
        "Rules": [
            {
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": Leaf.VALUE},
                "ExpirationInDays": Leaf.VALUE,
                "ExpiredObjectDeleteMarker": Leaf.VALUE,
                "Id": Leaf.VALUE,
                "NoncurrentVersionExpiration": {"NoncurrentDays": Leaf.VALUE},
                "Prefix": Leaf.VALUE,
                "Status": Leaf.VALUE,
            }
        ]
    },
    "NotificationConfiguration": {
        "EventBridgeConfiguration": {"EventBridgeEnabled": Leaf.VALUE},
        "LambdaConfigurations": SetOf(
            {"Event": Leaf.VALUE, "Filter": _FILTER, "Function": Leaf.VALUE}
        ),
        "QueueConfigurations": SetOf({"Event": Leaf.VALUE, "Filter": _FILTER, "Queue": Leaf.VALUE}),
        "TopicConfigurations": SetOf({"Event": Leaf.VALUE, "Filter": _FILTER, "Topic": Leaf.VALUE}),
    },
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": Leaf.VALUE,
        "BlockPublicPolicy": Leaf.VALUE,
        "IgnorePublicAcls": Leaf.VALUE,
        "RestrictPublicBuckets": Leaf.VALUE,
    },
    "Tags": TAGS,
    "VersioningConfiguration": {"Status": Leaf.VALUE},
}
ATTRIBUTES = frozenset({"Arn", "DomainName", "RegionalDomainName"})


def create(client: Any, properties: Properties, name: str) -> Created:
    bucket = properties.get("BucketName", name.lower())
    region = client.meta.region_name
    client.create_bucket(
        Bucket=bucket,
        CreateBucketConfiguration=None if region == "us-east-1" else {"LocationConstraint": region},
    )
    attributes = {
        "Arn": f"arn:aws:s3:::{bucket}",
        "DomainName": f"{bucket}.s3.amazonaws.com",
        "RegionalDomainName": f"{bucket}.s3.{region}.amazonaws.com",
    }
    return Created(bucket, attributes)


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    if versioning := properties.get("VersioningConfiguration"):
        client.put_bucket_versioning(Bucket=physical_id, VersioningConfiguration=versioning)
    if encryption := properties.get("BucketEncryption"):
        client.put_bucket_encryption(
            Bucket=physical_id,
            ServerSideEncryptionConfiguration={"Rules": _rules_to_api(encryption)},
        )
    if access := properties.get("PublicAccessBlockConfiguration"):
        client.put_public_access_block(Bucket=physical_id, PublicAccessBlockConfiguration=access)
    if tags := properties.get("Tags"):
        client.put_bucket_tagging(Bucket=physical_id, Tagging={"TagSet": tags})
    if cors := properties.get("CorsConfiguration"):
        client.put_bucket_cors(Bucket=physical_id, CORSConfiguration=cors_to_api(cors))
    if lifecycle := properties.get("LifecycleConfiguration"):
        client.put_bucket_lifecycle_configuration(
            Bucket=physical_id, LifecycleConfiguration=lifecycle_to_api(lifecycle)
        )
    if notification := properties.get("NotificationConfiguration"):
        client.put_bucket_notification_configuration(
            Bucket=physical_id, NotificationConfiguration=to_api(notification)
        )


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = {name: _READERS[name](client, physical_id) for name in _READERS if name in properties}
    return {**found, "BucketName": physical_id}


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "BucketEncryption": lambda client, bucket: _rules_from_api(
        client.get_bucket_encryption(Bucket=bucket)
    ),
    "CorsConfiguration": lambda client, bucket: cors_from_api(
        client.get_bucket_cors(Bucket=bucket)
    ),
    "LifecycleConfiguration": lambda client, bucket: lifecycle_from_api(
        client.get_bucket_lifecycle_configuration(Bucket=bucket)
    ),
    "NotificationConfiguration": lambda client, bucket: from_api(
        client.get_bucket_notification_configuration(Bucket=bucket)
    ),
    "PublicAccessBlockConfiguration": lambda client, bucket: client.get_public_access_block(
        Bucket=bucket
    )["PublicAccessBlockConfiguration"],
    "Tags": lambda client, bucket: client.get_bucket_tagging(Bucket=bucket)["TagSet"],
    "VersioningConfiguration": lambda client, bucket: client.get_bucket_versioning(Bucket=bucket),
}


def _rules_to_api(encryption: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "ApplyServerSideEncryptionByDefault": rule.get("ServerSideEncryptionByDefault"),
            "BucketKeyEnabled": rule.get("BucketKeyEnabled"),
        }
        for rule in encryption["ServerSideEncryptionConfiguration"]
    ]


def _rules_from_api(answer: dict[str, Any]) -> dict[str, Any]:
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    return {
        "ServerSideEncryptionConfiguration": [
            {**rule, "ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"]}
            for rule in rules
        ]
    }


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_bucket(Bucket=physical_id)
