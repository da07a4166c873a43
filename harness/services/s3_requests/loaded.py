"""Modules that most environments never need: imported at first use, and beside the loop."""

from __future__ import annotations

import asyncio
import importlib
from types import ModuleType

_LOADED: dict[str, ModuleType] = {}


async def loaded(name: str) -> ModuleType:
    """Return a module of this package."""
    if name not in _LOADED:
        path = f"harness.services.s3_requests.{name}"
        _LOADED[name] = await asyncio.to_thread(importlib.import_module, path)
    return _LOADED[name]
