from __future__ import annotations

from harness.stack.openapi import Route, cors, cors_section, paths, routes, tag_list, tags
from harness.stack.properties import differences, unhandled
from harness.stack.resources.apigatewayv2_api import PROPERTIES

URI = "arn:aws:apigateway:r:lambda:path/2015-03-31/functions/arn:fn/invocations"


def operation(**extra):
    integration = {"httpMethod": "POST", "type": "aws_proxy", "uri": URI, **extra}
    return {"x-amazon-apigateway-integration": integration, "responses": {}}


BODY = {
    "openapi": "3.0.1",
    "info": {"title": "api", "version": "1.0"},
    "paths": {
        "$default": {
            "x-amazon-apigateway-any-method": {
                **operation(payloadFormatVersion="2.0"),
                "isDefaultRoute": True,
            }
        },
        "/documents/{id}": {"get": operation(timeoutInMillis=5000)},
        "/{proxy+}": {"x-amazon-apigateway-any-method": operation()},
    },
    "x-amazon-apigateway-cors": {"allowOrigins": ["*"], "maxAge": 60},
    "tags": [{"name": "httpapi:createdBy", "x-amazon-apigateway-tag-value": "SAM"}],
}


def test_each_path_and_method_becomes_a_route():
    found = {route.key: route.integration for route in routes(BODY)}
    assert list(found) == ["$default", "GET /documents/{id}", "ANY /{proxy+}"]
    assert found["$default"]["IntegrationType"] == "AWS_PROXY"
    assert found["$default"]["IntegrationUri"] == URI
    assert found["$default"]["PayloadFormatVersion"] == "2.0"
    assert found["GET /documents/{id}"]["TimeoutInMillis"] == 5000


def test_routes_and_paths_are_inverse():
    body = {**BODY, "paths": paths(routes(BODY)), "tags": tag_list(tags(BODY))} | cors_section(
        cors(BODY)
    )
    assert list(differences({"Body": BODY}, {"Body": body}, PROPERTIES)) == []


def test_cors_is_told_as_the_api_takes_it():
    assert cors(BODY) == {"AllowOrigins": ["*"], "MaxAge": 60}
    assert cors({}) is None
    assert cors_section(None) == {}


def test_a_route_that_is_gone_is_noticed():
    remaining = [route for route in routes(BODY) if route.key != "$default"]
    found = {"Body": {**BODY, "paths": paths(remaining)}}
    (first, *_) = differences({"Body": BODY}, found, PROPERTIES)
    assert first.path.startswith("Body.paths.$default.x-amazon-apigateway-any-method.")


def test_a_changed_target_is_noticed():
    changed = [
        Route(route.key, {**route.integration, "IntegrationUri": "other"}) for route in routes(BODY)
    ]
    found = {"Body": {**BODY, "paths": paths(changed)}}
    assert all(d.path.endswith(".uri") for d in differences({"Body": BODY}, found, PROPERTIES))


def test_what_is_not_built_is_not_accepted():
    body = {**BODY, "paths": {"/x": {"get": {**operation(), "security": [{"jwt": []}]}}}}
    assert [path for path, _ in unhandled({"Body": body}, PROPERTIES)] == [
        "Body.paths./x.get.security"
    ]
