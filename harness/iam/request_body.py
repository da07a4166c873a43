"""What the body of a JSON or query call says, without taking it from whoever answers the call."""

from __future__ import annotations

from urllib.parse import parse_qsl

import orjson

from harness.call import Call
from harness.iam.actions.asked import Request

_FORM = "application/x-www-form-urlencoded"


async def request_body(call: Call) -> Request:
    """Return the members of the request; {} for a body that is neither JSON nor a form.

    A query call has its operation in the form; `call.operation` names it afterwards.
    """
    data = await call.whole()
    if call.header("content-type").startswith(_FORM):
        form = dict(parse_qsl(data.decode(errors="replace"), keep_blank_values=True))
        call.operation = call.operation or form.get("Action", "")
        return form
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}
