"""What the backend alone is configured with; models, region and secrets it shares with the
processor, whose settings it reads through `processor.settings`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from processor.errors import ConfigurationError

_ENVIRONMENT = os.environ

_SWITCH = {"true": True, "false": False}


@dataclass(frozen=True)
class Settings:
    """bucket: where uploads go; None when USE_S3 is off and they are processed in the request.
    semantic_search: whether queries are embedded and questions answered (ENABLE_RAG), or words
    searched alone, without any model.
    """

    bucket: str | None
    semantic_search: bool


def load(environment: Mapping[str, str] = _ENVIRONMENT) -> Settings:
    """Return the settings in `environment`; raises `ConfigurationError` naming the variable."""
    return Settings(
        bucket=_bucket(environment) if _switch(environment, "USE_S3", "false") else None,
        semantic_search=_switch(environment, "ENABLE_RAG", "true"),
    )


def _switch(environment: Mapping[str, str], name: str, default: str) -> bool:
    value = environment.get(name, default).strip().lower()
    if value not in _SWITCH:
        raise ConfigurationError(name, "set it to true or false")
    return _SWITCH[value]


def _bucket(environment: Mapping[str, str]) -> str:
    bucket = environment.get("S3_BUCKET", "")
    if not bucket:
        raise ConfigurationError("S3_BUCKET", "USE_S3 is true; name the bucket of the uploads")
    return bucket
