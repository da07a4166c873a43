"""The event types S3 knows, and what a rule's type covers (the S3 API's `Event`); pure.

Fired here: ObjectCreated, ObjectRemoved, ObjectTagging and ObjectAcl. The others belong to features
that nothing here has, so a configuration may name them and they never happen.
"""

from __future__ import annotations

PUT = "ObjectCreated:Put"
POST = "ObjectCreated:Post"
COPY = "ObjectCreated:Copy"
COMPLETE = "ObjectCreated:CompleteMultipartUpload"
DELETE = "ObjectRemoved:Delete"
DELETE_MARKER = "ObjectRemoved:DeleteMarkerCreated"
TAGGING_PUT = "ObjectTagging:Put"
TAGGING_DELETE = "ObjectTagging:Delete"
ACL_PUT = "ObjectAcl:Put"

FIRED = (
    *(PUT, POST, COPY, COMPLETE),
    *(DELETE, DELETE_MARKER),
    *(TAGGING_PUT, TAGGING_DELETE, ACL_PUT),
)
_NEVER_FIRED = (
    "ReducedRedundancyLostObject",
    "ObjectRestore:Post",
    "ObjectRestore:Completed",
    "ObjectRestore:Delete",
    "Replication:OperationFailedReplication",
    "Replication:OperationNotTracked",
    "Replication:OperationMissedThreshold",
    "Replication:OperationReplicatedAfterThreshold",
    "LifecycleTransition",
    "IntelligentTiering",
    "LifecycleExpiration:Delete",
    "LifecycleExpiration:DeleteMarkerCreated",
    "ObjectAnnotation:Put",
    "ObjectAnnotation:Delete",
    "ObjectRetention:Put",
)
_FAMILIES = (
    "ObjectCreated",
    "ObjectRemoved",
    "ObjectRestore",
    "Replication",
    "LifecycleExpiration",
    "ObjectTagging",
    "ObjectAnnotation",
)
CONFIGURABLE = frozenset(
    f"s3:{name}" for name in (*FIRED, *_NEVER_FIRED, *(f"{family}:*" for family in _FAMILIES))
)


def covers(configured: str, event: str) -> bool:
    """Tell whether a configured type ("s3:ObjectCreated:*") includes another one."""
    return configured == event or (
        configured.endswith("*") and event.startswith(configured.removesuffix("*"))
    )
