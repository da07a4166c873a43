"""The images of a template's functions, as the engine had them when they were exercised."""

from __future__ import annotations

from pathlib import Path

from harness.errors import EnvironmentFailedError
from harness.images.engine import connect
from harness.images.functions import function_images
from harness.images.store import ImageStore


def exercised(template: Path, docker_host: str) -> dict[str, dict[str, str]]:
    """Return reference, ID and content digest of every image, by its name.

    Raises `EnvironmentFailedError` for an image that is gone.
    """
    client = connect(docker_host)
    try:
        store = ImageStore(client)
        return {
            image.name: _identity(store, image.reference) for image in function_images(template)
        }
    finally:
        client.close()


def _identity(store: ImageStore, reference: str) -> dict[str, str]:
    found = store.find(reference)
    if found is None:
        raise EnvironmentFailedError(
            f"the image {reference} is gone; build it with `harness images build`, run this again"
        )
    return {"reference": reference, "id": found.id, "content_digest": found.content_digest}
