"""What is in the bucket: its documents page by page, and single objects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from processor import removal
from processor.documents import KEY_PREFIX, parse_object_key
from processor.errors import PermanentError, TransientError
from processor.events import ObjectRef

PAGE_KEYS = 1000

_NO_VERSION = "null"  # S3's id of what was stored without versioning


@dataclass(frozen=True)
class Stored:
    """The current version of an object whose key names a document.

    version: None where the bucket keeps none.
    """

    document_id: UUID
    key: str
    modified: datetime
    version: str | None


@dataclass(frozen=True)
class ListedPage:
    """documents: in the order of keys, which is that of ids."""

    documents: list[Stored]
    is_last: bool

    @property
    def end(self) -> UUID | None:
        """Up to which id this page tells what there is; None if it tells nothing."""
        if self.is_last:
            return UUID(int=2**128 - 1)
        return self.documents[-1].document_id if self.documents else None


@dataclass(frozen=True)
class Listing:
    """s3: a boto3 client. Everything raises `TransientError` when S3 does not answer."""

    s3: Any
    bucket: str
    page_keys: int = PAGE_KEYS

    def pages(self, after: str) -> Iterator[ListedPage]:
        """Yield the documents whose keys are beyond `after`; foreign keys are left out."""
        is_last = False
        while not is_last:
            place = {"KeyMarker": after} if after else {}
            with _named():
                answer = self.s3.list_object_versions(
                    Bucket=self.bucket, Prefix=KEY_PREFIX, MaxKeys=self.page_keys, **place
                )
            is_last = not answer["IsTruncated"]
            yield ListedPage(list(_documents(answer.get("Versions", []))), is_last)
            # The current version of a key comes first; the rest of its versions are not asked for.
            after = answer.get("NextKeyMarker", "")

    def find(self, key: str) -> ObjectRef | None:
        """Return the current version of an object as an event would name it, None if gone."""
        try:
            with _named():
                answer = self.s3.head_object(Bucket=self.bucket, Key=key)
        except TransientError as error:
            if _is_missing(error.__cause__):
                return None
            raise
        size, version = answer["ContentLength"], answer.get("VersionId")
        return ObjectRef(self.bucket, key, size, version, sequencer=None)

    def remove(self, key: str) -> None:
        """Delete every version of an object."""
        with _named():
            removal.remove(self.s3, self.bucket, key)


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TransientError("S3", error) from error


def _is_missing(error: BaseException | None) -> bool:
    # HEAD has no body to say NoSuchKey in; without the bucket it answers 404 as well, but then
    # the listing before it failed.
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == "404"


def _documents(versions: list[dict[str, Any]]) -> Iterator[Stored]:
    for entry in versions:
        if not entry["IsLatest"]:
            continue
        try:
            name = parse_object_key(entry["Key"])
        except PermanentError:  # not ours
            continue
        version = None if entry["VersionId"] == _NO_VERSION else entry["VersionId"]
        yield Stored(name.document_id, entry["Key"], entry["LastModified"], version)
