"""Fixtures that more than one folder of tests uses; registered here so each exists once."""

from __future__ import annotations

from hypothesis import settings

from tests.fix_postgres import connection, database, migrated, postgres

# How long an example takes is the machine's affair: no test asserts a time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

__all__ = ["connection", "database", "migrated", "postgres"]
