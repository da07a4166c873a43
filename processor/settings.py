"""What the function is configured with: the only reader of the environment and the secrets."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from processor import aws, limits
from processor.errors import ConfigurationError, TransientError

_ENVIRONMENT = os.environ
_YES = ("1", "y", "yes", "t", "true", "on")  # to Powertools
_CHILD_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ", "TESSDATA_PREFIX")

# The rest is for this process and for what `processor.ocr` may have.
_READER_SHARE = 0.6
_LEAST_READER_BYTES = 256 * 2**20


@dataclass(frozen=True)
class DatabaseCredentials:
    """How to reach PostgreSQL."""

    host: str
    port: int
    dbname: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class AppSecrets:
    """What bearer tokens are signed with."""

    secret_key: str = field(repr=False)
    algorithm: str


@dataclass(frozen=True)
class Settings:
    """The configuration of one sandbox."""

    db: DatabaseCredentials
    embedding_model_id: str
    llm_model_id: str
    region: str


@cache
def load() -> Settings:
    """Return the settings of this sandbox; the environment and the secret are read once.

    Raises `ConfigurationError` for a missing variable or an unusable secret, `TransientError`
    when Secrets Manager does not answer.
    """
    return Settings(
        db=database_credentials(),
        embedding_model_id=variable("EMBEDDING_MODEL_ID"),
        llm_model_id=variable("LLM_MODEL_ID"),
        region=region(),
    )


def database_credentials() -> DatabaseCredentials:
    """Return the credentials as Secrets Manager has them now (they may have been rotated)."""
    name = variable("DB_SECRET_NAME")
    return parse_database(name, _secret(name))


def app_secrets() -> AppSecrets:
    """Return the signing key as Secrets Manager has it now (it may have been rotated)."""
    name = variable("APP_SECRET_NAME")
    secret = _secret(name)
    return AppSecrets(_member(name, secret, "secret_key"), secret.get("algorithm", "HS256"))


def region() -> str:
    """Return the region that Lambda runs this function in."""
    return variable("AWS_REGION")


def service() -> str:
    """Return what this function is called in logs, metrics and traces."""
    return _ENVIRONMENT.get("POWERTOOLS_SERVICE_NAME") or "hr-chatbot"


def metrics_namespace() -> str:
    """Return the namespace of the metrics that this function publishes."""
    return _ENVIRONMENT.get("POWERTOOLS_METRICS_NAMESPACE") or "HrChatbot"


def is_traced(environment: Mapping[str, str] = _ENVIRONMENT) -> bool:
    """Tell whether X-Ray takes a sample of this invocation; Lambda decides that for each."""
    sampled = "Sampled=1" in environment.get("_X_AMZN_TRACE_ID", "").split(";")
    disabled = environment.get("POWERTOOLS_TRACE_DISABLED", "").lower() in _YES
    return sampled and not disabled


def child_environment() -> dict[str, str]:
    """Return what the reader of hostile files may see: how to start, and no credentials."""
    return {name: _ENVIRONMENT[name] for name in _CHILD_VARIABLES if name in _ENVIRONMENT}


def reader_memory_bytes(environment: Mapping[str, str] = _ENVIRONMENT) -> int:
    """Return how much memory the reader of hostile files may take of what the function has."""
    megabytes = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    if not megabytes.isdecimal():
        return limits.MEMORY_BYTES
    return max(int(int(megabytes) * 2**20 * _READER_SHARE), _LEAST_READER_BYTES)


def variable(name: str, environment: Mapping[str, str] = _ENVIRONMENT) -> str:
    """Return the environment variable `name`; raises `ConfigurationError` if unset or empty."""
    value = environment.get(name, "")
    if not value:
        raise ConfigurationError(name, "set this environment variable of the function")
    return value


def parse_database(name: str, secret: Mapping[str, Any]) -> DatabaseCredentials:
    """Return the credentials in `secret`, in AWS's own member names or a hand-made secret's."""
    return DatabaseCredentials(
        host=_member(name, secret, "host"),
        port=_port(name, secret),
        dbname=_member(name, secret, "dbname", "database"),
        user=_member(name, secret, "username"),
        password=_member(name, secret, "password"),
    )


def _member(name: str, secret: Mapping[str, Any], *spellings: str) -> str:
    for spelling in spellings:
        if secret.get(spelling):
            return str(secret[spelling])
    raise ConfigurationError(f"secret {name}", f"add the member {' or '.join(spellings)} to it")


def _port(name: str, secret: Mapping[str, Any]) -> int:
    port = secret.get("port", 5432)
    try:
        return int(port)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"secret {name}", "its port is no number") from error


@cache
def _secrets_manager() -> Any:
    return aws.client("secretsmanager", region())


def _secret(name: str) -> dict[str, Any]:
    try:
        answer = _secrets_manager().get_secret_value(SecretId=name)
    except ClientError as error:
        raise ConfigurationError(f"secret {name}", str(error)) from error
    except BotoCoreError as error:
        raise TransientError("Secrets Manager", error) from error
    return _parse(name, answer["SecretString"])


def _parse(name: str, text: str) -> dict[str, Any]:
    try:
        secret = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"secret {name}", "its value must be a JSON object") from error
    if not isinstance(secret, dict):
        raise ConfigurationError(f"secret {name}", "its value must be a JSON object")
    return secret
