"""What a load leaves behind in its environment: waits until it is processed and brings it home."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import boto
from harness.disposable import Disposable
from harness.gate import dispatch, documents, usage
from harness.gate.documents import SUCCEEDED, UNFINISHED, Document
from harness.gate.evidence import DOCUMENTS_FILE
from harness.gate.usage import Usage

FUNCTIONS_LOG = "functions.log"
_PATIENCE_S = 120.0
_POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Aftermath:
    """limits: what the environment enforced, in words, by name."""

    documents: tuple[Document, ...]
    usage: Usage
    limits: dict[str, str]


def gather(environment: Disposable, answered: int, directory: Path) -> Aftermath:
    """Return what became of `answered` uploads; what takes longer than two minutes is unfinished.

    Writes the documents into `directory`, and the functions' logs beside them when one went wrong.
    """
    events = settled(environment, answered)
    found = documents.of_journal(events)
    documents.write(directory / DOCUMENTS_FILE, found)
    memory_mb = _memory(environment)
    if any(one.errors or one.outcome != SUCCEEDED for one in found):
        _keep_logs(environment, list(memory_mb), directory / FUNCTIONS_LOG)
    limits: dict[str, str] = environment.status()["limits"]
    return Aftermath(found, usage.of_journal(events, memory_mb), limits)


def settled(environment: Disposable, answered: int = 0) -> list[dict[str, Any]]:
    """Return the journal once `answered` uploads and all it began have ended, or patience has."""
    journal = environment.state_dir / "journal.jsonl"
    deadline, pause = time.monotonic() + _PATIENCE_S, threading.Event()
    while True:
        events = dispatch.read(journal)
        found = documents.of_journal(events)
        pending = len(found) < answered or any(one.outcome == UNFINISHED for one in found)
        if not pending or time.monotonic() > deadline:
            return events
        pause.wait(_POLL_S)


def _memory(environment: Disposable) -> Mapping[str, int]:
    with boto.speaking_to(environment.facts):
        pages = boto.client(environment.facts, "lambda").get_paginator("list_functions").paginate()
        return {
            function["FunctionName"]: function["MemorySize"]
            for page in pages
            for function in page["Functions"]
        }


def _keep_logs(environment: Disposable, functions: list[str], path: Path) -> None:
    parts = (f"== {name}\n{environment.harness('logs', name)}" for name in functions)
    path.write_text("\n".join(parts), encoding="utf-8")
