from __future__ import annotations

import pytest

from harness.services.apigateway.configuration import Route, Stage
from harness.services.apigateway.routing import select_route, select_stage

KEYS = [
    "$default",
    "ANY /{proxy+}",
    "GET /pets/{proxy+}",
    "GET /pets/dog/{id}",
    "GET /pets/dog/1",
    "ANY /pets/dog/1",
    "GET /pets/{kind}/1",
    "POST /pets",
    "GET /",
]
ROUTES = [Route(key, "NONE", None) for key in KEYS]

CHOICES = [
    ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
    ("PUT", "/pets/dog/1", "ANY /pets/dog/1", {}),
    ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
    ("GET", "/pets/cat/1", "GET /pets/{kind}/1", {"kind": "cat"}),
    ("GET", "/pets/cat/2", "GET /pets/{proxy+}", {"proxy": "cat/2"}),
    ("GET", "/pets/dog/2/toys", "GET /pets/{proxy+}", {"proxy": "dog/2/toys"}),
    ("POST", "/test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
    ("POST", "/pets", "POST /pets", {}),
    ("GET", "/pets", "ANY /{proxy+}", {"proxy": "pets"}),
    ("GET", "/", "GET /", {}),
    ("POST", "/", "$default", {}),
    ("GET", "/pets/dog/", "GET /pets/{proxy+}", {"proxy": "dog/"}),
    ("GET", "/文件/員工 手冊", "ANY /{proxy+}", {"proxy": "文件/員工 手冊"}),
]


@pytest.mark.parametrize(("method", "path", "key", "parameters"), CHOICES)
@pytest.mark.parametrize("order", [1, -1], ids=["declared", "reversed"])
def test_the_most_specific_route_wins_in_any_order(
    method: str, path: str, key: str, parameters: dict[str, str], order: int
):
    match = select_route(ROUTES[::order], method, path)

    assert match is not None
    assert (match.route.key, match.parameters) == (key, parameters)


@pytest.mark.parametrize(
    ("key", "method", "path"),
    [
        ("GET /pets", "POST", "/pets"),
        ("GET /pets", "GET", "/pets/"),
        ("GET /pets", "GET", "/Pets"),
        ("GET /pets/{id}", "GET", "/pets"),
        ("GET /pets/{id}", "GET", "/pets/"),
        ("GET /pets/{id}", "GET", "/pets/1/2"),
        ("GET /pets/{proxy+}", "GET", "/pets"),
        ("GET /pets/{proxy+}", "GET", "/pets/"),
        ("ANY /{proxy+}", "GET", "/"),
    ],
)
def test_no_route_without_an_exact_fit(key: str, method: str, path: str):
    assert select_route([Route(key, "NONE", None)], method, path) is None


def test_a_full_match_wins_over_a_greedy_one_with_more_literals():
    routes = [Route("GET /a/{rest+}", "NONE", None), Route("GET /{x}/{y}", "NONE", None)]

    match = select_route(routes, "GET", "/a/b")

    assert match is not None
    assert match.route.key == "GET /{x}/{y}"


@pytest.mark.parametrize(
    ("names", "path", "stage", "inside"),
    [
        (["$default"], "/documents/1", "$default", "/documents/1"),
        (["$default", "dev"], "/dev/documents", "dev", "/documents"),
        (["$default", "dev"], "/dev", "dev", "/"),
        (["$default", "dev"], "/develop", "$default", "/develop"),
        (["dev"], "/dev/", "dev", "/"),
    ],
)
def test_a_stage_is_named_by_the_first_segment(
    names: list[str], path: str, stage: str, inside: str
):
    assert select_stage(map(Stage, names), path) == (Stage(stage), inside)


def test_no_stage_takes_a_path_without_its_name():
    assert select_stage([Stage("dev")], "/documents") is None
