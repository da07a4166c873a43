"""From an object's journal lines to its story: writes, rules, deliveries, attempts (pure).

Everything is told as it was recorded; `state` of a delivery is where it stands now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Line = Mapping[str, Any]


@dataclass(slots=True)
class Attempt:
    """One try to run the function; times in epoch seconds, 0.0 when that has not come.

    outcome: "" while it runs or waits for a sandbox, "succeeded", else what went wrong.
    """

    time: float
    request_id: str
    started: float = 0.0
    cold: bool = False
    ended: float = 0.0
    outcome: str = ""
    duration_ms: float = 0.0


@dataclass(slots=True)
class Sent:
    """What an event's end was told to: a destination or a dead-letter queue."""

    target: str
    failure: str = ""


@dataclass(slots=True)
class Delivery:
    """An event handed to a rule's target.

    state: "handed over", "waiting", "running", "retrying", "succeeded" or "given up".
    next_attempt: when it is tried again; condition: why it was given up, as AWS names it.
    """

    time: float
    request_id: str
    state: str = "handed over"
    attempts: list[Attempt] = field(default_factory=list)
    next_attempt: float = 0.0
    condition: str = ""
    sent: list[Sent] = field(default_factory=list)


@dataclass(slots=True)
class Rule:
    """A notification rule that was looked at; undelivered: why S3 could not deliver, or ""."""

    id: str
    target: str
    matched: bool
    reason: str
    undelivered: str = ""
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass(slots=True)
class Write:
    """One action on the object that can notify; event: as records name it ("ObjectCreated:Put")."""

    time: float
    call: str
    event: str
    version_id: str
    sequencer: str
    rules: list[Rule] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Tell whether nothing more is going to happen to it."""
        deliveries = [delivery for rule in self.rules for delivery in rule.deliveries]
        told = sum(bool(rule.deliveries or rule.undelivered) for rule in self.rules)
        wanted = sum(rule.matched for rule in self.rules)
        return told >= wanted and all(
            delivery.state in ("succeeded", "given up", "handed over") for delivery in deliveries
        )


def tell(lines: Iterable[Line]) -> list[Write]:
    """Return the writes of an object, oldest first; `lines` as `history.related` returns them."""
    teller = _Teller()
    for line in lines:
        teller.hear(line)
    return list(teller.writes.values())


class _Teller:
    """Builds the story while the lines pass; each kind has its own small part in it."""

    def __init__(self) -> None:
        self.writes: dict[str, Write] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._kinds: dict[str, Callable[[Line], None]] = {
            "s3.evaluated": self._evaluated,
            "s3.delivered": self._delivered,
            "s3.undelivered": self._undelivered,
            "mapping.invoked": self._mapped,
            "mapping.deleted": self._message_deleted,
            "mapping.failed": self._message_failed,
        }
        self._of_delivery: dict[str, Callable[[Line, Delivery], None]] = {
            "async.accepted": _accepted,
            "async.attempt": _attempted,
            "async.not_started": _not_started,
            "async.retry": _retried,
            "async.succeeded": _succeeded,
            "async.dropped": _dropped,
            "async.delivered": _told,
            "async.destination_failed": _not_told,
            "invocation.started": _started,
            "invocation.finished": _finished,
            "invocation.throttled": _throttled,
        }

    def hear(self, line: Line) -> None:
        kind = line["kind"]
        if kind in self._kinds:
            self._kinds[kind](line)
        elif kind in self._of_delivery:
            delivery = self._deliveries.get(line.get("request_id", ""))
            if delivery is not None:
                self._of_delivery[kind](line, delivery)

    def _evaluated(self, line: Line) -> None:
        rules = [
            Rule(rule["id"], rule["target"], rule["matched"], rule["reason"])
            for rule in line["rules"]
        ]
        write = Write(
            line["time"],
            line["call"],
            line["event"],
            line.get("version_id", ""),
            line.get("sequencer", ""),
            rules,
        )
        # One DeleteObjects call acts on many keys, but on this one once.
        self.writes[line["call"]] = write

    def _rule(self, line: Line) -> Rule | None:
        write = self.writes.get(line["call"])
        rules = write.rules if write else []
        return next((rule for rule in rules if rule.id == line["rule"]), None)

    def _delivered(self, line: Line) -> None:
        rule = self._rule(line)
        if rule is not None:
            delivery = self._deliveries.setdefault(
                line["request_id"], Delivery(line["time"], line["request_id"])
            )
            rule.deliveries.append(delivery)

    def _undelivered(self, line: Line) -> None:
        rule = self._rule(line)
        if rule is not None:
            rule.undelivered = line["reason"]

    def _mapped(self, line: Line) -> None:
        for delivery in self._messages(line):
            delivery.state = "running"
            delivery.attempts.append(Attempt(line["time"], line["request_id"]))
            self._deliveries[line["request_id"]] = delivery

    def _message_deleted(self, line: Line) -> None:
        for delivery in self._messages(line):
            delivery.state = "succeeded"

    def _message_failed(self, line: Line) -> None:
        for delivery in self._messages(line):
            delivery.state, delivery.condition = "retrying", line.get("reason", "")

    def _messages(self, line: Line) -> list[Delivery]:
        return [
            self._deliveries[message]
            for message in line.get("message_ids", ())
            if message in self._deliveries
        ]


def _accepted(_: Line, delivery: Delivery) -> None:
    delivery.state = "waiting"


def _attempted(line: Line, delivery: Delivery) -> None:
    delivery.state, delivery.next_attempt = "waiting", 0.0
    delivery.attempts.append(Attempt(line["time"], line["request_id"]))


def _last(line: Line, delivery: Delivery) -> Attempt:
    if not delivery.attempts:
        delivery.attempts.append(Attempt(line["time"], line["request_id"]))
    return delivery.attempts[-1]


def _started(line: Line, delivery: Delivery) -> None:
    attempt = _last(line, delivery)
    attempt.started, attempt.cold = line["time"], bool(line.get("cold"))
    delivery.state = "running"


def _finished(line: Line, delivery: Delivery) -> None:
    attempt = _last(line, delivery)
    attempt.ended, attempt.duration_ms = line["time"], line.get("duration_ms", 0.0)
    attempt.outcome = line.get("error_type") or "failed" if line["failed"] else "succeeded"


def _throttled(line: Line, delivery: Delivery) -> None:
    attempt = _last(line, delivery)
    attempt.ended, attempt.outcome = line["time"], f"throttled: {line.get('reason', '')}"


def _not_started(line: Line, delivery: Delivery) -> None:
    attempt = _last(line, delivery)
    attempt.ended = line["time"]
    attempt.outcome = attempt.outcome or f"not started: {line.get('reason', '')}"


def _retried(line: Line, delivery: Delivery) -> None:
    delivery.state = "retrying"
    delivery.next_attempt = line.get("at") or line["time"] + line["seconds"]


def _succeeded(_: Line, delivery: Delivery) -> None:
    delivery.state = "succeeded"


def _dropped(line: Line, delivery: Delivery) -> None:
    delivery.state, delivery.condition = "given up", line["condition"]


def _told(line: Line, delivery: Delivery) -> None:
    delivery.sent.append(Sent(line["target"]))


def _not_told(line: Line, delivery: Delivery) -> None:
    delivery.sent.append(Sent(line["target"], line["reason"]))
