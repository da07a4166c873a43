"""SQS: the control plane keeps the messages; turns at a queue and waiting for messages are ours."""

from harness.services.sqs.queue import Queues, name_of
from harness.services.sqs.service import Sqs

__all__ = ["Queues", "Sqs", "name_of"]
