"""The operations of the S3 API by method, level and sub-resource (S3 API reference); pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

_BUCKET: Mapping[str, Mapping[str, str]] = {
    "abac": {
        "GET": "GetBucketAbac",
        "PUT": "PutBucketAbac",
    },
    "accelerate": {
        "GET": "GetBucketAccelerateConfiguration",
        "PUT": "PutBucketAccelerateConfiguration",
    },
    "acl": {
        "GET": "GetBucketAcl",
        "PUT": "PutBucketAcl",
    },
    "analytics": {
        "DELETE": "DeleteBucketAnalyticsConfiguration",
        "GET": "GetBucketAnalyticsConfiguration",
        "PUT": "PutBucketAnalyticsConfiguration",
    },
    "cors": {
        "DELETE": "DeleteBucketCors",
        "GET": "GetBucketCors",
        "PUT": "PutBucketCors",
    },
    "delete": {"POST": "DeleteObjects"},
    "encryption": {
        "DELETE": "DeleteBucketEncryption",
        "GET": "GetBucketEncryption",
        "PUT": "PutBucketEncryption",
    },
    "intelligent-tiering": {
        "DELETE": "DeleteBucketIntelligentTieringConfiguration",
        "GET": "GetBucketIntelligentTieringConfiguration",
        "PUT": "PutBucketIntelligentTieringConfiguration",
    },
    "inventory": {
        "DELETE": "DeleteBucketInventoryConfiguration",
        "GET": "GetBucketInventoryConfiguration",
        "PUT": "PutBucketInventoryConfiguration",
    },
    "lifecycle": {
        "DELETE": "DeleteBucketLifecycle",
        "GET": "GetBucketLifecycleConfiguration",
        "PUT": "PutBucketLifecycleConfiguration",
    },
    "location": {"GET": "GetBucketLocation"},
    "logging": {
        "GET": "GetBucketLogging",
        "PUT": "PutBucketLogging",
    },
    "metadataAnnotationTable": {"PUT": "UpdateBucketMetadataAnnotationTableConfiguration"},
    "metadataConfiguration": {
        "DELETE": "DeleteBucketMetadataConfiguration",
        "GET": "GetBucketMetadataConfiguration",
        "POST": "CreateBucketMetadataConfiguration",
    },
    "metadataInventoryTable": {"PUT": "UpdateBucketMetadataInventoryTableConfiguration"},
    "metadataJournalTable": {"PUT": "UpdateBucketMetadataJournalTableConfiguration"},
    "metadataTable": {
        "DELETE": "DeleteBucketMetadataTableConfiguration",
        "GET": "GetBucketMetadataTableConfiguration",
        "POST": "CreateBucketMetadataTableConfiguration",
    },
    "metrics": {
        "DELETE": "DeleteBucketMetricsConfiguration",
        "GET": "GetBucketMetricsConfiguration",
        "PUT": "PutBucketMetricsConfiguration",
    },
    "notification": {
        "GET": "GetBucketNotificationConfiguration",
        "PUT": "PutBucketNotificationConfiguration",
    },
    "object-lock": {
        "GET": "GetObjectLockConfiguration",
        "PUT": "PutObjectLockConfiguration",
    },
    "ownershipControls": {
        "DELETE": "DeleteBucketOwnershipControls",
        "GET": "GetBucketOwnershipControls",
        "PUT": "PutBucketOwnershipControls",
    },
    "policy": {
        "DELETE": "DeleteBucketPolicy",
        "GET": "GetBucketPolicy",
        "PUT": "PutBucketPolicy",
    },
    "policyStatus": {"GET": "GetBucketPolicyStatus"},
    "publicAccessBlock": {
        "DELETE": "DeletePublicAccessBlock",
        "GET": "GetPublicAccessBlock",
        "PUT": "PutPublicAccessBlock",
    },
    "replication": {
        "DELETE": "DeleteBucketReplication",
        "GET": "GetBucketReplication",
        "PUT": "PutBucketReplication",
    },
    "requestPayment": {
        "GET": "GetBucketRequestPayment",
        "PUT": "PutBucketRequestPayment",
    },
    "session": {"GET": "CreateSession"},
    "tagging": {
        "DELETE": "DeleteBucketTagging",
        "GET": "GetBucketTagging",
        "PUT": "PutBucketTagging",
    },
    "uploads": {"GET": "ListMultipartUploads"},
    "versioning": {
        "GET": "GetBucketVersioning",
        "PUT": "PutBucketVersioning",
    },
    "versions": {"GET": "ListObjectVersions"},
    "website": {
        "DELETE": "DeleteBucketWebsite",
        "GET": "GetBucketWebsite",
        "PUT": "PutBucketWebsite",
    },
}
_OBJECT: Mapping[str, Mapping[str, str]] = {
    "acl": {
        "GET": "GetObjectAcl",
        "PUT": "PutObjectAcl",
    },
    "annotation": {
        "DELETE": "DeleteObjectAnnotation",
        "GET": "GetObjectAnnotation",
        "PUT": "PutObjectAnnotation",
    },
    "attributes": {"GET": "GetObjectAttributes"},
    "encryption": {"PUT": "UpdateObjectEncryption"},
    "legal-hold": {
        "GET": "GetObjectLegalHold",
        "PUT": "PutObjectLegalHold",
    },
    "renameObject": {"PUT": "RenameObject"},
    "restore": {"POST": "RestoreObject"},
    "retention": {
        "GET": "GetObjectRetention",
        "PUT": "PutObjectRetention",
    },
    "select": {"POST": "SelectObjectContent"},
    "tagging": {
        "DELETE": "DeleteObjectTagging",
        "GET": "GetObjectTagging",
        "PUT": "PutObjectTagging",
    },
    "torrent": {"GET": "GetObjectTorrent"},
    "uploads": {"POST": "CreateMultipartUpload"},
}

# Of these, a GET without an `id` (or a name) lists what a GET with one returns.
_LISTS = {
    "GetBucketAnalyticsConfiguration": ("id", "ListBucketAnalyticsConfigurations"),
    "GetBucketIntelligentTieringConfiguration": (
        "id",
        "ListBucketIntelligentTieringConfigurations",
    ),
    "GetBucketInventoryConfiguration": ("id", "ListBucketInventoryConfigurations"),
    "GetBucketMetricsConfiguration": ("id", "ListBucketMetricsConfigurations"),
    "GetObjectAnnotation": ("annotationName", "ListObjectAnnotations"),
}


def s3_operation(method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """Return the operation's name, "" when there is none; `path` is path-style."""
    bucket, _, key = path.lstrip("/").partition("/")
    if not bucket:
        return "ListBuckets" if method == "GET" else ""
    parameters = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    table = _OBJECT if key else _BUCKET
    for name in parameters.keys() & table.keys():
        operation = table[name].get(method, "")
        parameter, listing = _LISTS.get(operation, ("", ""))
        return listing if listing and parameter not in parameters else operation
    if key:
        return _of_object(method, parameters, headers)
    return _of_bucket(method, parameters)


def _of_bucket(method: str, parameters: Mapping[str, str]) -> str:
    if method == "GET":
        return "ListObjectsV2" if parameters.get("list-type") == "2" else "ListObjects"
    return {
        "PUT": "CreateBucket",
        "DELETE": "DeleteBucket",
        "HEAD": "HeadBucket",
        "POST": "PostObject",
    }.get(method, "")


def _of_object(method: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> str:
    copies = "x-amz-copy-source" in headers
    if "uploadId" in parameters:
        part = "UploadPartCopy" if copies else "UploadPart"
        multipart = {"PUT": part, "POST": "CompleteMultipartUpload", "GET": "ListParts"}
        return {**multipart, "DELETE": "AbortMultipartUpload"}.get(method, "")
    return {
        "PUT": "CopyObject" if copies else "PutObject",
        "GET": "GetObject",
        "HEAD": "HeadObject",
        "DELETE": "DeleteObject",
    }.get(method, "")
