"""Where a function's code lies on this machine: unpacked zips, and what stands for images.

A zip is kept by its SHA-256, the same value the Lambda API reports, so every version finds its
own code. What an image is, is for `images.py` to say.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harness.aws import rest_call
from harness.call import Handler
from harness.services.lambda_.archive import UNZIPPED_LIMIT, ZIPPED_LIMIT, unpack
from harness.services.lambda_.function import Function
from harness.services.lambda_.images import Images
from harness.services.lambda_.refusal import invalid, unreadable

_DIGEST = re.compile(r"[0-9a-f]{64}")
_S3_ERROR = re.compile(r"<Code>([^<]*)</Code>.*?<Message>([^<]*)</Message>", re.DOTALL)

DOWNLOADS = "/_harness/lambda/code/"


@dataclass(frozen=True, slots=True)
class Kept:
    """sha256, size: as the API reports them (a zip's in base64, an image's hex and 0)."""

    sha256: str
    size: int
    image_uri: str = ""


class CodeStore:
    """Code by function."""

    def __init__(
        self,
        directory: Path,
        images: Images,
        control_plane: Handler,
        region: str,
    ) -> None:
        self._directory = directory
        self._images = images
        self._control_plane = control_plane
        self._region = region
        self.endpoint_url = ""

    def check(self, image_config: Mapping[str, Any]) -> None:
        """Raise `AwsError` for settings of an image that cannot be followed here."""
        self._images.check(image_config)

    async def keep(self, code: Mapping[str, Any]) -> Kept:
        """Keep the code of a CreateFunction or UpdateFunctionCode request.

        Raises `AwsError` for an image that is not known here and for something that is no zip.
        """
        if uri := code.get("ImageUri"):
            return Kept(await self._images.digest(uri), 0, uri)
        archive = await self._archive(code)
        digest = await asyncio.to_thread(self._unpack, archive)
        return Kept(base64.b64encode(digest).decode(), len(archive))

    def locate(self, function: Function) -> tuple[Path, str]:
        """Return (task root, handler)."""
        if function.image_uri:
            return self._images.locate(function)
        return self._path(base64.b64decode(function.code_sha256)), function.handler

    def location(self, kept: Kept) -> str:
        """Return the URL a zip can be downloaded from."""
        return f"{self.endpoint_url}{DOWNLOADS}{base64.b64decode(kept.sha256).hex()}"

    def package(self, digest: str) -> Path | None:
        """Return the zip of a hexadecimal digest, None when there is none."""
        path = self._directory / f"{digest}.zip"
        return path if _DIGEST.fullmatch(digest) and path.exists() else None

    def _path(self, digest: bytes) -> Path:
        return self._directory / digest.hex()

    async def _archive(self, code: Mapping[str, Any]) -> bytes:
        if "ZipFile" in code:
            return await asyncio.to_thread(_decoded, code["ZipFile"])
        if "S3Bucket" in code and "S3Key" in code:
            return await self._object(code)
        raise invalid("Please provide a source for function code.")

    def _unpack(self, archive: bytes) -> bytes:
        """Unpack unless it lies there already, and return its digest."""
        digest = hashlib.sha256(archive).digest()
        target = self._path(digest)
        if target.exists():
            return digest
        self._directory.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=self._directory))
        try:
            unpack(archive, draft)
            target.with_suffix(".zip").write_bytes(archive)
            _move(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return digest

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
        content = await reply.read()
        if reply.status != 200:
            raise invalid(_s3_error(content))
        if len(content) > UNZIPPED_LIMIT:
            raise invalid(f"Unzipped size must be smaller than {UNZIPPED_LIMIT} bytes")
        return content


def _s3_error(content: bytes) -> str:
    found = _S3_ERROR.search(content.decode(errors="replace"))
    code, message = found.groups() if found else ("InternalError", "S3 gave no reason")
    return f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"


def _move(draft: Path, target: Path) -> None:
    """Make the unpacked code visible at once; somebody else may have unpacked the same."""
    draft.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():
            raise


def _decoded(text: str) -> bytes:
    try:
        archive = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise unreadable(
            "Could not parse request body into json: ZipFile is not valid base64"
        ) from None
    if len(archive) > ZIPPED_LIMIT:
        raise invalid(f"Zipped size must be smaller than {ZIPPED_LIMIT} bytes")
    return archive
