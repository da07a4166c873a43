"""Event source mappings: queues whose messages invoke a function in batches."""

from harness.services.event_source_mapping.service import EventSourceMappings

__all__ = ["EventSourceMappings"]
