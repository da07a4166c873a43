"""Multipart uploads: what the control plane refuses, or fails at, is refused as S3 does."""

from __future__ import annotations

from urllib.parse import urlencode

from harness.aws import rest_call
from harness.call import Call, Handler, Reply
from harness.errors import AwsError
from harness.s3_xml import children, parse_xml, text_of
from harness.services.s3_events.whole_body import whole_body
from harness.services.s3_requests.part_list import (
    Part,
    parse_parts,
    refusal_of,
    refuse_disorder,
    refuse_number,
)

_LONGEST_LIST = 4 * 1024 * 1024
_NO_SUCH_UPLOAD = (
    "The specified upload does not exist. The upload ID may be invalid, "
    "or the upload may have been aborted or completed."
)


class MultipartUploads:
    """A layer; parts are looked up only when an upload could not be completed."""

    def __init__(self, control_plane: Handler, region: str) -> None:
        self._control_plane = control_plane
        self._region = region

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        if call.service != "s3":
            return await proceed(call)
        if call.operation == "CompleteMultipartUpload":
            return await self._complete(call, proceed)
        if call.operation in ("UploadPart", "UploadPartCopy"):
            return await self._upload(call, proceed)
        return await proceed(call)

    async def _upload(self, call: Call, proceed: Handler) -> Reply:
        refuse_number(call.parameters().get("partNumber", ""))
        reply = await proceed(call)
        if reply.status >= 500:
            await self._stored(call)
        return reply

    async def _complete(self, call: Call, proceed: Handler) -> Reply:
        upload_id = call.parameters()["uploadId"]
        call.hold(await whole_body(call, _LONGEST_LIST))
        parts = parse_parts(await call.body.read())
        refuse_disorder(parts, upload_id)
        try:
            reply = await proceed(call)
        except AwsError as error:
            if error.status < 500:
                raise
            raise await self._reason(call, parts, upload_id) or error from None
        if reply.status == 400 and (reason := await self._reason(call, parts, upload_id)):
            raise reason
        return reply

    async def _reason(self, call: Call, parts: list[Part], upload_id: str) -> AwsError | None:
        return refusal_of(parts, await self._stored(call), upload_id)

    async def _stored(self, call: Call) -> dict[int, Part]:
        """Return the parts that are there; raises `AwsError` when there is no such upload."""
        upload_id, marker = call.parameters()["uploadId"], "0"
        stored: dict[int, Part] = {}
        while marker:
            query = urlencode({"uploadId": upload_id, "part-number-marker": marker})
            listing = rest_call("s3", self._region, "ListParts", "GET", call.path, query=query)
            reply = await self._control_plane(listing)
            if reply.status != 200:
                raise AwsError("NoSuchUpload", _NO_SUCH_UPLOAD, 404, {"UploadId": upload_id})
            root = parse_xml(await reply.read())
            for found in children(root, "Part"):
                part = Part(
                    int(text_of(found, "PartNumber")),
                    text_of(found, "ETag").strip('"'),
                    int(text_of(found, "Size")),
                )
                stored[part.number] = part
            more = text_of(root, "IsTruncated") == "true"
            marker = text_of(root, "NextPartNumberMarker") if more else ""
        return stored
