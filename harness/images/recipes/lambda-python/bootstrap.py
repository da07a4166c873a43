"""Run the handler under the runtime client, with the module search path that AWS gives it.

The runtime client comes from this directory; it is imported before the function's own directories
go in front of it. A PYTHONPATH of the function's takes the place of the layers'.
"""

from __future__ import annotations

import os
import site
import sys

from awslambdaric import __main__ as client

_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_LAYERS = (f"/opt/python/lib/{_VERSION}/site-packages", "/opt/python")


def main() -> None:
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    layers = () if "PYTHONPATH" in os.environ else _LAYERS
    places = (task_root, *layers)
    sys.path[:0] = places
    for place in places:
        site.addsitedir(place)
    os.environ.setdefault("PYTHONPATH", os.environ["LAMBDA_RUNTIME_DIR"])
    client.main([task_root, os.environ["_HANDLER"]])


if __name__ == "__main__":
    main()
