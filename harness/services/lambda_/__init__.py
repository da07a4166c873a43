"""Lambda: functions run for real; their configuration stays in the control plane."""

from harness.services.lambda_.service import LambdaService

__all__ = ["LambdaService"]
