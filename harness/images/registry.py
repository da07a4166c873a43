"""Images that a registry offers, fetched by the engine with its own network and credentials."""

from __future__ import annotations

from docker import DockerClient
from docker.errors import APIError

from harness.images.architecture import Architecture
from harness.images.build_failure import explain
from harness.images.engine import answering
from harness.images.errors import RegistryError
from harness.images.following import Say


def pull(client: DockerClient, reference: str, architecture: Architecture, say: Say) -> None:
    """Pull the image; raises `RegistryError`."""
    failure = ""
    with answering(f"while it pulled {reference}"):
        try:
            for event in client.api.pull(
                reference, platform=architecture.platform, stream=True, decode=True
            ):
                failure = event.get("error", failure)
                say(f"{reference}: {event.get('id', '')} {event.get('status', '')}")
        except APIError as error:
            failure = error.explanation or str(error)
    if failure:
        raise RegistryError(f"{reference} cannot be pulled: {explain(failure)}")


def refusal(client: DockerClient, reference: str) -> str:
    """Return why the engine cannot pull the image, "" when it can."""
    with answering("while it asked a registry"):
        try:
            client.images.get_registry_data(reference)
        except APIError as error:
            return explain(error.explanation or str(error))
        return ""
