"""A bucket's notification configuration: its rules, and which of them want an event; pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_plus

from harness.aws import ACCOUNT
from harness.services.s3_events.events import covers


@dataclass(frozen=True, slots=True)
class Rule:
    """One destination with the events and keys it wants; prefix and suffix as configured.

    arn: of a function, a queue, a topic or an event bus.
    """

    id: str
    arn: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    @property
    def service(self) -> str:
        """Return the destination's service: "lambda", "sqs", "sns" or "events"."""
        return self.arn.split(":", 3)[2]

    @property
    def region(self) -> str:
        return self.arn.split(":", 4)[3]

    @property
    def plain_prefix(self) -> str:
        """Return the prefix as keys have it: values of filters are form-encoded (§5.6.5)."""
        return unquote_plus(self.prefix)

    @property
    def plain_suffix(self) -> str:
        return unquote_plus(self.suffix)

    def mismatch(self, event_name: str, key: str) -> str:
        """Return why an event ("ObjectCreated:Put") of a plain key is not for this rule, or ""."""
        if not any(covers(wanted, f"s3:{event_name}") for wanted in self.events):
            return f"event type: the rule wants {', '.join(self.events)}"
        if not key.startswith(self.plain_prefix):
            return f"prefix: the key does not begin with {self.plain_prefix}"
        if not key.endswith(self.plain_suffix):
            return f"suffix: the key does not end with {self.plain_suffix}"
        return ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """All rules of a bucket. event_bridge: every event goes to the default event bus as well.

    region: the bucket's own, where its destinations must be too.
    """

    rules: tuple[Rule, ...] = ()
    event_bridge: bool = False
    region: str = ""

    @property
    def destinations(self) -> tuple[Rule, ...]:
        """Return the rules, and EventBridge as one more that wants everything."""
        if not self.event_bridge:
            return self.rules
        bus = f"arn:aws:events:{self.region}:{ACCOUNT}:event-bus/default"
        return (*self.rules, Rule("EventBridge", bus, ("s3:*",)))

    def wants(self, event_names: tuple[str, ...], key: str) -> bool:
        """Tell whether anybody wants to know when one of these events happens to the key."""
        return any(
            not rule.mismatch(name, key) for rule in self.destinations for name in event_names
        )


NOTHING = Configuration()
