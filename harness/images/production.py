"""How each image comes into the engine: pulled where a registry offers it, else built."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from docker import DockerClient

from harness.images import bases, cache, context, debian, registry
from harness.images.architecture import Architecture
from harness.images.bases import Base
from harness.images.builder import Builder, Order
from harness.images.errors import ImageError, RegistryError
from harness.images.following import Say
from harness.images.functions import FunctionImage, revision
from harness.images.store import LABEL, ImageStore, Stored
from harness.images.wheels import wheels

_RECIPE_LABEL = "lambda-pipeline-harness.recipe"
_VERSION_LABEL = "org.opencontainers.image.version"
_REVISION_LABEL = "org.opencontainers.image.revision"
_DOWNLOADS = 4


@dataclass(frozen=True, slots=True)
class Sources:
    """Where images come from. directory: where downloads are kept.

    offline: no registry is asked. mirror: of Debian, "" for apt's own. anew: every step is done
    again, which shows whether the same comes out.
    """

    directory: Path
    offline: bool
    mirror: str
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Produced:
    """how: "pulled", "built" or "present"."""

    image: Stored
    how: str


class Production:
    """Makes images for one architecture. say: takes what is being done."""

    def __init__(
        self, client: DockerClient, architecture: Architecture, sources: Sources, say: Say
    ) -> None:
        self._client = client
        self._architecture = architecture
        self._sources = sources
        self._say = say
        self._store = ImageStore(client)
        self._builder = Builder(client, architecture, say)
        self._offline = sources.offline

    def produce(
        self, wanted: Iterable[Base], functions: Sequence[FunctionImage], base_image: str
    ) -> Iterator[Produced]:
        """Yield each image as soon as the engine has it; raises `ImageError`.

        base_image: what the functions' stand on, "" for the one that stands for AWS's.
        """
        to_build: dict[Base, Stored | None] = {}
        for base in wanted:
            if got := self._pulled(base.public):
                yield got
            else:
                foundation = self._pulled(base.foundation)
                to_build[base] = foundation.image if foundation else None
        self._download(to_build, functions)
        yield from self._from_recipes(to_build)
        for function in functions:
            yield self._function(function, base_image or self._standing_for(bases.LAMBDA))

    def _pulled(self, public: str) -> Produced | None:
        """Return a public image, None when there is none, or it cannot be pulled."""
        if self._offline or not public:
            return None
        present = self._store.find(public)
        if present and present.architecture == self._architecture.engine:
            return Produced(present, "present")
        try:
            registry.pull(self._client, public, self._architecture, self._say)
        except RegistryError as error:
            self._say(f"{error}; what it is for is built here instead")
            self._offline = True
            return None
        return Produced(self._found(public), "pulled")

    def _download(
        self, to_build: Mapping[Base, Stored | None], functions: Sequence[FunctionImage]
    ) -> None:
        """Get what builds need, side by side: most of the time goes by waiting for answers."""
        lists = {path for function in functions for path in function.requirements}
        tasks: list[Callable[[], object]] = [partial(self._wheels, path) for path in lists]
        tasks += [partial(self._wheels, base.list) for base in to_build]
        if None in to_build.values():
            tasks.append(self._rootfs)
        self._say("downloading packages, unless they are there already")
        with ThreadPoolExecutor(_DOWNLOADS) as pool:
            for done in [pool.submit(task) for task in tasks]:
                done.result()

    def _from_recipes(self, to_build: Mapping[Base, Stored | None]) -> Iterator[Produced]:
        """Build recipes; each stands on the image that it comes with, or on our Debian."""
        if None in to_build.values():
            ours = self._from_recipe(bases.DEBIAN, {"rootfs.tar": self._rootfs()}, None)
        for base, foundation in to_build.items():
            yield self._from_recipe(base, self._added(base), foundation or ours.image)

    def _from_recipe(self, base: Base, added: context.Files, below: Stored | None) -> Produced:
        """Build a recipe unless the engine has exactly that. below: what it stands on."""
        files = {path.name: path for path in base.recipe.iterdir() if path.is_file()} | dict(added)
        recipe = cache.key(context.fingerprint(files), below.id if below else "")
        reference = base.local(self._architecture)
        present = self._store.find(reference)
        if present and present.labels.get(_RECIPE_LABEL) == recipe and not self._sources.anew:
            return Produced(present, "present")
        labels = {LABEL: base.name, _RECIPE_LABEL: recipe}
        arguments = {"DEBIAN": below.reference} if below else {}
        return self._build(reference, files, "Dockerfile", arguments, labels)

    def _added(self, base: Base) -> context.Files:
        package = context.of_package(base.package) if base.package else {}
        return self._wheelhouse([base.list]) | package

    def _function(self, function: FunctionImage, base_image: str) -> Produced:
        self._check(base_image)
        files = context.of_directory(function.context, function.dockerfile)
        wheelhouse = self._wheelhouse(function.requirements)
        labels = {LABEL: function.name, _VERSION_LABEL: function.version}
        if commit := revision(function.context):
            labels[_REVISION_LABEL] = commit
        arguments = {"BASE_IMAGE": self._store.name(base_image)}
        return self._build(
            function.reference, files | wheelhouse, function.dockerfile, arguments, labels
        )

    def _build(
        self,
        reference: str,
        files: context.Files,
        dockerfile: str,
        arguments: dict[str, str],
        labels: dict[str, str],
    ) -> Produced:
        anew = self._sources.anew
        self._builder.build(Order(reference, files, dockerfile, arguments, labels, anew))
        return Produced(self._found(reference), "built")

    def _standing_for(self, base: Base) -> str:
        chosen = self._store.chosen(base, self._architecture)
        if chosen is None:
            raise ImageError(f"there is no {base.name}; run `harness images build {base.name}`")
        return chosen.reference

    def _check(self, base_image: str) -> None:
        """Raise `ImageError` unless functions of this architecture can stand on `base_image`."""
        found = self._store.find(base_image)
        if found is None and not self._offline:
            registry.pull(self._client, base_image, self._architecture, self._say)
            found = self._store.find(base_image)
        if found is None:
            raise ImageError(f"the engine has no image {base_image}; pull it, or name another")
        if found.architecture != self._architecture.engine:
            raise ImageError(
                f"{base_image} is for {found.architecture}, the functions are for "
                f"{self._architecture.engine}; name a base of that architecture with --base-image"
            )

    def _found(self, reference: str) -> Stored:
        found = self._store.find(reference)
        if found is None:
            raise ImageError(f"{reference} was removed while it was made; run this again")
        return found

    def _rootfs(self) -> Path:
        packages = bases.DEBIAN.recipe / "packages.txt"
        sources = self._sources
        return debian.rootfs_tar(packages, self._architecture, sources.directory, sources.mirror)

    def _wheelhouse(self, lists: Iterable[Path]) -> dict[str, Path]:
        found = (wheel for path in lists for wheel in self._wheels(path))
        return {f"wheelhouse/{wheel.name}": wheel for wheel in found}

    def _wheels(self, requirements: Path) -> list[Path]:
        return wheels(requirements, self._architecture, self._sources.directory)
