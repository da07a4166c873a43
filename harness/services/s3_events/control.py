"""`/_harness/s3-delivery`: the delivery profile, read and changed while the environment runs."""

from __future__ import annotations

from harness.call import Call, Reply
from harness.errors import AwsError, UsageError
from harness.json_reply import json_reply
from harness.services.s3_events.delivery import Delivery
from harness.services.s3_events.profile import parse
from harness.services.s3_events.whole_body import whole_body

PATH = "/_harness/s3-delivery"
_LONGEST_PROFILE = 4096


class DeliveryControl:
    """Answers `{"profile": "delay=0.5..3"}`; PUT takes such a text, "off" or nothing for none."""

    name = "s3_delivery"

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def claims(self, call: Call) -> bool:
        return call.service == "harness" and call.path == PATH

    async def handle(self, call: Call) -> Reply:
        if call.method == "PUT":
            try:
                text = (await whole_body(call, _LONGEST_PROFILE)).decode()
                self._delivery.use(parse(text))
            except (UsageError, UnicodeDecodeError, AwsError) as error:
                return json_reply(400, {"message": str(error)})
        elif call.method != "GET":
            return json_reply(405, {"message": f"{PATH} answers GET and PUT"})
        return json_reply(200, {"profile": self._delivery.profile.text()})
