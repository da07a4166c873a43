"""What an engine says when it cannot build or pull -> what that means and what to do."""

from __future__ import annotations

import re

_PREAMBLE = re.compile(
    r"(failed to (solve( with frontend \S+)?|create LLB definition|build LLB|do request): )+"
)

_MEANINGS = (
    (
        r"no space left on device",
        "the disk of the engine is full",
        "free some space, for instance with `harness images remove` or `docker system prune`",
    ),
    (
        r"exec format error",
        "the engine cannot run programs of this architecture",
        "build on a machine of that architecture, or install its emulation (binfmt and qemu)",
    ),
    (
        r"manifest unknown|manifest for .* not found|pull access denied|no such image",
        "an image that it is built on does not exist",
        "check --base-image, or leave it out",
    ),
    (
        r"failed to (compute cache key|calculate checksum)|file not found in build context",
        "a file that it copies is not there",
        "check the path in the Dockerfile, and whether .dockerignore leaves it out",
    ),
    (
        r"no such host|dial tcp|i/o timeout|tls handshake|client\.timeout exceeded",
        "no registry can be reached",
        "check the network, or build everything here with `harness images build --offline`",
    ),
)


def explain(message: str, output: str = "") -> str:
    """Return one sentence on what happened, with what to do when that is known.

    output: of the command that failed; the message then only says that it did.
    """
    message = _PREAMBLE.sub("", message.strip())
    said = f"{output}\n{message}"
    for pattern, meaning, remedy in _MEANINGS:
        if re.search(pattern, said, re.IGNORECASE):
            return f"{meaning}; {remedy} (the engine says: {message})"
    return message
