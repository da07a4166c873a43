"""What a fault may hit: patterns over the facts of a call or an event (pure).

Patterns are those of file names (`*`, `?`, `[…]`) and mind the case; an empty one covers all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from harness.errors import UsageError
from harness.injection.option import option, options

Facts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class CallScope:
    """Which calls to the endpoint; facts have the same names."""

    service: str = option("", "service, as boto3 calls it")
    operation: str = option("", "AWS's name of the operation; a pattern")
    resource: str = option("", "ARN of the bucket, object, secret, …; a pattern")
    function: str = option("", "name of the function that calls; a pattern")


@dataclass(frozen=True, slots=True)
class ModelScope(CallScope):
    """Which calls to models; the resource is the model's or the inference profile's ARN."""

    service: str = option("bedrock-runtime", "bedrock-runtime, the only one with models")

    def __post_init__(self) -> None:
        if self.service not in ("bedrock", "bedrock-runtime"):
            raise UsageError(f"{self.service} has no models: leave --service out")


@dataclass(frozen=True, slots=True)
class StepScope(CallScope):
    """Which calls of functions: the steps at which something happens to their sandbox."""

    function: str = option("*", "name of the function; a pattern")


@dataclass(frozen=True, slots=True)
class DeliveryScope:
    """Which S3 events, each on its way to one destination; facts have the same names."""

    bucket: str = option("", "the bucket's name; a pattern")
    key: str = option("", "the object's key, plain; a pattern")
    event: str = option("", "type, as in ObjectCreated:Put; a pattern")
    target: str = option("", "name or ARN of the function, queue, topic or bus; a pattern")


@dataclass(frozen=True)
class OpeningScope:
    """Connections to the database as they are opened."""


@dataclass(frozen=True)
class ExchangeScope:
    """Questions to the database with their answers, over connections that are open."""


@dataclass(frozen=True)
class DatabaseScope(OpeningScope, ExchangeScope):
    """Both, counted together."""


# What a fault of each scope is asked to do: the name of its method.
ACTS_BY = {
    CallScope: "around",
    DeliveryScope: "departures",
    OpeningScope: "opening",
    ExchangeScope: "exchange",
}


def covers(scope: Any, facts: Facts) -> bool:
    """Tell whether each pattern of a scope matches one of the facts of its name."""
    patterns = {one.name: str(getattr(scope, one.name)) for one in options(type(scope))}
    return all(
        any(fnmatchcase(fact, pattern) for fact in facts.get(name, ()))
        for name, pattern in patterns.items()
        if pattern
    )
