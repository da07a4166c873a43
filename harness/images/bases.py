"""The images that are not ours: where each is pulled from, and what takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.images.architecture import X86_64, Architecture

PYTHON = "3.13"
"""Of the functions: the Lambda runtime that is also the Python of Debian's current release."""

RECIPES = Path(__file__).parent / "recipes"
_REPOSITORY = "localhost/lambda-pipeline-harness"  # "localhost/": no registry is asked for it


@dataclass(frozen=True, slots=True)
class Base:
    """name: of its recipe; public: where it is pulled from, "" when it is only built here.

    foundation: a public image that the recipe can stand on as well as on our Debian, "" for none.
    package: a directory that goes into it under its name, as it is.
    """

    name: str
    tag: str
    public: str
    foundation: str = ""
    package: Path | None = None

    @property
    def recipe(self) -> Path:
        return RECIPES / self.name

    @property
    def list(self) -> Path:
        """Its packages of Python, pinned and hashed."""
        return self.recipe / "requirements.txt"

    def local(self, architecture: Architecture) -> str:
        """Return what the image is called that is built here."""
        suffix = "" if architecture == X86_64 else f"-{architecture.name}"
        return f"{_REPOSITORY}/{self.name}:{self.tag}{suffix}"


DEBIAN = Base("debian", "13", "")
LAMBDA = Base("lambda-python", PYTHON, f"public.ecr.aws/lambda/python:{PYTHON}")
POSTGRES = Base("postgres", "18", "pgvector/pgvector:pg18")
MOTO = Base("moto", "5.2.5", "motoserver/moto:5.2.5")
PUBLIC = (LAMBDA, POSTGRES, MOTO)
ENDPOINT = Base("endpoint", "local", "", f"python:{PYTHON}-slim", Path(__file__).parents[1])
ALL = (*PUBLIC, ENDPOINT)
