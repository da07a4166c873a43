"""Condition blocks of policies (pure; IAM "condition operators" and "multivalued keys").

A negated operator holds when the key is absent, a plain one does not, `…IfExists` always does. An
operator or a key that is not known here makes a condition *not hold*, and is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.iam.glob import UnknownVariableError
from harness.iam.operators import NEGATIONS, TESTS
from harness.iam.policy import Condition

Values = Mapping[str, tuple[str, ...]]

_QUALIFIERS = ("", "forallvalues", "foranyvalue")


def _everything(_key: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a request beside its action and resource.

    values: by condition key in lower case. determined: tells whether a key's absence from
    `values` means that the request does not have it, rather than that nobody looked.
    """

    values: Values = field(default_factory=dict)
    determined: Callable[[str], bool] = _everything

    def variable(self, name: str) -> str | None:
        """Return the value of a policy variable; one with several values has none."""
        values = self.values.get(name.lower(), ())
        return values[0] if len(values) == 1 else None


def holds(condition: Condition, context: Context, unknown: set[str], *, variables: bool) -> bool:
    """Tell whether the request meets `condition`; what is not known here goes to `unknown`."""
    qualifier, operator, if_exists = _parts(condition.operator)
    key = condition.key.lower()
    if qualifier not in _QUALIFIERS or operator not in ("null", *TESTS, *NEGATIONS):
        unknown.add(f"condition operator {condition.operator}")
        return False
    if key not in context.values and not context.determined(key):
        unknown.add(f"condition key {condition.key}")
        return False
    actual = context.values.get(key, ())
    if operator == "null":
        return ("false" if actual else "true") in (v.lower() for v in condition.values)
    if not actual:
        absent = not qualifier and operator in NEGATIONS
        return if_exists or absent or qualifier == "forallvalues"
    meets = _meeting(condition, operator, context, variables=variables)
    return all(map(meets, actual)) if qualifier == "forallvalues" else any(map(meets, actual))


def _parts(written: str) -> tuple[str, str, bool]:
    """Return qualifier and bare operator, both in lower case, and whether it is …IfExists."""
    qualifier, _, operator = written.lower().rpartition(":")
    return qualifier, operator.removesuffix("ifexists"), operator.endswith("ifexists")


def _meeting(
    condition: Condition, operator: str, context: Context, *, variables: bool
) -> Callable[[str], bool]:
    """Return the test of one value of the request against the values of the condition."""
    negated = operator in NEGATIONS
    test = TESTS[NEGATIONS.get(operator, operator)]
    lookup = context.variable if variables else None

    def compared(value: str, wanted: str) -> bool:
        try:
            return test(value, wanted, lookup)
        except (ValueError, OverflowError, UnknownVariableError):
            return False  # an operand that is no number, date or address is equal to nothing

    def meets(value: str) -> bool:
        return any(compared(value, wanted) for wanted in condition.values) is not negated

    return meets
