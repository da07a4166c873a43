"""Which calls change what policies say (pure)."""

from __future__ import annotations

from harness.call import Call

_READS = ("Get", "List", "Simulate", "Generate")
_RESOURCE_CHANGES = {
    "s3": {"PutBucketPolicy", "DeleteBucketPolicy", "CreateBucket", "DeleteBucket"},
    "sqs": {
        "CreateQueue",
        "DeleteQueue",
        "SetQueueAttributes",
        "AddPermission",
        "RemovePermission",
    },
    "sns": {
        "CreateTopic",
        "DeleteTopic",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
    },
    "lambda": {"AddPermission", "RemovePermission", "DeleteFunction"},
    "secretsmanager": {
        "CreateSecret",
        "DeleteSecret",
        "RestoreSecret",
        "PutResourcePolicy",
        "DeleteResourcePolicy",
    },
}


def changes_identities(call: Call) -> bool:
    return call.service == "iam" and not call.operation.startswith(_READS)


def changes_resources(call: Call) -> bool:
    return call.operation in _RESOURCE_CHANGES.get(call.service, ())
