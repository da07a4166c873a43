"""CloudWatch's errors, by its codes of the query protocol."""

from __future__ import annotations

from harness.errors import AwsError


def invalid_value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def invalid_combination(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def missing(message: str) -> AwsError:
    return AwsError("MissingParameter", message)


def validation(message: str) -> AwsError:
    return AwsError("ValidationError", message)


def not_emulated(what: str) -> AwsError:
    message = f"{what} is not emulated here (docs/services/cloudwatch.md)"
    return AwsError("NotImplemented", message, 501)
