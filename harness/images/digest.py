"""What an image is, whenever and from whichever commit it was built.

The image ID is the digest of a configuration with the time of the build, the history and the
labels: two builds of the same files have two. The content digest leaves those out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_BEHAVIOUR = (
    "Cmd",
    "Entrypoint",
    "Env",
    "ExposedPorts",
    "Healthcheck",
    "Shell",
    "StopSignal",
    "User",
    "Volumes",
    "WorkingDir",
)


def content_digest(image: Mapping[str, Any]) -> str:
    """Return "sha256:…" of the layers, of what decides how they are run, and of the platform.

    image: as the engine describes it (`GET /images/{name}/json`). Absent, null and empty settings
    mean the same: builders differ in which they write.
    """
    config = image["Config"]
    content = {
        "architecture": image["Architecture"],
        "config": {name: config[name] for name in _BEHAVIOUR if config.get(name)},
        "layers": image["RootFS"]["Layers"],
        "os": image["Os"],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
