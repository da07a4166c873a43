"""The images of functions, as the engine has them."""

from __future__ import annotations

from docker import DockerClient

from harness.images.architecture import X86_64
from harness.images.bases import LAMBDA
from harness.images.errors import ImageError
from harness.images.store import ImageStore
from harness.services.lambda_.executors.containers.engine import Engine
from harness.services.lambda_.refusal import invalid

_MANAGED = "public.ecr.aws/lambda/python:{}"


class Images:
    def __init__(self, engine: Engine, client: DockerClient) -> None:
        self._engine = engine
        self._store = ImageStore(client)

    async def digest(self, uri: str) -> str:
        """Return the hexadecimal ID of what is called `uri` now: a tag may move later.

        Raises `AwsError` as CreateFunction does when there is no such image.
        """
        found = await self._engine.ask(self._store.find, uri)
        if found is None:
            raise invalid(
                f"Source image {uri} does not exist. Provide a valid source image. "
                "(The engine has none of that name; `harness images build` builds those of the "
                "template)"
            )
        return found.id.removeprefix("sha256:")

    async def base(self, runtime: str = "") -> str:
        """Return the ID of the image of a managed runtime ("python3.12") where it was pulled, else
        of the base of our images; raises `ImageError`.
        """
        return await self._engine.ask(self._base, runtime)

    def _base(self, runtime: str) -> str:
        public = _MANAGED.format(runtime.removeprefix("python"))
        found = (self._store.find(public) if runtime else None) or self._store.chosen(
            LAMBDA, X86_64
        )
        if found is None:
            raise ImageError(
                f"the image {LAMBDA.name} is not there; make it with `harness images build`"
            )
        return found.id
