from __future__ import annotations

import json

from werkzeug.wrappers import Request, Response

HIT = {
    "document_id": "1",
    "file_name": "handbook.pdf",
    "chunk_index": 7,
    "content": "序言。\n" + "很長的內容。" * 60 + "特別休假\t每年十四日。",
    "score": 0.98765,
    "page_from": 3,
    "page_to": 4,
    "heading": "休假",
}


def _answer(request: Request) -> Response:
    assert request.path == "/search"
    wanted = request.args["q"] != "nothing"
    results = [HIT, HIT][: int(request.args["limit"])] if wanted else []
    return Response(json.dumps({"results": results}), content_type="application/json")


def test_a_line_for_each_passage_with_the_part_that_matters(harness, environment):
    with environment(_answer):
        result = harness("search", "特別休假", "--limit", "1")
    assert (result.code, result.err) == (0, "")
    header, row = result.out.splitlines()
    assert header.split("\t") == ["score", "file", "page", "heading", "passage"]
    score, file, page, heading, passage = row.split("\t")
    assert (score, file, page, heading) == ("0.988", "handbook.pdf", "3-4", "休假")
    assert "特別休假 每年" in passage


def test_nothing_found_is_said_and_no_failure(harness, environment):
    with environment(_answer):
        result = harness("search", "nothing")
    assert (result.code, result.out, result.err) == (0, "", "nothing found\n")


def test_what_the_api_refuses_is_its_own_sentence(harness, environment):
    problem = json.dumps({"title": "Invalid", "detail": "limit: at most 50"})
    answer = Response(problem, 422, content_type="application/problem+json")
    with environment(lambda request: answer):
        result = harness("search", "x", "--limit", "99")
    assert (result.code, result.err) == (1, "harness: the API answered 422: limit: at most 50\n")
