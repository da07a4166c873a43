"""The documents that load tests and benchmarks upload."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples"
_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".md": "text/markdown",
    ".html": "text/html",
    ".txt": "text/plain",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A file as a client sends it, held in memory so that reading it costs no measured time."""

    name: str
    content: bytes
    media_type: str


def read(directory: Path) -> list[Document]:
    """Return the documents of a directory, in the order of their names.

    Raises `FileNotFoundError` when there is none: a load without documents measures nothing.
    """
    documents = [
        Document(path.name, path.read_bytes(), _TYPES[path.suffix])
        for path in sorted(directory.iterdir())
        if path.suffix in _TYPES
    ]
    if not documents:
        raise FileNotFoundError(f"{directory} holds no document of {', '.join(_TYPES)}.")
    return documents
