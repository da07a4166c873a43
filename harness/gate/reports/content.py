"""gate.json: the verdict, the figures behind it and what it is bound to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from harness.gate.judgement import Judgement

SCHEMA_VERSION = 2


def render(judgement: Judgement) -> bytes:
    """Return the text of gate.json; a time that never ended is null."""
    return orjson.dumps(as_json(judgement), option=orjson.OPT_INDENT_2)


def as_json(judgement: Judgement) -> dict[str, Any]:
    """Return the content of gate.json; the raw samples stay beside it in their own files."""
    evidence = judgement.evidence
    return {
        "schemaVersion": SCHEMA_VERSION,
        "verdict": judgement.verdict.outcome,
        "scope": judgement.scope,
        "findings": [asdict(finding) for finding in judgement.verdict.findings],
        "notExercised": [asdict(gap) for gap in judgement.gaps],
        "subject": evidence.subject,
        "base": evidence.base,
        "machine": evidence.machine,
        "host": asdict(evidence.host),
        "goals": judgement.goals.model_dump(),
        "load": {
            **asdict(evidence.load.plan),
            "seed": evidence.seed,
            "arrivals": len(evidence.load.samples),
            "documents": len(evidence.documents),
            "exit_code": evidence.load.exit_code,
        },
        "usage": asdict(evidence.usage),
        "scenarios": [asdict(scenario) for scenario in evidence.suite.scenarios],
    }
