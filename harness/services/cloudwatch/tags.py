"""The tags of alarms; nothing else of CloudWatch that is emulated here can have any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.errors import AwsError
from harness.services.cloudwatch.alarms import Alarms


class TagOperations:
    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms

    def list(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"Tags": self._of(request["ResourceARN"])}

    def tag(self, request: Mapping[str, Any]) -> dict[str, Any]:
        given = {tag["Key"]: tag for tag in request["Tags"]}
        kept = [tag for tag in self._of(request["ResourceARN"]) if tag["Key"] not in given]
        self._alarms.set_tags(request["ResourceARN"], [*kept, *given.values()])
        return {}

    def untag(self, request: Mapping[str, Any]) -> dict[str, Any]:
        kept = [
            tag for tag in self._of(request["ResourceARN"]) if tag["Key"] not in request["TagKeys"]
        ]
        self._alarms.set_tags(request["ResourceARN"], kept)
        return {}

    def _of(self, arn: str) -> Any:
        tags = self._alarms.tags(arn)
        if tags is None:
            raise AwsError("ResourceNotFoundException", f"{arn} does not exist", 404)
        return tags
