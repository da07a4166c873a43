from __future__ import annotations

import pytest

from harness.call import Call
from harness.services.apigateway.stages import Stages, updated

STAGE = {
    "stageName": "live",
    "description": "old",
    "defaultRouteSettings": {"throttlingBurstLimit": 1, "throttlingRateLimit": 2.0},
    "routeSettings": {"GET /a": {"throttlingBurstLimit": 3}},
}


@pytest.mark.parametrize(
    ("method", "path", "claimed"),
    [
        ("PATCH", "/v2/apis/a/stages/live", True),
        ("DELETE", "/v2/apis/a/stages/live/routesettings/GET%20%2Fa", True),
        ("GET", "/v2/apis/a/stages/live", False),
        ("DELETE", "/v2/apis/a/stages/live", False),
        ("POST", "/v2/apis/a/stages", False),
        ("PATCH", "/v2/apis/a", False),
    ],
)
def test_claimed_is_what_the_control_plane_lacks(method: str, path: str, *, claimed: bool):
    assert Stages(None, "r").claims(Call("apigateway", "", method, path)) is claimed


def test_settings_are_merged_and_the_rest_is_replaced():
    changes = {
        "description": "new",
        "defaultRouteSettings": {"throttlingBurstLimit": 10},
        "routeSettings": {"GET /b": {"throttlingBurstLimit": 4}},
    }
    assert updated(STAGE, changes) == {
        "stageName": "live",
        "description": "new",
        "defaultRouteSettings": {"throttlingBurstLimit": 10, "throttlingRateLimit": 2.0},
        "routeSettings": {
            "GET /a": {"throttlingBurstLimit": 3},
            "GET /b": {"throttlingBurstLimit": 4},
        },
    }
