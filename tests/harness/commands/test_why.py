from __future__ import annotations

import json

import pytest
from werkzeug.wrappers import Request, Response

from harness.why.service import story
from tests.harness.why.lines import BUCKET, KEY, accepted, attempted, evaluated, of, rule

URL = f"s3://{BUCKET}/{KEY}"


class Endpoint:
    """Answers with one stage of a story after the other."""

    def __init__(self, *stages) -> None:
        self._stages = list(stages)
        self.asked: list[dict[str, str]] = []

    def __call__(self, request: Request) -> Response:
        assert request.path == "/_harness/why"
        self.asked.append(dict(request.args))
        stage = self._stages.pop(0) if len(self._stages) > 1 else self._stages[0]
        answer = json.dumps(story(request.args["bucket"], request.args["key"], stage))
        return Response(answer, content_type="application/json")


DONE = [*accepted(), *attempted(101), of("async.succeeded", 102)]


def test_the_story_as_text(harness, environment):
    with environment(Endpoint(DONE)):
        result = harness("why", URL)
    assert result.code == 0
    assert result.out.splitlines()[0] == URL
    assert "attempt 1: warm, succeeded after 50 ms" in result.out


def test_the_story_as_an_object(harness, environment):
    with environment(Endpoint(DONE)):
        result = harness("why", "--json", URL)
    assert json.loads(result.out) == story(BUCKET, KEY, DONE)


def test_an_object_nobody_wrote_is_a_failure(harness, environment):
    with environment(Endpoint([])):
        result = harness("why", URL)
    assert result.code == 1
    assert "No write of s3://docs/" in result.out


def test_it_is_followed_to_its_end(harness, environment):
    endpoint = Endpoint([evaluated(rule())], [evaluated(rule())], accepted(), DONE)
    with environment(endpoint):
        result = harness("why", "--follow", URL)
    assert result.code == 0
    assert [asked.get("after") for asked in endpoint.asked] == [None, "1", "1", "3"]
    assert "attempt 1: warm, succeeded" in result.out


def test_only_the_latest_writes_are_shown(harness, environment):
    many = [evaluated(at=100 + n, call=f"call-{n}", version_id=f"v{n}") for n in range(7)]
    with environment(Endpoint(many)):
        few, everything = harness("why", URL), harness("why", "--all", URL)
    assert "2 earlier writes are not shown; use --all" in few.out
    assert "version v1," not in few.out
    assert "version v1," in everything.out


@pytest.mark.parametrize("text", ["docs/key", "s3://docs", "s3://docs/"])
def test_something_that_is_no_object_is_refused(harness, text):
    result = harness("why", text)
    assert result.code == 2
    assert "s3://BUCKET/KEY" in result.err
