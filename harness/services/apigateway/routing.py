"""Which stage and which route a request belongs to (pure).

The most specific route wins, in AWS's order: a path that matches in full, then one with a greedy
variable, then `$default`; where paths are equally specific, the named method before `ANY`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from harness.services.apigateway.configuration import Route, Stage

DEFAULT = "$default"


@dataclass(frozen=True, slots=True)
class Match:
    """parameters: the values of the path variables; empty for `$default`."""

    route: Route
    parameters: dict[str, str]


class _Rank(NamedTuple):
    """How little specific a match is, compared from the left; segments: 0 literal, 1 variable."""

    greedy: bool
    segments: tuple[int, ...]
    any_method: bool


_LAST = _Rank(greedy=True, segments=(2,), any_method=True)


def select_stage(stages: Iterable[Stage], path: str) -> tuple[Stage, str] | None:
    """Return the stage and the path inside it: a stage named by the first segment, or `$default`.

    path: decoded. None when no stage takes the request.
    """
    by_name = {stage.name: stage for stage in stages}
    first, slash, rest = path.removeprefix("/").partition("/")
    if first in by_name:
        return by_name[first], slash + rest or "/"
    return (by_name[DEFAULT], path) if DEFAULT in by_name else None


def select_route(routes: Iterable[Route], method: str, path: str) -> Match | None:
    """Return the best match for a decoded path inside its stage, None when there is none."""
    found = [match for route in routes if (match := _match(route, method, path))]
    return min(found, key=lambda ranked: ranked[0])[1] if found else None


def _match(route: Route, method: str, path: str) -> tuple[_Rank, Match] | None:
    if route.key == DEFAULT:
        return _LAST, Match(route, {})
    wanted_method, _, template = route.key.partition(" ")
    if wanted_method not in (method, "ANY"):
        return None
    parameters = _bind(template.split("/"), path.split("/"))
    if parameters is None:
        return None
    kinds = tuple(int(_is_variable(part)) for part in template.split("/"))
    rank = _Rank(template.endswith("+}"), kinds, wanted_method == "ANY")
    return rank, Match(route, parameters)


def _bind(template: list[str], segments: list[str]) -> dict[str, str] | None:
    """Return the values of the template's variables, None when the segments do not fit it."""
    parameters: dict[str, str] = {}
    for position, part in enumerate(template):
        rest = "/".join(segments[position:])
        if part.endswith("+}"):
            return {**parameters, part[1:-2]: rest} if rest else None
        if position >= len(segments):
            return None
        if _is_variable(part) and segments[position]:
            parameters[part[1:-1]] = segments[position]
        elif part != segments[position]:
            return None
    return parameters if len(template) == len(segments) else None


def _is_variable(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")
