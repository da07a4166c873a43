from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from harness.errors import EnvironmentFailedError
from harness.state import State
from tests.harness.programs import first_line, running

_LONG_S = 20.0
_CLAIM = """
import sys
from pathlib import Path
from harness.state import State
state = State(Path(sys.argv[1]))
state.claim()
state.write_environment({"endpoint_url": "http://127.0.0.1:4566"})
print(state.private_directory(), flush=True)
input()
state.clean()
"""


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "deep" / "state")


def test_a_claimed_directory_is_only_ours_to_enter_and_gone_after_cleaning(state):
    assert state.claim() is False
    assert stat.S_IMODE(state.directory.stat().st_mode) == 0o700
    holder = state.holder()
    assert holder is not None
    assert holder.pid == os.getpid()
    (state.path("data") / "deep").mkdir(parents=True)
    (state.path("data") / "deep" / "file").write_text("x")
    state.clean()
    assert not state.directory.exists()
    assert state.holder() is None


def test_it_can_be_claimed_again_after_cleaning(state):
    state.claim()
    state.clean()
    assert state.claim() is False
    state.clean()


def test_a_second_environment_is_refused_with_the_first_ones_address(state):
    with running(_CLAIM, state.directory) as first:
        first_line(first)
        with pytest.raises(EnvironmentFailedError) as caught:
            state.claim()
        assert state.read_environment() == {"endpoint_url": "http://127.0.0.1:4566"}
    assert f"process {first.pid}" in str(caught.value)
    assert "http://127.0.0.1:4566" in str(caught.value)
    state.claim()
    state.clean()
    assert "harness down" in str(caught.value)


def test_two_environments_run_side_by_side(tmp_path):
    first, second = State(tmp_path / "1"), State(tmp_path / "2")
    first.claim()
    second.claim()
    first.clean()
    assert second.directory.exists()
    second.clean()


def test_what_a_killed_environment_left_is_removed_by_the_next(state):
    with running(_CLAIM, state.directory) as killed:
        outside = Path(first_line(killed))
        (outside / "data").write_text("x")
        killed.kill()
        killed.wait()
    assert outside.exists()
    assert state.holder() is None
    with pytest.raises(EnvironmentFailedError, match="no environment is running"):
        state.read_environment()
    assert state.claim() is True
    assert not outside.exists()
    assert not state.path("environment.json").exists()
    state.clean()


def test_waiting_ends_when_the_other_process_ends(state):
    with running(_CLAIM, state.directory) as other:
        first_line(other)
        assert not state.released(0.01)
        assert other.stdin is not None
        other.stdin.write("\n")
        other.stdin.flush()
        assert state.released(_LONG_S)
    assert not state.directory.exists()


def test_nobody_has_a_directory_that_is_not_there(state):
    assert state.released(_LONG_S)


def test_what_clients_read_holds_keys_and_is_private(state):
    state.claim()
    with pytest.raises(EnvironmentFailedError, match="not ready yet"):
        state.read_environment()
    state.write_environment({"token": "1"})
    state.write_environment({"token": "2"})
    assert state.read_environment() == {"token": "2"}
    assert stat.S_IMODE(state.path("environment.json").stat().st_mode) == 0o600
    assert sorted(file.name for file in state.directory.iterdir()) == ["environment.json", "lock"]
    state.clean()


@pytest.mark.parametrize("lock", [None, "", "1", "{}", "[]", "not JSON"])
def test_a_directory_with_files_of_others_is_refused_and_kept(lock, tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    if lock is not None:
        (tmp_path / "lock").write_text(lock)
    with pytest.raises(EnvironmentFailedError, match="not an environment's"):
        State(tmp_path).claim()
    assert (tmp_path / "thesis.txt").read_text() == "precious"
    assert (tmp_path / "lock").exists() is (lock is not None)


def test_a_file_in_place_of_the_directory_is_a_clear_message(tmp_path):
    (tmp_path / "state").write_text("")
    with pytest.raises(EnvironmentFailedError, match="cannot hold an environment: Not a directory"):
        State(tmp_path / "state").claim()
    assert State(tmp_path / "state").holder() is None


def test_a_link_in_the_directory_is_removed_and_not_followed(state, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    state.claim()
    state.path("link").symlink_to(tmp_path / "kept")
    state.clean()
    assert (tmp_path / "kept" / "file").exists()


def test_a_directory_of_another_user_is_a_clear_message(monkeypatch, tmp_path):
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root may read everything
    with pytest.raises(EnvironmentFailedError, match="belongs to another user"):
        State(tmp_path).read_environment()


def test_control_groups_are_removed_with_those_below_them(state, tmp_path):
    state.claim()
    group = state.control_group(tmp_path)
    (group / "sandbox").mkdir()
    state.clean()
    assert not group.exists()
    assert tmp_path.exists()


def test_a_control_group_that_was_never_made_is_no_obstacle(state, tmp_path):
    state.claim()
    state.control_group(tmp_path).rmdir()
    state.clean()
    assert not state.directory.exists()
