from __future__ import annotations

import shutil
import subprocess
import tarfile

import pytest

from harness.images import rootfs
from harness.images.errors import DownloadError

needs_dpkg = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not installed")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("usr/bin/bash", True),
        ("usr/share/doc/bash/copyright", True),
        ("usr/share/doc/bash/changelog.gz", False),
        ("usr/share/man/man1/bash.1.gz", False),
        ("usr/share/zoneinfo/Asia/Taipei", True),
        ("", False),
    ],
)
def test_licences_are_kept_and_manuals_are_not(name, wanted):
    assert rootfs.wanted(name, directory=False) is wanted


@pytest.fixture
def package(tmp_path):
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = (
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n"
    )
    (tree / "DEBIAN" / "control").write_text(control)
    (tree / "usr" / "bin").mkdir(parents=True)
    program = tree / "usr" / "bin" / "become"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o4755)
    (tree / "usr" / "bin" / "alias").symlink_to("become")
    certificates = tree / "usr" / "share" / "ca-certificates" / "mozilla"
    certificates.mkdir(parents=True)
    for name in ("one", "two"):
        (certificates / f"{name}.crt").write_text(f"{name}\n")
    file = tmp_path / "x.deb"
    command = ["dpkg-deb", "--build", tree, file]
    subprocess.run(command, check=True, capture_output=True)
    return file


@needs_dpkg
def test_the_archive_depends_on_nothing_but_the_packages(package, tmp_path):
    for target in ("first.tar", "second.tar"):
        rootfs.write([package], tmp_path / target)
    assert (tmp_path / "first.tar").read_bytes() == (tmp_path / "second.tar").read_bytes()
    with tarfile.open(tmp_path / "first.tar") as archive:
        members = {member.name: member for member in archive}
        bundle = archive.extractfile("etc/ssl/certs/ca-certificates.crt").read()
    assert members["bin"].linkname == "usr/bin"
    assert members["usr/bin/alias"].linkname == "become"
    assert members["usr/bin/become"].mode == 0o755
    assert sorted(bundle.split()) == [b"one", b"two"]
    assert {member.mtime for member in members.values()} == {0}


@needs_dpkg
def test_a_broken_package_is_an_error_with_its_name(tmp_path):
    (tmp_path / "broken.deb").write_bytes(b"!<arch>\n")
    with pytest.raises(DownloadError, match=r"broken\.deb is not a Debian package"):
        rootfs.write([tmp_path / "broken.deb"], tmp_path / "x.tar")
