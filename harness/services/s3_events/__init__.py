"""S3 event notifications: configuration kept and checked here, records sent to destinations."""

from harness.services.s3_events.service import S3Events

__all__ = ["S3Events"]
