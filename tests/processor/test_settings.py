from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from processor import settings
from processor.errors import ConfigurationError
from processor.settings import DatabaseCredentials
from tests.processor.conftest import REGION

SECRET = {"host": "db", "port": "5433", "dbname": "hr", "username": "app", "password": "pw"}


@pytest.fixture
def secrets(aws: str) -> Iterator[Any]:
    client = boto3.client("secretsmanager", region_name=REGION)
    yield client
    client.close()


def test_secret_of_aws_form_is_understood() -> None:
    credentials = settings.parse_database("s", SECRET)
    assert credentials == DatabaseCredentials("db", 5433, "hr", "app", "pw")


def test_secret_of_the_team_is_understood() -> None:
    secret = {name: value for name, value in SECRET.items() if name not in {"dbname", "port"}}
    credentials = settings.parse_database("s", secret | {"database": "hr_chatbot"})
    assert (credentials.dbname, credentials.port) == ("hr_chatbot", 5432)


@pytest.mark.parametrize("member", ["host", "dbname", "username", "password"])
def test_missing_member_is_named(member: str) -> None:
    secret = {name: value for name, value in SECRET.items() if name != member}
    with pytest.raises(ConfigurationError, match=member):
        settings.parse_database("hr-chatbot/database", secret)


def test_port_that_is_no_number_is_named() -> None:
    with pytest.raises(ConfigurationError, match="port"):
        settings.parse_database("s", SECRET | {"port": "tcp"})


def test_passwords_are_not_shown() -> None:
    assert "pw" not in repr(settings.parse_database("s", SECRET))
    assert "key" not in repr(settings.AppSecrets("key", "HS256")).replace("secret_key", "")


@pytest.mark.parametrize("environment", [{}, {"NAME": ""}])
def test_missing_variable_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="NAME"):
        settings.variable("NAME", environment)


def test_settings_come_from_environment_and_secret(
    secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.create_secret(Name="settings/database", SecretString=json.dumps(SECRET))
    monkeypatch.setenv("DB_SECRET_NAME", "settings/database")
    monkeypatch.setenv("EMBEDDING_MODEL_ID", "cohere.embed-v4:0")
    monkeypatch.setenv("LLM_MODEL_ID", "amazon.nova-pro-v1:0")
    settings.load.cache_clear()
    loaded = settings.load()
    assert (loaded.db.host, loaded.embedding_model_id) == ("db", "cohere.embed-v4:0")

    rotated = SECRET | {"password": "new"}
    secrets.put_secret_value(SecretId="settings/database", SecretString=json.dumps(rotated))
    assert settings.load() is loaded
    assert settings.database_credentials().password == "new"
    settings.load.cache_clear()


def test_signing_key_is_read(secrets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets.create_secret(Name="settings/app", SecretString='{"secret_key": "k"}')
    monkeypatch.setenv("APP_SECRET_NAME", "settings/app")
    assert settings.app_secrets() == settings.AppSecrets("k", "HS256")


@pytest.mark.parametrize("text", ["no json", "[1]"])
def test_secret_that_is_no_object_is_refused(
    text: str, secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"settings/bad-{len(text)}"
    secrets.create_secret(Name=name, SecretString=text)
    monkeypatch.setenv("DB_SECRET_NAME", name)
    with pytest.raises(ConfigurationError, match="JSON object"):
        settings.database_credentials()


def test_missing_secret_is_named(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_SECRET_NAME", "settings/nowhere")
    with pytest.raises(ConfigurationError, match="settings/nowhere"):
        settings.database_credentials()


@pytest.mark.parametrize(
    ("size", "megabytes"), [("2048", 1228), ("10240", 6144), ("128", 256), ("", 1200), ("x", 1200)]
)
def test_reader_gets_a_share_of_the_functions_memory(size: str, megabytes: int) -> None:
    environment = {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": size}
    assert settings.reader_memory_bytes(environment) >> 20 == megabytes
