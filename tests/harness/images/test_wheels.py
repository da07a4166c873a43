from __future__ import annotations

import hashlib
import zipfile

import pytest

from harness.images.architecture import ARM64, X86_64
from harness.images.errors import DownloadError
from harness.images.wheels import platforms, wheels

NAME = "tiny-1.0-py3-none-any.whl"


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A directory with one wheel, the only place where pip looks."""
    directory = tmp_path / "index"
    directory.mkdir()
    with zipfile.ZipFile(directory / NAME, "w") as wheel:
        wheel.writestr(
            "tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
        )
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(directory))
    return directory


def _requirements(tmp_path, digest):
    path = tmp_path / "requirements.txt"
    path.write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    return path


def test_what_was_downloaded_once_is_kept(tmp_path, index):
    digest = hashlib.sha256((index / NAME).read_bytes()).hexdigest()
    requirements = _requirements(tmp_path, digest)
    first = wheels(requirements, X86_64, tmp_path / "store")
    (index / NAME).unlink()
    assert wheels(requirements, X86_64, tmp_path / "store") == first
    assert [path.name for path in first] == [NAME]


def test_a_wheel_with_another_hash_is_refused_and_nothing_is_left(tmp_path, index):
    with pytest.raises(DownloadError, match="cannot be downloaded"):
        wheels(_requirements(tmp_path, "0" * 64), X86_64, tmp_path / "store")
    assert list((tmp_path / "store" / "wheels").iterdir()) == []


@pytest.mark.parametrize("architecture", [X86_64, ARM64])
def test_no_wheel_is_taken_that_needs_a_newer_library_than_aws_has(architecture):
    tags = list(platforms(architecture))
    assert tags[0] == f"manylinux_2_34_{architecture.machine}"
    assert f"manylinux2014_{architecture.machine}" in tags
    assert all(tag.endswith(architecture.machine) for tag in tags)
