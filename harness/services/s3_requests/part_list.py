"""The body of a CompleteMultipartUpload, and S3's refusals of parts (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.errors import AwsError
from harness.s3_xml import children, local_name, malformed, parse_xml, text_of

_LEAST_BYTES = 5 * 1024 * 1024  # of every part but the last
MOST_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """etag: without quotes; size: bytes, of parts that are stored."""

    number: int
    etag: str
    size: int = 0


def parse_parts(document: bytes) -> list[Part]:
    """Return the parts in the order given; raises `AwsError` MalformedXML."""
    root = parse_xml(document)
    found = children(root, "Part")
    if local_name(root) != "CompleteMultipartUpload" or not 1 <= len(found) <= MOST_PARTS:
        raise malformed()
    return [
        Part(_number(text_of(each, "PartNumber")), _etag(text_of(each, "ETag"))) for each in found
    ]


def _number(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise malformed()
    return int(text)


def _etag(text: str) -> str:
    if not text.strip():
        raise malformed()
    return text.strip().strip('"')


def refuse_disorder(parts: Sequence[Part], upload_id: str) -> None:
    """Raise `AwsError` unless the numbers of the parts ascend."""
    if any(after.number <= before.number for before, after in pairwise(parts)):
        message = (
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        )
        raise AwsError("InvalidPartOrder", message, 400, {"UploadId": upload_id})


def refusal_of(
    parts: Sequence[Part], stored: Mapping[int, Part], upload_id: str
) -> AwsError | None:
    """Return why an upload cannot be completed from `parts`; None when they are all right."""
    for part in parts:
        if part.number not in stored or stored[part.number].etag != part.etag:
            return _invalid(part, upload_id)
    for part in parts[:-1]:
        if stored[part.number].size < _LEAST_BYTES:
            return _too_small(stored[part.number])
    return None


def _invalid(part: Part, upload_id: str) -> AwsError:
    message = (
        "One or more of the specified parts could not be found.  The part may not have been "
        "uploaded, or the specified entity tag may not match the part's entity tag."
    )
    fields = {"UploadId": upload_id, "PartNumber": str(part.number), "ETag": part.etag}
    return AwsError("InvalidPart", message, 400, fields)


def _too_small(part: Part) -> AwsError:
    message = "Your proposed upload is smaller than the minimum allowed size"
    fields = {
        "ProposedSize": str(part.size),
        "MinSizeAllowed": str(_LEAST_BYTES),
        "PartNumber": str(part.number),
        "ETag": part.etag,
    }
    return AwsError("EntityTooSmall", message, 400, fields)


def refuse_number(text: str) -> None:
    """Raise `AwsError` unless `text` is the number of a part."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_PARTS):
        message = "Part number must be an integer between 1 and 10000, inclusive"
        fields = {"ArgumentName": "partNumber", "ArgumentValue": text}
        raise AwsError("InvalidArgument", message, 400, fields)
