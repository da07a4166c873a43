"""Event source mappings: queues whose messages invoke a function in batches."""

from harness.services.event_source_mapping.poller import Machine
from harness.services.event_source_mapping.service import EventSourceMappings
from harness.services.event_source_mapping.stacks import Stacks

__all__ = ["EventSourceMappings", "Machine", "Stacks"]
