"""A secret: given as text, or generated as CloudFormation does."""

from __future__ import annotations

import json
from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS

TYPE = "AWS::SecretsManager::Secret"
PROPERTIES: dict[str, Shape] = {
    "Description": Leaf.VALUE,
    "GenerateSecretString": {
        "ExcludeCharacters": Leaf.WRITE_ONLY,
        "ExcludeLowercase": Leaf.WRITE_ONLY,
        "ExcludeNumbers": Leaf.WRITE_ONLY,
        "ExcludePunctuation": Leaf.WRITE_ONLY,
        "ExcludeUppercase": Leaf.WRITE_ONLY,
        "GenerateStringKey": Leaf.WRITE_ONLY,
        "IncludeSpace": Leaf.WRITE_ONLY,
        "PasswordLength": Leaf.WRITE_ONLY,
        "RequireEachIncludedType": Leaf.WRITE_ONLY,
        "SecretStringTemplate": Leaf.WRITE_ONLY,
    },
    "KmsKeyId": Leaf.VALUE,
    "Name": Leaf.VALUE,
    "SecretString": Leaf.SECRET,
    "Tags": TAGS,
}
ATTRIBUTES = frozenset({"Id"})
_DEFAULT_KEY = "alias/aws/secretsmanager"  # DescribeSecret names a key only when it is another


def create(client: Any, properties: Properties, name: str) -> Created:
    request = {k: v for k, v in properties.items() if k != "GenerateSecretString"}
    if "GenerateSecretString" in properties:
        request["SecretString"] = _generated(client, dict(properties["GenerateSecretString"]))
    arn = client.create_secret(**{"Name": name, **request})["ARN"]
    return Created(arn, {"Id": arn})


def _generated(client: Any, rules: dict[str, Any]) -> str:
    template = rules.pop("SecretStringTemplate", None)
    key = rules.pop("GenerateStringKey", None)
    password = client.get_random_password(**rules)["RandomPassword"]
    return json.dumps({**json.loads(template), key: password}) if template else str(password)


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    return {
        "KmsKeyId": _DEFAULT_KEY,
        **client.describe_secret(SecretId=physical_id),
        "SecretString": client.get_secret_value(SecretId=physical_id)["SecretString"],
    }


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_secret(SecretId=physical_id, ForceDeleteWithoutRecovery=True)
