from __future__ import annotations

import pytest

from harness import environment
from harness.environment import Environment
from harness.errors import EnvironmentFailedError
from harness.state import State

ENVIRONMENT = Environment(
    endpoint_url="http://127.0.0.1:4566",
    api_url="http://127.0.0.1:4567",
    region="ap-northeast-1",
    access_key_id="key",
    secret_access_key="secret",
    database_url="postgresql://u:p@127.0.0.1:5/d",
    token="bearer",
    pid=1,
    started_at=1.5,
    template="template.yaml",
    runtime="process",
)


def test_a_client_reads_what_the_environment_saved(tmp_path):
    state = State(tmp_path / "state")
    state.claim()
    ENVIRONMENT.save(state)
    assert environment.load(state) == ENVIRONMENT
    state.clean()


def test_without_an_environment_the_message_says_how_to_get_one(tmp_path):
    with pytest.raises(EnvironmentFailedError, match="start one with `harness up`"):
        environment.load(State(tmp_path))


def test_exports_have_the_names_that_clients_know():
    assert list(ENVIRONMENT.exports()) == [
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_DEFAULT_REGION",
        "API_URL",
        "DATABASE_URL",
        "TOKEN",
    ]


def test_secrets_are_not_in_its_representation():
    for secret in (ENVIRONMENT.secret_access_key, ENVIRONMENT.database_url, ENVIRONMENT.token):
        assert secret not in repr(ENVIRONMENT)
