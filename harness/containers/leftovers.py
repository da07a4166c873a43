"""The note in a state directory that its environment used an engine, for whoever cleans up."""

from __future__ import annotations

from pathlib import Path

_NOTE = "engine"


def note(directory: Path, docker_host: str) -> None:
    """Remember the engine before anything is made with it."""
    (directory / _NOTE).write_text(docker_host)


def remove(directory: Path) -> str:
    """Remove what the engine still has of the environment in `directory` and of ended ones.

    Returns why that was not possible, "" when it was or when no engine had been used.
    """
    file = directory / _NOTE
    if not file.exists():
        return ""
    from harness.containers.reaper import of_this_process_too, reap
    from harness.images.engine import answering, connect
    from harness.images.errors import EngineError

    try:
        client = connect(file.read_text())
        with answering("while containers were removed"):
            reap(client, of_this_process_too)
    except EngineError as error:
        return (
            f"containers may be left: {error}; the next `harness up --runtime docker` removes them"
        )
    client.close()
    return ""
