"""Keeps CloudFormation of the control plane from making mappings that only it would know of."""

from __future__ import annotations

from urllib.parse import unquote_plus

from harness.call import Bytes, Call, Handler, Reply

_TYPE = "AWS::Lambda::EventSourceMapping"
_REFUSAL = f"""\
<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
<Code>NotImplemented</Code><Message>{_TYPE} in a stack of the CloudFormation API is not emulated
here: use the template of `harness up`, or lambda:CreateEventSourceMapping</Message></Error>
</ErrorResponse>"""


class Stacks:
    """Claims CloudFormation, and forwards whatever names no event source mapping."""

    name = "cloudformation"

    def __init__(self, control_plane: Handler) -> None:
        self._control_plane = control_plane

    def claims(self, call: Call) -> bool:
        return call.service == "cloudformation"

    async def handle(self, call: Call) -> Reply:
        body = await call.body.read()
        if _TYPE in unquote_plus(body.decode(errors="replace")):
            return Reply(501, [("content-type", "text/xml")], _REFUSAL.encode())
        call.body = Bytes(body)
        call.headers = [header for header in call.headers if header[0] != "transfer-encoding"]
        if not call.header("content-length"):
            call.headers.append(("content-length", str(len(body))))
        return await self._control_plane(call)
