"""Step 1: an object to a file, the very version that the event announced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from processor.correlation import correlation_id
from processor.errors import Code, PermanentError, TransientError
from processor.events import ObjectRef
from processor.reader import MAX_BYTES

_COPY_BYTES = 1 << 20
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404", "MethodNotAllowed"})


class S3Download:
    """Fetches objects; `client` is a boto3 `s3` client.

    correlated: told the id of the request that stored the object, if it names one.
    """

    def __init__(self, client: Any, correlated: Callable[[str], object] = lambda _: None) -> None:
        self._client = client
        self._correlated = correlated

    def __call__(self, ref: ObjectRef, folder: Path) -> Path:
        """Return the file in `folder` that the object was copied to.

        Raises `PermanentError` if the object is gone or too large, `TransientError` if S3 failed.
        """
        path = folder / "document"
        try:
            answer = self._client.get_object(**_address(ref))
            if (identity := correlation_id(answer["Metadata"])) is not None:
                self._correlated(identity)
            _check_size(answer["ContentLength"])
            with path.open("wb") as file:
                for piece in answer["Body"].iter_chunks(_COPY_BYTES):
                    file.write(piece)
        except ClientError as error:
            raise _cause(error) from error
        except BotoCoreError as error:
            raise TransientError("S3", error) from error
        return path


def _address(ref: ObjectRef) -> dict[str, str]:
    address = {"Bucket": ref.bucket, "Key": ref.key}
    return address if ref.version_id is None else address | {"VersionId": ref.version_id}


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise PermanentError(Code.TOO_LARGE, f"{size} bytes")


def _cause(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    # MethodNotAllowed is S3's answer for a version that is a delete marker.
    return (
        PermanentError(Code.OBJECT_MISSING, code) if code in _GONE else TransientError("S3", code)
    )
