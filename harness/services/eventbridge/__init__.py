"""EventBridge: events put on a bus reach the targets of its rules; rules themselves are moto's."""

from harness.services.eventbridge.service import EventBridge

__all__ = ["EventBridge"]
