from __future__ import annotations

from pathlib import Path

from harness import settings


def test_the_state_directory_is_in_the_working_directory_unless_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert settings.load({}).state_dir == tmp_path / ".harness"
    assert settings.load({"HARNESS_STATE_DIR": ""}).state_dir == tmp_path / ".harness"
    assert settings.load({"HARNESS_STATE_DIR": "/elsewhere"}).state_dir == Path("/elsewhere")


def test_downloads_are_kept_where_the_system_keeps_such_things_unless_named():
    home = {"HOME": "/home/x"}
    assert settings.load(home).cache_dir == Path("/home/x/.cache/lambda-pipeline-harness")
    xdg = settings.load(home | {"XDG_CACHE_HOME": "/caches"})
    assert xdg.cache_dir == Path("/caches/lambda-pipeline-harness")
    assert settings.load(home | {"HARNESS_CACHE_DIR": "/mine"}).cache_dir == Path("/mine")


def test_child_processes_do_not_inherit_what_would_change_them():
    host = {"PATH": "/bin", "AWS_PROFILE": "prod", "HTTPS_PROXY": "x", "PYTHONPATH": "y"}
    assert settings.load(host).inherited == {"PATH": "/bin"}


def test_there_is_a_step_summary_only_where_github_names_one():
    assert settings.load({}).step_summary is None
    assert settings.load({"GITHUB_STEP_SUMMARY": ""}).step_summary is None
    assert settings.load({"GITHUB_STEP_SUMMARY": "/run/s.md"}).step_summary == Path("/run/s.md")
