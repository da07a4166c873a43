"""The permissions that S3 operations need (Service Authorization Reference, S3; pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, unquote

from harness.call import Call
from harness.iam.actions.asked import Asked

# Operations whose action has another name; all others are called like their action.
_ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PostObject": "PutObject",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "SelectObjectContent": "GetObject",
    "UploadPart": "PutObject",
}
# Of these, a call that names a version needs the action of the version.
_VERSIONED = {
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTagging": "GetObjectVersionTagging",
    "GetObjectTorrent": "GetObjectVersionTorrent",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
}
_WRITES = frozenset({"PutObject", "PostObject", "CopyObject", "CreateMultipartUpload"})
_COPIES = frozenset({"CopyObject", "UploadPartCopy"})
_WRITE_HEADERS = {
    "x-amz-acl": "PutObjectAcl",
    "x-amz-grant-": "PutObjectAcl",
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-retain-until-date": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
}
_PARAMETERS = ("prefix", "delimiter", "max-keys", "versionId")


def bucket_and_key(path: str) -> tuple[str, str]:
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    return bucket, key


def arn(bucket: str, key: str = "") -> str:
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def s3_actions(call: Call) -> list[Asked]:
    """Return what `call` needs; of DeleteObjects nothing, since each of its keys is asked for."""
    if call.operation == "DeleteObjects":
        return []
    bucket, key = bucket_and_key(call.path)
    context = _context(call)
    resource = arn(bucket, key) if bucket else "*"
    needed = [Asked(f"s3:{name}", resource, context=context) for name in _names(call)]
    if call.operation in _COPIES:
        needed.insert(0, _source(call.header("x-amz-copy-source"), context))
    return needed


def _names(call: Call) -> Iterator[str]:
    operation = call.operation
    versioned = operation in _VERSIONED or operation == "HeadObject"
    name = "PutObject" if operation in _COPIES else _ACTIONS.get(operation, operation)
    yield _VERSIONED[name] if versioned and "versionId=" in call.query else name
    if operation == "GetObjectAttributes":
        yield "GetObjectVersion" if "versionId=" in call.query else "GetObject"
    if operation in _WRITES:
        yield from _extra(call)


def _extra(call: Call) -> list[str]:
    """Return what the headers of a write ask for beside the object."""
    names = [
        action
        for prefix, action in _WRITE_HEADERS.items()
        if any(header.startswith(prefix) for header, _ in call.headers)
    ]
    return list(dict.fromkeys(names))


def _source(written: str, context: Mapping[str, tuple[str, ...]]) -> Asked:
    path, _, version = written.partition("?versionId=")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    return Asked(action, arn(*bucket_and_key(f"/{path.removeprefix('/')}")), context=context)


def delete_action(version: str | None) -> str:
    return "s3:DeleteObjectVersion" if version else "s3:DeleteObject"


def _auth_type(call: Call, parameters: Mapping[str, str]) -> str:
    if call.operation == "PostObject":
        return "POST"
    signed = "X-Amz-Credential" in parameters or "AWSAccessKeyId" in parameters
    return "REST-QUERY-STRING" if signed else "REST-HEADER"


def _context(call: Call) -> dict[str, tuple[str, ...]]:
    parameters = call.parameters() if call.query else {}
    found: dict[str, tuple[str, ...]] = {
        f"s3:{name.lower()}": (parameters[name],) for name in _PARAMETERS if name in parameters
    }
    found["s3:authtype"] = (_auth_type(call, parameters),)
    found["s3:signatureversion"] = (
        "AWS" if "AWSAccessKeyId" in parameters else "AWS4-HMAC-SHA256",
    )
    found |= {f"s3:{name}": (value,) for name, value in call.headers if name.startswith("x-amz-")}
    if tags := dict(parse_qsl(call.header("x-amz-tagging"), keep_blank_values=True)):
        found |= {f"s3:requestobjecttag/{key.lower()}": (value,) for key, value in tags.items()}
        found["s3:requestobjecttagkeys"] = tuple(tags)
    return found
