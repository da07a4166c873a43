"""Members of a function's configuration that the control plane accepts and forgets.

They are kept here and put back into its answers, so clients read what they wrote, and the function
is run by it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

_MEMBERS = ("DeadLetterConfig", "EphemeralStorage", "LoggingConfig")


class Unstored:
    """The forgotten members by function name; all versions of a function share them."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}

    def keep(self, name: str, request: Mapping[str, Any]) -> None:
        """Remember what a change of a function set, and give it a new revision."""
        given = {member: request[member] for member in _MEMBERS if member in request}
        revision = {"RevisionId": str(uuid.uuid4())}
        self._kept[name] = {**self._kept.get(name, {}), **given, **revision}

    def forget(self, name: str) -> None:
        self._kept.pop(name, None)

    def completed(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return an answer of the Lambda API, completed wherever it describes a function."""
        if "Configuration" in answer:
            return {**answer, "Configuration": self.completed(answer["Configuration"])}
        if "Functions" in answer:
            return {**answer, "Functions": [self.completed(found) for found in answer["Functions"]]}
        return {**answer, **self._members(answer.get("FunctionName", ""))}

    def _members(self, name: str) -> dict[str, Any]:
        kept = self._kept.get(name, {})
        logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}
        return {**kept, "LoggingConfig": {**logging, **kept.get("LoggingConfig", {})}}
