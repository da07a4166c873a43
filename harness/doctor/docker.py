"""Does a Docker engine answer? Only the container runtime needs one."""

from __future__ import annotations

import http
from collections.abc import Iterator

from harness.doctor.finding import Checkup, Finding, Level
from harness.images import engine


def check(checkup: Checkup) -> Iterator[Finding]:
    host = checkup.settings.docker_host
    if not engine.can_be_pinged(host):
        detail = f"DOCKER_HOST={host} is not checked: only unix:// and tcp:// are"
        yield Finding(Level.WARNING, "Docker", detail)
        return
    try:
        yield _answer(host, engine.ping(host))
    except OSError as error:
        detail, remedy = engine.explain(error, host)
        yield Finding(Level.WARNING, "Docker", f"{detail}; containers are left out", remedy)


def _answer(host: str, status: int) -> Finding:
    if status == http.HTTPStatus.OK:
        return Finding(Level.OK, "Docker", f"the engine at {host} answers")
    detail = f"the engine at {host} answered {status}"
    return Finding(Level.WARNING, "Docker", detail, "check the Docker service")
