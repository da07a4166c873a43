"""Fixtures that more than one folder of tests uses; registered here so each exists once."""

from __future__ import annotations

from tests.fix_postgres import connection, database, migrated, postgres

__all__ = ["connection", "database", "migrated", "postgres"]
