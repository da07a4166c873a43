from __future__ import annotations

import errno
import threading

import pytest

from harness.images import cache
from harness.images.errors import DownloadError


def test_what_is_there_is_not_made_again(tmp_path):
    made = []
    for _ in range(2):
        place = cache.kept(tmp_path / "x", lambda draft: made.append((draft / "f").touch()))
    assert len(made) == 1
    assert (place / "f").exists()


def test_what_a_killed_run_left_is_replaced(tmp_path):
    (tmp_path / ".x.new").mkdir()
    (tmp_path / ".x.new" / "half").touch()
    place = cache.kept(tmp_path / "x", lambda draft: (draft / "whole").touch())
    assert [file.name for file in place.iterdir()] == ["whole"]


def test_a_full_disk_names_the_remedy_and_leaves_nothing(tmp_path):
    def fill(draft):
        (draft / "f").touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DownloadError, match="is full; free some space, or set HARNESS_CACHE_DIR"):
        cache.kept(tmp_path / "x", fill)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_names_the_remedy(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(DownloadError, match=r"cannot be written .*; set HARNESS_CACHE_DIR"),
        cache.alone(tmp_path / "file" / "cache", lambda: None),
    ):
        raise AssertionError


def test_a_second_build_waits_for_the_first(tmp_path):
    waiting, entered = threading.Event(), threading.Event()

    def second():
        with cache.alone(tmp_path, waiting.set):
            entered.set()

    with cache.alone(tmp_path, lambda: None):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(30)
        assert not entered.is_set()
    thread.join(30)
    assert entered.is_set()
