"""SNS is the control plane's, but for functions subscribed to a topic: those are refused.

moto would run such a function itself, outside of everything that Lambda is here. Queues and HTTP
endpoints are subscribed and served as usual.
"""

from __future__ import annotations

from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from harness.call import Bytes, Call, Handler, Reply

_LONGEST_SUBSCRIBE = 64 * 1024
_REFUSAL = (
    "a function subscribed to a topic is not emulated here; subscribe a queue "
    "(docs/services/s3_events.md)"
)


class Subscriptions:
    """Claims the calls that may subscribe something, and passes on what is no function."""

    name = "sns"

    def __init__(self, control_plane: Handler) -> None:
        self._control_plane = control_plane

    def claims(self, call: Call) -> bool:
        # A client's call names its operation in the body only.
        return call.service == "sns" and call.operation in ("", "Subscribe")

    async def handle(self, call: Call) -> Reply:
        length = call.header("content-length")
        if not length.isdigit() or int(length) > _LONGEST_SUBSCRIBE:
            return await self._control_plane(call)
        body = await call.body.read()
        call.body = Bytes(body)
        form = parse_qs(body.decode(errors="replace"))
        if form.get("Action") == ["Subscribe"] and form.get("Protocol") == ["lambda"]:
            return _refusal(call)
        return await self._control_plane(call)


def _refusal(call: Call) -> Reply:
    error = f"<Type>Sender</Type><Code>NotImplemented</Code><Message>{escape(_REFUSAL)}</Message>"
    content = f"<Error>{error}</Error><RequestId>{call.id}</RequestId>"
    namespace = "http://sns.amazonaws.com/doc/2010-03-31/"
    body = f'<ErrorResponse xmlns="{namespace}">{content}</ErrorResponse>'
    headers = [("content-type", "text/xml"), ("x-amzn-requestid", call.id)]
    return Reply(501, headers, body.encode())
