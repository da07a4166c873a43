from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import EnvironmentFailedError
from harness.services.lambda_.executors import bubblewrap
from harness.services.lambda_.executors.platform import Platform, Wanted, limits, probe

GROUPS = {kind: Path("/") for kind in ("memory", "cpu", "pids")}
EVERYTHING = Platform(namespaces=True, groups=GROUPS)
NOTHING = Platform(namespaces=False, refusal="no mount namespaces")


def test_what_is_enforced_where_everything_works():
    found = limits(EVERYTHING, Wanted(isolate=True, cpu_share=True))
    others = {name: text for name, text in found.items() if not text.startswith("enforced")}
    assert set(others) == {"user of its own"}
    assert found["function memory"].endswith("and bounded by a control group")


def test_what_is_enforced_where_nothing_does():
    found = limits(NOTHING, Wanted())
    enforced = {name for name, text in found.items() if text.startswith("enforced")}
    assert enforced == {"function memory", "file descriptors"}
    assert found["size of /tmp"] == "not enforced: no mount namespaces"
    assert found["function CPU share"] == "not enforced: no control group can be made here"


def test_what_would_be_enforced_if_it_were_asked_for():
    found = limits(EVERYTHING, Wanted())
    assert found["function CPU share"].endswith("(--cpu-share)")
    assert found["network"].endswith("(--isolate)")


def test_a_probe_tells_what_it_found_and_leaves_nothing_mounted():
    before = Path("/proc/self/mounts").read_text()
    found = probe(Wanted())
    assert found.namespaces == (not found.refusal)
    assert Path("/proc/self/mounts").read_text() == before


def test_isolation_names_the_package_it_needs(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentFailedError, match="apt-get install bubblewrap"):
        bubblewrap.find()
