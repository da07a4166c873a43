"""The functions of the account with their versions and aliases, in memory.

What is stored is never changed in place but replaced, so a published version keeps what $LATEST
was when it was published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from harness.aws import ACCOUNT
from harness.services.lambda_.configuration.settings import Configuration
from harness.services.lambda_.refusal import conflict, invalid, missing, no_function

_VERSION = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Version:
    """code: as GetFunction shows it (RepositoryType and Location or ImageUri)."""

    configuration: Configuration
    code: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alias:
    """weights: share of the invocations by additional version."""

    name: str
    version: str
    description: str
    weights: dict[str, float]
    revision: str


@dataclass(slots=True)
class Entry:
    """One function.

    reserved: concurrent executions, None when not reserved; provisioned: by qualifier.
    published: $LATEST's revision when it was last published; policies: by qualifier, "" for none.
    """

    latest: Version
    versions: dict[str, Version] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    reserved: int | None = None
    provisioned: dict[str, int] = field(default_factory=dict)
    policies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    last_version: int = 0
    published: str = ""

    def serving(self, qualifier: str) -> Version | None:
        """Return the version behind a version number, an alias or "$LATEST"."""
        if qualifier in ("", "$LATEST"):
            return self.latest
        alias = self.aliases.get(qualifier)
        return self.serving(alias.version) if alias else self.versions.get(qualifier)

    @property
    def total_provisioned(self) -> int:
        return sum(self.provisioned.values())


class Registry:
    def __init__(self, region: str) -> None:
        self.region = region
        self.entries: dict[str, Entry] = {}

    def arn(self, name: str, qualifier: str = "") -> str:
        suffix = f":{qualifier}" if qualifier else ""
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{name}{suffix}"

    def entry(self, name: str, qualifier: str = "") -> Entry:
        """Return a function; the error for an unknown one names its ARN with `qualifier`."""
        if name not in self.entries:
            raise no_function(self.arn(name, qualifier))
        return self.entries[name]

    def version(self, name: str, qualifier: str) -> Version:
        """Return the version behind a qualifier; "" is $LATEST."""
        found = self.entry(name, qualifier).serving(qualifier)
        if found is None:
            raise no_function(self.arn(name, qualifier))
        return found

    def configuration(self, name: str, qualifier: str) -> Configuration:
        """Return the configuration behind a qualifier, its ARN as it was asked for."""
        found = self.version(name, qualifier).configuration
        return {**found, "FunctionArn": self.arn(name, qualifier)}

    def alias(self, name: str, alias: str) -> Alias:
        entry = self.entry(name, alias)
        if alias not in entry.aliases:
            raise missing(f"Cannot find alias arn: {self.arn(name, alias)}")
        return entry.aliases[alias]

    def publish(self, name: str, version: Version, revision: str) -> None:
        """Add a version made from the $LATEST of `revision`."""
        entry = self.entries[name]
        number = version.configuration["Version"]
        entry.versions[number] = version
        entry.last_version = int(number)
        entry.published = revision

    def delete_version(self, name: str, number: str) -> None:
        entry = self.entry(name, number)
        if number == "$LATEST":
            raise invalid("$LATEST version cannot be deleted without deleting the function.")
        users = [
            alias.name
            for alias in entry.aliases.values()
            if number in (alias.version, *alias.weights)
        ]
        if users:
            names = ", ".join(sorted(users))
            raise conflict(f"Version {number} is referenced by alias {names}")
        entry.versions.pop(number, None)
        entry.provisioned.pop(number, None)

    def delete_alias(self, name: str, alias: str) -> None:
        entry = self.entry(name, alias)
        entry.aliases.pop(alias, None)
        entry.provisioned.pop(alias, None)
        entry.policies.pop(alias, None)

    @property
    def reserved(self) -> int:
        """Return how many executions are reserved, all functions together."""
        return sum(entry.reserved or 0 for entry in self.entries.values())

    @property
    def provisioned_unreserved(self) -> int:
        """Return how many are provisioned for functions that reserve none."""
        return sum(
            entry.total_provisioned for entry in self.entries.values() if entry.reserved is None
        )


def is_version(qualifier: str) -> bool:
    return _VERSION.fullmatch(qualifier) is not None
