"""The execution role of an attached function, for the SDK in its runtimes to ask for.

Whoever starts a runtime cannot know what will be valid then; the SDK's provider for containers can
ask: AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:PORT/credentials.
"""

from __future__ import annotations

import orjson

from harness.call import Reply
from harness.clock import Clock, iso8601
from harness.errors import AwsError
from harness.iam.sessions import Sessions
from harness.services.lambda_.function import Functions

CREDENTIALS = "/credentials"
_VALID_S = 3600.0
_HEADERS = [("Content-Type", "application/json")]


class Role:
    """Issues a session of the role that `function` has at the moment."""

    def __init__(
        self, function: str, functions: Functions, sessions: Sessions, clock: Clock
    ) -> None:
        self._function = function
        self._functions = functions
        self._sessions = sessions
        self._clock = clock

    async def answer(self) -> Reply:
        """Return credentials as the provider wants them; 404 before there is the function."""
        try:
            function = await self._functions.get(self._function)
        except AwsError as error:
            problem = {"code": error.code, "message": error.message}
            return Reply(error.status, _HEADERS, orjson.dumps(problem))
        issued = self._sessions.issue(function.role_arn, function.name, function.arn)
        answer = {
            "RoleArn": function.role_arn,
            "AccessKeyId": issued.access_key_id,
            "SecretAccessKey": issued.secret_access_key,
            "Token": issued.session_token,
            "Expiration": iso8601(self._clock.now() + _VALID_S),
        }
        return Reply(200, _HEADERS, orjson.dumps(answer))
