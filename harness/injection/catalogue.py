"""The faults that there are: the modules of `harness/faults/`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from harness import faults
from harness.errors import UsageError
from harness.injection.fault import Fault


@cache
def names() -> list[str]:
    """Return the names of all faults, as users write them: with hyphens."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(faults.__path__))


def fault(name: str) -> type[Fault]:
    """Return the fault of a name; raises `UsageError` where there is none."""
    if name not in names():
        raise UsageError(f"there is no fault {name!r}; choose from {', '.join(names())}")
    module = importlib.import_module(f"{faults.__name__}.{name.replace('-', '_')}")
    found: type[Fault] = module.FAULT
    return found
