from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from harness.call import Bytes, Call, Reply
from harness.services.secrets_manager import SecretsManager


@given(st.binary(max_size=40), st.sampled_from([200, 400, 404, 500]), st.binary(max_size=40))
def test_any_request_and_any_answer_goes_through(request: bytes, status: int, answer: bytes):
    async def moto(call: Call) -> Reply:
        assert await call.body.read() == request
        return Reply(status, body=answer)

    call = Call("secretsmanager", "GetSecretValue", "POST", "/", body=Bytes(request))
    reply = asyncio.run(SecretsManager(moto).handle(call))
    assert (reply.status, reply.body) == (400 if status == 404 else status, answer)
