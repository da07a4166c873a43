"""A run's evidence as files, so that it can be judged again, by anybody, without an environment.

evidence.json holds what is in no other file, and the SHA-256 of those that are. That shows a file
that was changed, lost or exchanged; it cannot show that somebody rewrote all of them together.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from harness.errors import UsageError
from harness.gate import documents, evidence, pairs
from harness.gate.evidence import DOCUMENTS_FILE, SAMPLES_FILE, SCENARIOS_FILE, Evidence, Pair, Plan
from harness.gate.host import Host
from harness.gate.subject import digest
from harness.gate.usage import Usage

EVIDENCE_FILE = "evidence.json"
GOALS_FILE = "goals.toml"
SEALED = (SAMPLES_FILE, DOCUMENTS_FILE, SCENARIOS_FILE, GOALS_FILE)


class _Stored(BaseModel):
    """Exit codes are None where the program had to be killed, digests where there was no file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1]
    subject: dict[str, Any]
    machine: dict[str, Any]
    host: Host
    limits: dict[str, str]
    seed: int
    plan: Plan
    load_exit_code: int | None
    scenarios_exit_code: int | None
    usage: Usage
    base: dict[str, Any] | None
    pair_plan: Plan | None
    pair_exit_codes: list[list[int | None]]
    sha256: dict[str, str | None]


def save(directory: Path, seen: Evidence) -> None:
    """Write evidence.json beside the files that hold the rest."""
    content = {
        "schema_version": 1,
        "subject": seen.subject,
        "machine": seen.machine,
        "host": asdict(seen.host),
        "limits": seen.limits,
        "seed": seen.seed,
        "plan": asdict(seen.load.plan),
        "load_exit_code": seen.load.exit_code,
        "scenarios_exit_code": seen.suite.exit_code,
        "usage": asdict(seen.usage),
        "base": seen.base,
        "pair_plan": asdict(seen.pairs[0].base.plan) if seen.pairs else None,
        "pair_exit_codes": [[pair.base.exit_code, pair.candidate.exit_code] for pair in seen.pairs],
        "sha256": {name: digest(directory / name) for name in _sealed(len(seen.pairs))},
    }
    (directory / EVIDENCE_FILE).write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))


def load(directory: Path) -> Evidence:
    """Return the evidence in `directory`; raises `UsageError` naming what is not as it was."""
    stored = _stored(directory / EVIDENCE_FILE)
    for name in _sealed(len(stored.pair_exit_codes)):
        if digest(directory / name) != stored.sha256.get(name):
            raise UsageError(
                f"{directory / name} is not the file that the gate wrote; run the gate again"
            )
    return Evidence(
        subject=stored.subject,
        machine=stored.machine,
        host=stored.host,
        limits=stored.limits,
        seed=stored.seed,
        load=evidence.read_load(directory, stored.plan, stored.load_exit_code),
        documents=documents.read(directory / DOCUMENTS_FILE),
        usage=stored.usage,
        suite=evidence.read_suite(directory, stored.scenarios_exit_code),
        base=stored.base,
        pairs=_pairs(directory, stored),
    )


def _pairs(directory: Path, stored: _Stored) -> tuple[Pair, ...]:
    if stored.pair_plan is None:
        return ()
    return pairs.read(directory, stored.pair_plan, stored.pair_exit_codes)


def _sealed(count: int) -> tuple[str, ...]:
    """Return the names of the files whose hashes are kept, with so many pairs of runs."""
    return (*SEALED, *pairs.files(count))


def _stored(path: Path) -> _Stored:
    try:
        return _Stored.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}); name the directory of a gate that ended"
        ) from error
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(map(str, detail["loc"])) or "the file"
        raise UsageError(
            f"{path} is not evidence that this gate can read: {where}: {detail['msg']}"
        ) from error
