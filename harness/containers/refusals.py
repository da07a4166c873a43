"""What an engine refuses, and its silence, as an error of the environment that needed it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from harness.errors import EnvironmentFailedError
from harness.images.build_failure import explain
from harness.images.engine import answering
from harness.images.errors import ImageError


@contextlib.contextmanager
def reported(what: str, when: str) -> Iterator[None]:
    """Raise `EnvironmentFailedError` for what goes wrong with the engine.

    what: that did not come about ("PostgreSQL cannot be started"); when: "while it started".
    """
    from docker.errors import APIError, DockerException

    try:
        with answering(when):
            yield
    except APIError as error:
        reason = explain(error.explanation or str(error))
        raise EnvironmentFailedError(f"{what}: {reason}") from error
    except (DockerException, ImageError) as error:
        raise EnvironmentFailedError(str(error)) from error
