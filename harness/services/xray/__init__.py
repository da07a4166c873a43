"""X-Ray: segments that functions and Lambda send, put together to traces that can be found."""

from harness.services.xray.daemon import Daemon
from harness.services.xray.service import XRay

__all__ = ["Daemon", "XRay"]
