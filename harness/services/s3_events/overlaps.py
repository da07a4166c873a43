"""Which rules may not stand side by side in one configuration (aws-behaviour §5.6.4); pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from harness.errors import AwsError
from harness.services.s3_events.configuration import Rule
from harness.services.s3_events.events import covers

_OVERLAP = (
    "Configurations overlap. Configurations on the same bucket cannot share a common event type."
)
_AMBIGUOUS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules "
    "if the prefixes are overlapping for the same event type."
)


def refuse_overlaps(rules: Sequence[Rule]) -> None:
    """Raise `AwsError` when some event of some key would go to two rules of any targets."""
    for one, other in combinations(rules, 2):
        shared = _shared_events(one, other)
        if shared and _share_key(one, other):
            filtered = any((one.prefix, one.suffix, other.prefix, other.suffix))
            fields = {"ArgumentName": "Event", "ArgumentValue": ", ".join(shared)}
            message = _AMBIGUOUS if filtered else _OVERLAP
            raise AwsError("InvalidArgument", message, 400, fields)


def _shared_events(one: Rule, other: Rule) -> tuple[str, str] | None:
    """Return the first event of each that overlap."""
    return next(
        ((a, b) for a in one.events for b in other.events if covers(a, b) or covers(b, a)), None
    )


def _share_key(one: Rule, other: Rule) -> bool:
    prefixes, suffixes = (
        (one.plain_prefix, other.plain_prefix),
        (one.plain_suffix, other.plain_suffix),
    )
    return (prefixes[0].startswith(prefixes[1]) or prefixes[1].startswith(prefixes[0])) and (
        suffixes[0].endswith(suffixes[1]) or suffixes[1].endswith(suffixes[0])
    )
