"""Where a function's code lies on this machine: unpacked zips, and directories for images.

A zip is kept by its SHA-256, the same value the Lambda API reports, so every version finds its
own code. An image is known by its repository name; in process mode it stands for the directory it
is built from (docs/services/lambda.md).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import io
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harness.aws import rest_call
from harness.call import Handler
from harness.errors import AwsError
from harness.services.lambda_.function import Function

_REPOSITORY = re.compile(r"^(?:[^/]+[.:][^/]*/)?(?P<name>[^:@]+)")


@dataclass(frozen=True, slots=True)
class ImageSource:
    """context: the directory an image is built from; command: its default handler, if any."""

    context: Path
    command: tuple[str, ...]


class CodeStore:
    """Code by function; `images` maps repository names to their sources."""

    def __init__(
        self,
        directory: Path,
        images: Mapping[str, ImageSource],
        control_plane: Handler,
        region: str,
    ) -> None:
        self._directory = directory
        self._images = images
        self._control_plane = control_plane
        self._region = region

    async def keep(self, code: Mapping[str, Any]) -> None:
        """Keep the code of a CreateFunction or UpdateFunctionCode request.

        Raises `AwsError` for an image that is not known here and for something that is no zip.
        """
        if "ImageUri" in code:
            self._image(code["ImageUri"])
        elif "ZipFile" in code:
            await asyncio.to_thread(self._unpack, _decoded(code["ZipFile"]))
        elif "S3Bucket" in code and "S3Key" in code:
            await asyncio.to_thread(self._unpack, await self._object(code))

    def locate(self, function: Function) -> tuple[Path, str]:
        """Return (task root, handler)."""
        if function.image_uri:
            source = self._image(function.image_uri)
            return source.context, function.handler or next(iter(source.command), "")
        return self._path(_hexadecimal(function.code_sha256)), function.handler

    def _image(self, uri: str) -> ImageSource:
        repository = repository_name(uri)
        if repository not in self._images:
            known = ", ".join(sorted(self._images)) or "none"
            message = (
                f"Source image {uri} does not exist. Provide a valid source image. "
                f"(Repositories known to this environment: {known})"
            )
            raise AwsError("InvalidParameterValueException", message, 400, {"Type": "User"})
        return self._images[repository]

    def _path(self, sha256: str) -> Path:
        return self._directory / sha256

    def _unpack(self, archive: bytes) -> None:
        target = self._path(hashlib.sha256(archive).hexdigest())
        if target.exists():
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=self._directory))
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as unpacked:
                unpacked.extractall(draft)
            _move(draft, target)
        except (zipfile.BadZipFile, zlib.error):
            message = (
                "Could not unzip uploaded file. Please check your file, then try to upload again."
            )
            raise AwsError(
                "InvalidParameterValueException", message, 400, {"Type": "User"}
            ) from None
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    async def _object(self, code: Mapping[str, Any]) -> bytes:
        version = code.get("S3ObjectVersion")
        call = rest_call(
            "s3",
            self._region,
            "GetObject",
            "GET",
            f"/{code['S3Bucket']}/{quote(code['S3Key'])}",
            query=f"versionId={quote(version)}" if version else "",
        )
        reply = await self._control_plane(call)
        if reply.status != 200:
            message = (
                "Error occurred while GetObject. S3 Error Code: NoSuchKey. "
                "S3 Error Message: The specified key does not exist."
            )
            raise AwsError("InvalidParameterValueException", message, 400, {"Type": "User"})
        return await reply.read()


def _move(draft: Path, target: Path) -> None:
    """Make the unpacked code visible at once; somebody else may have unpacked the same."""
    draft.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():
            raise


def repository_name(uri: str) -> str:
    """Return the repository of an image URI, without registry, tag and digest."""
    match = _REPOSITORY.match(uri)
    return match["name"] if match else uri


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        message = "Could not parse request body into json: ZipFile is not valid base64"
        raise AwsError("InvalidRequestContentException", message, 400, {"Type": "User"}) from None


def _hexadecimal(sha256: str) -> str:
    return base64.b64decode(sha256).hex()
