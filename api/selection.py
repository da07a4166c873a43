"""The files of one upload, sorted out: what is accepted, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID, uuid5

from api.errors import RejectedFileError
from api.models import Rejection
from api.uploads import File, Upload, checked


@dataclass(frozen=True)
class Sent:
    """A file as it came. size: bytes. content: at its start."""

    name: str
    size: int
    content: BinaryIO


@dataclass(frozen=True)
class Selection:
    """accepted: by the place in the request, from 0."""

    accepted: dict[int, tuple[File, BinaryIO]]
    rejected: list[Rejection]

    def uploads(self, seed: UUID) -> list[Upload]:
        """Return what is accepted as documents, whose ids are the same for the same seed."""
        return [
            Upload(uuid5(seed, str(place)), file, content)
            for place, (file, content) in self.accepted.items()
        ]


def select(files: Iterable[Sent]) -> Selection:
    """Check every file; raises the first `RejectedFileError` if none is accepted."""
    accepted: dict[int, tuple[File, BinaryIO]] = {}
    errors: list[RejectedFileError] = []
    rejected: list[Rejection] = []
    for place, sent in enumerate(files):
        try:
            accepted[place] = checked(sent.name, sent.size, sent.content), sent.content
        except RejectedFileError as error:
            errors.append(error)
            rejected.append(_rejection(sent.name, error))
    if not accepted:
        raise _refusal(errors, rejected)
    return Selection(accepted, rejected)


def _refusal(
    errors: Sequence[RejectedFileError], rejected: Sequence[Rejection]
) -> RejectedFileError:
    refusal = errors[0]
    if len(rejected) > 1:
        refusal.rejected = rejected
    return refusal


def _rejection(name: str, error: RejectedFileError) -> Rejection:
    return Rejection(
        file_name=name.encode(errors="replace").decode(),  # a form can smuggle half characters in
        code=error.code,
        status=error.status,
        title=error.title,
        detail=str(error),
    )
