"""The images of a template's functions, and what goes into them besides their directory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.commit import commit, dirty
from harness.images.architecture import BY_NAME, Architecture
from harness.images.errors import ImageError
from harness.stack.preview import preview

_CONTINUATION = re.compile(r"\\\n\s*")
_WHEELHOUSE = "wheelhous"  # as in `COPY … wheelhous[e] …`, which may be absent


@dataclass(frozen=True, slots=True)
class FunctionImage:
    """name: of the repository. reference: what a function calls it, its ImageUri."""

    name: str
    reference: str
    context: Path
    dockerfile: str
    architecture: Architecture

    @property
    def version(self) -> str:
        return self.reference.rpartition(":")[2]

    @property
    def requirements(self) -> list[Path]:
        """The lists of packages that the Dockerfile installs from the wheelhouse."""
        try:
            text = (self.context / self.dockerfile).read_text()
        except OSError as error:
            raise ImageError(
                f"{self.context / self.dockerfile} cannot be read ({error.strerror}); the "
                f"template names it in the Metadata of the function of {self.name}"
            ) from error
        return [self.context / name for name in wheelhouse_lists(text)]


def function_images(template: Path) -> list[FunctionImage]:
    """Return the images that the template says how to build; raises `ImageError`."""
    answer = preview(template)
    if answer["event"] != "expanded":
        raise ImageError(f"{answer.get('message', f'{template} cannot be read')}")
    return [
        FunctionImage(
            name,
            image["reference"],
            Path(image["context"]),
            image["dockerfile"],
            BY_NAME[image["architecture"]],
        )
        for name, image in answer["images"].items()
    ]


def wheelhouse_lists(dockerfile: str) -> Sequence[str]:
    """Return the text files that are copied together with the wheelhouse."""
    lines = _CONTINUATION.sub(" ", dockerfile).splitlines()
    copied = (line.split()[1:-1] for line in lines if line.startswith("COPY "))
    return [
        name
        for names in copied
        if any(name.startswith(_WHEELHOUSE) for name in names)
        for name in names
        if name.endswith(".txt")
    ]


def revision(directory: Path) -> str:
    """Return the commit of `directory`, "…-dirty" when files differ from it, "" without git."""
    found = commit(directory)
    return f"{found}-dirty" if found and dirty(directory) else found or ""
