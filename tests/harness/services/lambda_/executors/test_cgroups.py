from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.services.lambda_.executors import cgroups
from harness.services.lambda_.executors.cgroups import (
    Bounds,
    Group,
    Groups,
    _delegated,
    _mounts,
    _own,
)
from harness.state import State

MOUNTS = """\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""
OWN = "4:memory:/a/b\n2:cpu,cpuacct:/c\n1:name=systemd:/d\n0::/e:f\n"
HERE, VERSION = cgroups.find()


def test_where_the_controllers_are_mounted():
    found = _mounts(MOUNTS)
    assert found["cpu"] == found["cpuacct"] == Path("/sys/fs/cgroup/cpu,cpuacct")
    assert found["memory"] == Path("/sys/fs/cgroup/memory")
    assert found[""] == Path("/sys/fs/cgroup/unified")


def test_which_group_is_our_own():
    found = _own(OWN)
    assert (found["memory"], found["cpuacct"], found[""]) == ("/a/b", "/c", "/e:f")


@pytest.mark.parametrize(
    ("version", "settings"),
    [
        (
            1,
            {
                "memory": {
                    "memory.limit_in_bytes": "134217728",
                    "memory.memsw.limit_in_bytes": "134217728",
                },
                "pids": {"pids.max": "1024"},
                "cpu": {"cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "23160"},
            },
        ),
        (
            2,
            {
                "memory": {"memory.max": "134217728", "memory.swap.max": "0"},
                "pids": {"pids.max": "1024"},
                "cpu": {"cpu.max": "23160 20000"},
            },
        ),
    ],
)
def test_what_bounds_a_group(version, settings):
    assert Bounds(128, 1024, cpus=1.158).settings(version) == settings


def test_the_smallest_function_still_gets_what_the_kernel_accepts():
    assert Bounds(128, 1024, cpus=0.01).settings(2)["cpu"] == {"cpu.max": "1000 20000"}


def test_no_share_of_the_cpu_means_no_bound():
    assert "cpu" not in Bounds(128, 1024).settings(1)


def tree(root: Path, handed_on: dict[str, str]) -> None:
    """Make a tree of version 2: what each group hands on to those in it."""
    for place, controllers in handed_on.items():
        group = root / place
        group.mkdir(parents=True, exist_ok=True)
        (group / "cgroup.subtree_control").write_text(controllers)
        (group / "cgroup.procs").touch()


def test_version_2_uses_the_nearest_group_that_hands_the_memory_controller_on(tmp_path):
    tree(tmp_path, {"": "cpu memory pids", "slice": "memory pids", "slice/scope": ""})
    found = _delegated(tmp_path, "/slice/scope", ("memory", "cpu", "pids"))
    assert found == {"memory": tmp_path / "slice", "pids": tmp_path / "slice"}


def test_version_2_without_delegation(tmp_path):
    tree(tmp_path, {"": "cpu", "scope": ""})
    assert _delegated(tmp_path, "/scope", ("memory", "cpu")) == {}


@pytest.mark.parametrize(
    ("version", "stat"), [(1, "cache 9\nrss 1\ntotal_rss 42\n"), (2, "anon 42\nfile 9\n")]
)
def test_the_memory_held(tmp_path, version, stat):
    (tmp_path / "memory.stat").write_text(stat)
    assert Group({"memory": tmp_path}, version).held_bytes() == 42


@pytest.mark.parametrize(("version", "file"), [(1, "memory.oom_control"), (2, "memory.events")])
@pytest.mark.parametrize("kills", [0, 1])
def test_a_kill_for_memory_is_told_by_the_kernel(tmp_path, version, file, kills):
    (tmp_path / file).write_text(f"oom_kill_disable 0\noom_kill {kills}\n")
    assert Group({"memory": tmp_path}, version).out_of_memory() == bool(kills)


@pytest.mark.skipif("memory" not in HERE, reason="no control group can be made here")
def test_a_real_group_holds_its_member_and_goes_with_the_environment(tmp_path):
    state = State(tmp_path / "state")
    state.claim()
    groups = Groups(HERE, VERSION, state)
    group = groups.group("one", Bounds(64, 100))
    assert group is not None
    program = 'for group; do echo 0 > "$group/cgroup.procs"; done; echo in; read line'
    with subprocess.Popen(
        ["/bin/sh", "-c", program, "sh", *group.directories.values()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as member:
        assert member.stdout is not None
        assert member.stdout.readline() == b"in\n"
        members = (group.directories["memory"] / "cgroup.procs").read_text().split()
        assert members == [str(member.pid)]
        group.remove()  # it is not empty: left to the environment
        assert group.directories["memory"].exists()
        assert group.peak_bytes() > 0
        state.clean()
        assert member.wait(20) == -9
    assert not any(directory.parent.exists() for directory in group.directories.values())


def test_where_no_group_can_be_made_there_is_none(tmp_path):
    assert Groups({}, 1, State(tmp_path)).group("one", Bounds(64, 100)) is None
    assert list(tmp_path.iterdir()) == []
