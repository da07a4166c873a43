"""Deployment packages that are not what they should be (aws-behaviour §1.8)."""

from __future__ import annotations

import base64
import io
import stat
import zipfile
from pathlib import Path

import pytest

from harness.errors import AwsError
from harness.services.lambda_.archive import UNZIPPED_LIMIT, ZIPPED_LIMIT, unpack
from harness.services.lambda_.code import _decoded


def member(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16 | 1  # never 0: that would be made 0600
    return info


def zipped(*members: tuple[str | zipfile.ZipInfo, str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        for name, text in members:
            opened.writestr(name, text)
    return written.getvalue()


def test_modes_directories_and_links_are_kept(tmp_path: Path):
    archive = zipped(
        (member("bin/run", stat.S_IFREG | 0o755), "#!/bin/sh"),
        (member("plain", 0), "x"),
        (member("empty/", stat.S_IFDIR | 0o755), ""),
        (member("link", stat.S_IFLNK | 0o777), "bin/run"),
    )
    unpack(archive, tmp_path)
    assert stat.S_IMODE((tmp_path / "bin" / "run").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "plain").stat().st_mode) == 0o644
    assert (tmp_path / "empty").is_dir()
    assert (tmp_path / "link").read_text() == "#!/bin/sh"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([], "must be a non-empty zip"),
        ([("../out.py", "")], "outside of its root: ../out.py"),
        ([("/etc/passwd", "")], "outside of its root"),
        ([("a/../../b", "")], "outside of its root"),
        ([("..\\out.py", "")], "outside of its root"),
        ([(member("l", stat.S_IFLNK | 0o777), "/etc/passwd")], "link outside of its root"),
        ([(member("l", stat.S_IFLNK | 0o777), "../x")], "link outside of its root"),
        ([("a", ""), ("a/b", "")], "Could not unzip uploaded file"),
        (
            [(member("l", stat.S_IFLNK | 0o777), "b"), ("l/x", "through the link")],
            "Could not unzip uploaded file",
        ),
    ],
)
def test_what_aws_would_not_take(tmp_path: Path, members, message):
    target = tmp_path / "task"
    target.mkdir()
    with pytest.raises(AwsError, match=message) as caught:
        unpack(zipped(*members), target)
    assert caught.value.code == "InvalidParameterValueException"
    assert [entry.name for entry in tmp_path.iterdir()] == ["task"]


def test_what_is_too_large_is_refused_before_it_is_unpacked(tmp_path: Path):
    """A directory may say what it likes about the sizes."""
    archive = bytearray(zipped(("a", "x")))
    record = archive.index(b"PK\x01\x02")
    archive[record + 24 : record + 28] = (UNZIPPED_LIMIT + 1).to_bytes(4, "little")
    with pytest.raises(AwsError, match="Unzipped size must be smaller than 262144000 bytes"):
        unpack(bytes(archive), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_encrypted_member_cannot_be_read(tmp_path: Path):
    archive = bytearray(zipped(("a", "x")))
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    archive[6] |= 1
    with pytest.raises(AwsError, match="Could not unzip uploaded file"):
        unpack(bytes(archive), tmp_path)


def test_a_zip_given_directly_has_fifty_megabytes_at_most():
    with pytest.raises(AwsError, match="Zipped size must be smaller than 52428800 bytes"):
        _decoded(base64.b64encode(bytes(ZIPPED_LIMIT + 1)).decode())
