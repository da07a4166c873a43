"""The images of a template's functions: there, and for the right machine, before they start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.containers.refusals import reported
from harness.containers.supply import TIMEOUT_S
from harness.errors import EnvironmentFailedError
from harness.images.architecture import BY_NAME
from harness.images.engine import connect

if TYPE_CHECKING:
    from harness.images.store import Stored


@dataclass(frozen=True, slots=True)
class Wanted:
    """repository, reference: of the image; architecture: Lambda's name for the function's."""

    repository: str
    reference: str
    architecture: str


def demand(docker_host: str, wanted: Iterable[Wanted]) -> None:
    """Raise `EnvironmentFailedError` naming all that is missing or of another machine; blocks."""
    from harness.images.store import ImageStore

    with reported("images cannot be looked at", "while images were looked at"):
        client = connect(docker_host, TIMEOUT_S)
        try:
            found = {image: ImageStore(client).find(image.reference) for image in wanted}
        finally:
            client.close()
    if complaint := complaint_about(found):
        raise EnvironmentFailedError(complaint)


def complaint_about(found: dict[Wanted, Stored | None]) -> str:
    """Return what is wrong with the images of functions and what to do; "" when nothing is."""
    if missing := [image.repository for image, stored in found.items() if stored is None]:
        names = " ".join(missing)
        return f"there is no image of {', '.join(missing)}; run `harness images build {names}`"
    for image, stored in found.items():
        if stored and stored.architecture != BY_NAME[image.architecture].engine:
            return (
                f"{image.reference} is an image for {stored.architecture} and its function wants "
                f"{image.architecture}; run `harness images build {image.repository}`"
            )
    return ""
