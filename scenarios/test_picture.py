"""A picture is a document, read where text recognition is installed."""

from __future__ import annotations

from scenarios.client import Pipeline
from scenarios.documents import Document

# One white pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f00010101001bb6ee560000000049454e44ae426082"
)


def test_a_picture_without_words_has_no_text(pipeline: Pipeline) -> None:
    """On AWS: accepted, then `no_text`; the same where the image has no text recognition."""
    document = pipeline.wait_until_settled(pipeline.upload_one(Document("照片.png", PNG)))
    assert (document["file_type"], document["status"]) == ("image/png", "failed")
    assert document["error_code"] == "no_text"
