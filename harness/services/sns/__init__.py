"""SNS: functions that subscribed to a topic are invoked here."""

from harness.services.sns.service import Sns

__all__ = ["Sns"]
