"""Services and operations by the names that users give them.

A scope whose names exist nowhere would never hit anything, so it is refused.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from harness.errors import UsageError
from harness.injection.scope import CallScope
from harness.protocols.model import load

# Signing names that are not what boto3 calls the service.
_CALLED = {
    "apigateway": ("apigatewayv2",),
    "bedrock": ("bedrock-runtime",),
    "email": ("ses", "sesv2"),
    "execute-api": (),
    "monitoring": ("cloudwatch",),
    "states": ("stepfunctions",),
}
_REST = ("rest-json", "rest-xml")
# REST services whose operations the endpoint tells apart; those of others are paths to it.
_TOLD_APART = ("bedrock", "lambda", "s3", "xray")
_UNMODELLED = {"s3": ("PostObject",)}  # what browsers send


def names_of(signing_name: str) -> Sequence[str]:
    """Return what a service may be called: its signing name and those of boto3."""
    return (signing_name, *_CALLED.get(signing_name, ()))


def check(scope: CallScope) -> None:
    """Raise `UsageError` when there is no such service, or it has no such operation.

    Reads the service's model (some 10 ms), so not on the loop.
    """
    if not scope.service:
        return
    models = _models(scope.service)
    if not models:
        raise UsageError(
            f"there is no service {scope.service!r}: boto3's names are meant, "
            "as in s3, bedrock-runtime or secretsmanager"
        )
    if scope.operation and not any(
        fnmatchcase(name, scope.operation) for name in _operations(scope.service, models)
    ):
        raise UsageError(
            f"the endpoint knows no operation {scope.operation!r} of {scope.service}: AWS's "
            "names are meant, as in PutObject; leave it out to hit all of them"
        )


def _models(service: str) -> list[str]:
    """Return boto3's names of the services that are meant."""
    if service == "execute-api":
        return [service]
    called = [name for name in names_of(service) if name in _known()]
    return called if service in _CALLED or service in _known() else []


def _operations(service: str, models: Iterable[str]) -> Iterable[str]:
    yield from _UNMODELLED.get(service, ())
    for name in models:
        if name == "execute-api":
            return
        model = load(name)
        signing = model.metadata.get("signingName", model.metadata["endpointPrefix"])
        if model.metadata["protocol"] not in _REST or signing in _TOLD_APART:
            yield from model.operations


@cache
def _known() -> frozenset[str]:
    spec = importlib.util.find_spec("botocore")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    data = Path(spec.submodule_search_locations[0]) / "data"
    return frozenset(path.name for path in data.iterdir() if path.is_dir())
