from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import orjson
import pytest

from harness.call import Call
from harness.clock import ManualClock
from harness.journal import Journal
from harness.why.service import Why
from tests.harness.why.lines import BUCKET, KEY, evaluated


def call(**parameters: object) -> Call:
    return Call("harness", "", "GET", "/_harness/why", urlencode(parameters))


def record(journal: Journal, number: int) -> None:
    line = evaluated(call=f"call-{number}")
    detail = {name: value for name, value in line.items() if name not in ("time", "kind")}
    journal.record(line["kind"], **detail)


async def asked(why: Why, **parameters: object) -> tuple[int, dict]:
    reply = await why.handle(call(**parameters))
    return reply.status, orjson.loads(await reply.read())


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal", ManualClock())
    yield journal
    journal.close()


@pytest.fixture
def why(journal: Journal, tmp_path: Path) -> Why:
    return Why(tmp_path / "journal", journal)


def test_it_claims_its_own_path(why: Why):
    assert why.claims(call())
    assert not why.claims(Call("harness", "", "GET", "/_harness/status"))


def test_a_story_is_told(journal: Journal, why: Why):
    record(journal, 1)
    status, answer = asyncio.run(asked(why, bucket=BUCKET, key=KEY))
    assert (status, answer["lines"], answer["settled"]) == (200, 1, True)
    assert [write["call"] for write in answer["writes"]] == ["call-1"]
    assert "has no notification rule" in answer["advice"][0]


def test_a_longer_story_is_waited_for(journal: Journal, why: Why):
    record(journal, 1)

    async def follow() -> dict:
        waiting = asyncio.ensure_future(asked(why, bucket=BUCKET, key=KEY, after=1))
        journal.record("invocation.started", request_id="somebody-else")
        record(journal, 2)
        return (await waiting)[1]

    assert asyncio.run(follow())["lines"] == 2


def test_a_question_without_an_object_is_refused(why: Why):
    for parameters in ({"bucket": BUCKET}, {"key": KEY}, {"bucket": "b", "key": "k", "after": "x"}):
        assert asyncio.run(asked(why, **parameters))[0] == 400
