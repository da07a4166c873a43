"""Subsegments for X-Ray, by Powertools, in invocations that are sampled.

The SDK below it takes longer to import than everything of Powertools together, so it is imported
by the first invocation that needs it and never while the sandbox starts. Calls are not patched:
the SDK would record keys, which hold file names, and the words of exceptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from processor import settings
from processor.errors import reason


@contextmanager
def subsegment(name: str, **annotations: str) -> Iterator[None]:
    """Record what happens within as a part of the invocation; an error by its class."""
    if not settings.is_traced():
        yield
        return
    recorder = _recorder()
    begun = recorder.begin_subsegment(name)
    annotate(**annotations)
    try:
        yield
    except BaseException as error:
        begun.add_fault_flag()
        annotate(error=reason(error))
        raise
    finally:
        recorder.end_subsegment()


def annotate(**annotations: str) -> None:
    """Let traces be found by ids; never by text."""
    current = _recorder().current_subsegment() if settings.is_traced() else None
    if current is not None:
        for name, value in annotations.items():
            current.put_annotation(name, value)


@cache
def _recorder() -> Any:
    from aws_lambda_powertools import Tracer

    return Tracer(service=settings.service(), auto_patch=False).provider
