from __future__ import annotations

import asyncio
import stat
from dataclasses import dataclass, field
from pathlib import Path

from harness.child import Registry
from harness.database.cluster import Cluster
from harness.database.programs import Programs
from harness.database.url import DatabaseUrl


@dataclass(frozen=True, slots=True)
class Recorder(Programs):
    """Programs that are noted instead of run, with the password file as they would see it."""

    runs: list[tuple[str, ...]] = field(default_factory=list)
    files: list[tuple[str, int]] = field(default_factory=list)

    async def run(self, name: str, *arguments: str, stdin: str = "") -> None:
        self.runs.append((name, *arguments, stdin))
        for file in self.home.iterdir():
            self.files.append((file.read_text(), stat.S_IMODE(file.stat().st_mode)))


def _created(home: Path, dbname: str) -> Recorder:
    programs = Recorder(Path("/bin"), home, None, Registry(home / "processes"))
    url = DatabaseUrl("127.0.0.1", 5432, dbname, "ting", "s3cret")
    asyncio.run(Cluster(programs, home / "data", ["-c", "fsync=off"]).create(url))
    return programs


def test_the_password_is_shown_to_initdb_only_and_in_a_private_file(tmp_path):
    programs = _created(tmp_path, "documents")
    assert programs.files == [("s3cret", 0o600)]
    assert not any("s3cret" in word for run in programs.runs for word in run)
    assert list(tmp_path.iterdir()) == []


def test_the_first_database_is_renamed_unless_it_has_the_name_already(tmp_path):
    assert [run[-2:] for run in _created(tmp_path, 'a"b').runs[1:]] == [
        ("postgres", "CREATE EXTENSION vector\n"),
        ("template1", 'ALTER DATABASE postgres RENAME TO "a""b"\n'),
    ]
    assert len(_created(tmp_path, "postgres").runs) == 2
