"""CloudWatch Logs: what is written to log groups, read, searched and turned into metrics."""

from harness.services.logs.delivery import LogDelivery
from harness.services.logs.service import Logs

__all__ = ["LogDelivery", "Logs"]
