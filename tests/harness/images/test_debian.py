from __future__ import annotations

import pytest

from harness.images import debian
from harness.images.architecture import X86_64
from harness.images.errors import DownloadError

TARGETS = """\
Debian Debian https://mirror.example/debian
Debian Debian-Security https://mirror.example/debian-security
Debian Debian https://mirror.example/debian
Somebody Somebody https://packages.example/apt
"""


def test_the_mirror_is_that_of_the_machine_for_our_release():
    text = debian.sources(debian.sites(TARGETS))
    assert [line.split()[2:] for line in text.splitlines()] == [
        ["https://mirror.example/debian", "trixie", "main"],
        ["https://mirror.example/debian-security", "trixie-security", "main"],
    ]
    assert text.count("signed-by=") == 2


def test_without_tools_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(debian, "_KEYRING", tmp_path / "none")
    (tmp_path / "packages").write_text("bash\n")
    with pytest.raises(DownloadError, match="without: apt, dpkg, debian-archive-keyring; install"):
        debian.rootfs_tar(tmp_path / "packages", X86_64, tmp_path / "store", "")
    assert list((tmp_path / "store" / "debian").iterdir()) == []
