from __future__ import annotations

from tests.harness.images.conftest import built, client

__all__ = ["built", "client"]
