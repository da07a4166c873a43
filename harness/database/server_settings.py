"""How a PostgreSQL of ours is set up, wherever it runs.

Its data lives as long as the environment, so nothing is flushed to the disk for safety: fsync,
synchronous_commit and full_page_writes are off. A crash of the machine loses the data.
"""

from __future__ import annotations

from collections.abc import Mapping

DBNAME = "hr_chatbot"
USER = "postgres"

INITDB = (
    "--no-sync",
    "--no-data-checksums",
    "--wal-segsize=4",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
"""Arguments of initdb that decide how texts compare, and what a cluster costs."""

ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
"""Of the programs; without TZ, initdb looks for the machine's in 2 s of reading files."""

SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",  # in the data directory: a killed server leaves nothing
    "io_method": "sync",
    "jit": "off",
    "log_checkpoints": "off",
    "log_min_error_statement": "panic",  # statements and details may hold document text
    "log_error_verbosity": "terse",
}


def arguments(settings: Mapping[str, str]) -> list[str]:
    """Return settings as arguments of the server."""
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
