"""Event source mappings: queues whose messages invoke a function in batches."""

from harness.services.event_source_mapping.service import EventSourceMappings
from harness.services.event_source_mapping.stacks import Stacks
from harness.services.event_source_mapping.surroundings import Machine, Surroundings

__all__ = ["EventSourceMappings", "Machine", "Stacks", "Surroundings"]
