"""Deployment packages for whoever asks for them: what GetFunction's `Code.Location` leads to."""

from __future__ import annotations

import asyncio

from harness.call import Call, Reply
from harness.services.lambda_.code import DOWNLOADS, CodeStore


class CodeDownload:
    name = "harness"

    def __init__(self, code: CodeStore) -> None:
        self._code = code

    def claims(self, call: Call) -> bool:
        return call.service == "harness" and call.path.startswith(DOWNLOADS)

    async def handle(self, call: Call) -> Reply:
        path = self._code.package(call.path.removeprefix(DOWNLOADS))
        if path is None:
            return Reply(404)
        headers = [("content-type", "application/zip")]
        return Reply(200, headers, await asyncio.to_thread(path.read_bytes))
