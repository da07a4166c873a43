"""CloudWatch: metrics with their statistics and math, and alarms that are evaluated."""

from harness.services.cloudwatch.service import CloudWatch

__all__ = ["CloudWatch"]
