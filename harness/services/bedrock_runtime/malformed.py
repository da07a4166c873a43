"""Requests checked against their schema; violations in Bedrock's words.

Bedrock answers `Malformed input request: #/texts: expected maximum item count: 96, found: 97,
please reformat your input and try again.`, several violations one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from harness.errors import AwsError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_Checked = TypeVar("_Checked", bound="Strict")

_ADVICE = "please reformat your input and try again."
_SHOWN_CHARACTERS = 60
_MISPLACED = ("missing", "extra_forbidden")


class Strict(BaseModel):
    """A JSON object that holds exactly the declared members, of exactly the declared types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def checked(schema: type[_Checked], body: bytes) -> _Checked:
    """Return `body` as a `schema`; raises `AwsError` (ValidationException) when it is not one."""
    try:
        return schema.model_validate_json(body)
    except ValidationError as error:
        raise invalid(_explain(error.errors(include_url=False))) from None


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def malformed(violations: str) -> AwsError:
    return invalid(f"Malformed input request: {violations}, {_ADVICE}")


def not_emulated(what: str, instead: str) -> AwsError:
    return invalid(f"Not emulated: {what}. {instead}")


def _explain(errors: list[ErrorDetails]) -> str:
    if errors[0]["type"] == "json_invalid":
        return f"Malformed input request, {_ADVICE}"
    violations = "".join(f"{_pointer(error)}: {_violation(error)}" for error in errors)
    return f"Malformed input request: {violations}, {_ADVICE}"


def _pointer(error: ErrorDetails) -> str:
    """Return the JSON pointer of the member at fault, or of the object that lacks or exceeds."""
    place = error["loc"][:-1] if error["type"] in _MISPLACED else error["loc"]
    return "".join(["#", *(f"/{step}" for step in place)])


def _violation(error: ErrorDetails) -> str:
    wording = _WORDINGS.get(error["type"])
    if wording:
        return wording(error)
    kind, _, rest = error["type"].rpartition("_")
    if rest == "type" and kind in _EXPECTED:
        return f"expected type: {_EXPECTED[kind]}, found: {_found(error['input'])}"
    return error["msg"]


def _limit(words: str, limit: str, actual: str) -> Callable[[ErrorDetails], str]:
    return lambda error: words.format(error["ctx"][limit], error["ctx"].get(actual, ""))


def _bound(words: str, bound: str) -> Callable[[ErrorDetails], str]:
    return lambda error: f"{error['input']} is not {words} to {error['ctx'][bound]}"


_WORDINGS: dict[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda error: f"required key [{error['loc'][-1]}] not found",
    "extra_forbidden": lambda error: f"extraneous key [{error['loc'][-1]}] is not permitted",
    "literal_error": lambda error: f"{_shown(error['input'])} is not a valid enum value",
    "too_long": _limit("expected maximum item count: {}, found: {}", "max_length", "actual_length"),
    "too_short": _limit(
        "expected minimum item count: {}, found: {}", "min_length", "actual_length"
    ),
    "string_too_short": lambda error: (
        f"expected minLength: {error['ctx']['min_length']}, actual: {len(error['input'])}"
    ),
    "less_than_equal": _bound("less or equal", "le"),
    "greater_than_equal": _bound("greater or equal", "ge"),
    "value_error": lambda error: str(error["ctx"]["error"]),
}

_EXPECTED = {
    "string": "String",
    "int": "Integer",
    "float": "Number",
    "bool": "Boolean",
    "list": "JSONArray",
    "model": "JSONObject",
}

_FOUND = {
    str: "String",
    bool: "Boolean",
    int: "Integer",
    float: "BigDecimal",
    list: "JSONArray",
    dict: "JSONObject",
    type(None): "Null",
}


def _found(value: Any) -> str:
    return _FOUND.get(type(value), type(value).__name__)


def _shown(value: Any) -> str:
    return str(value)[:_SHOWN_CHARACTERS]
