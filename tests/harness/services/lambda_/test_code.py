from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.lambda_.code import CodeStore
from harness.services.lambda_.images import ImageSource, SourceDirectories
from tests.harness.services.lambda_.examples import REGION, function


def zipped(**files: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in files.items():
            opened.writestr(f"{name}.py", text)
    return archive.getvalue()


def sha256(archive: bytes) -> str:
    return base64.b64encode(hashlib.sha256(archive).digest()).decode()


ARCHIVE = zipped(h="def handler(event, context): ...")
NO_KEY = b"<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>"
BUCKET = {"/code/deep/f%20%2B.zip": ARCHIVE, "/code/v.zip?versionId=1": ARCHIVE}


async def objects(call: Call) -> Reply:
    found = BUCKET.get(call.path + (f"?{call.query}" if call.query else ""))
    return Reply(404, [], NO_KEY) if found is None else Reply(200, [], found)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "code"


@pytest.fixture
def store(directory: Path, tmp_path: Path) -> CodeStore:
    images = {"team/app": ImageSource(tmp_path / "context", ("app.handler",))}
    return CodeStore(directory, SourceDirectories(images), objects, REGION)


@pytest.mark.parametrize(
    "code",
    [
        {"ZipFile": base64.b64encode(ARCHIVE).decode()},
        {"S3Bucket": "code", "S3Key": "deep/f +.zip"},
        {"S3Bucket": "code", "S3Key": "v.zip", "S3ObjectVersion": "1"},
    ],
)
def test_a_zip_is_found_by_the_hash_the_api_reports(store, directory, code):
    asyncio.run(store.keep(code))
    root, handler = store.locate(function(CodeSha256=sha256(ARCHIVE)))
    assert root == directory / hashlib.sha256(ARCHIVE).hexdigest()
    assert (root / "h.py").read_text().startswith("def handler")
    assert handler == "h.handler"


def test_two_versions_lie_side_by_side(store, directory):
    async def work() -> None:
        archives = [ARCHIVE, zipped(h="changed"), ARCHIVE, ARCHIVE]
        codes = [{"ZipFile": base64.b64encode(archive).decode()} for archive in archives]
        await asyncio.gather(*map(store.keep, codes))

    asyncio.run(work())
    assert len([entry for entry in directory.iterdir() if entry.is_dir()]) == 2
    root, _ = store.locate(function(CodeSha256=sha256(zipped(h="changed"))))
    assert (root / "h.py").read_text() == "changed"


def broken_inside() -> bytes:
    """A zip whose directory is fine and whose second file is not."""
    archive = bytearray(zipped(a="first", b="x" * 100 + "second"))
    where = archive.index(b"b.py") + 4
    archive[where] ^= 0xFF
    return bytes(archive)


@pytest.mark.parametrize("archive", [b"no zip at all", broken_inside()])
def test_what_is_no_zip_is_refused_and_nothing_of_it_kept(store, directory, archive):
    with pytest.raises(AwsError, match="Could not unzip uploaded file"):
        asyncio.run(store.keep({"ZipFile": base64.b64encode(archive).decode()}))
    assert list(directory.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ({"ZipFile": "%%%"}, "not valid base64"),
        ({"S3Bucket": "code", "S3Key": "none.zip"}, "S3 Error Code: NoSuchKey"),
        ({"ImageUri": "nobody/knows:v1"}, r"known to this environment: team/app"),
    ],
)
def test_code_that_is_not_there_is_refused(store, code, message):
    with pytest.raises(AwsError, match=message) as caught:
        asyncio.run(store.keep(code))
    assert caught.value.status == 400


@pytest.mark.parametrize("code", [{}, {"Publish": True}, {"S3Bucket": "code"}])
def test_no_code_at_all_is_refused(store, code):
    with pytest.raises(AwsError, match="Please provide a source for function code"):
        asyncio.run(store.keep(code))


def test_the_zip_itself_can_be_had_again(store):
    kept = asyncio.run(store.keep({"ZipFile": base64.b64encode(ARCHIVE).decode()}))
    assert kept.size == len(ARCHIVE)
    store.endpoint_url = "http://here"
    digest = hashlib.sha256(ARCHIVE).hexdigest()
    assert store.location(kept) == f"http://here/_harness/lambda/code/{digest}"
    assert store.package(digest).read_bytes() == ARCHIVE
    assert store.package("0" * 64) is None
    assert store.package("../" + digest) is None


def test_an_image_is_for_those_to_locate_who_know_images(store, tmp_path):
    image = replace(function(), image_uri="team/app:v1", handler="")
    kept = asyncio.run(store.keep({"ImageUri": image.image_uri}))
    assert (kept.image_uri, kept.size) == ("team/app:v1", 0)
    assert store.locate(image) == (tmp_path / "context", "app.handler")
