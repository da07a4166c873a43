"""Which services a template is about, so that moto can load them before they are asked."""

from __future__ import annotations

import re

_TYPE = re.compile(r"AWS::(\w+)::(\w+)")
_BEHIND_SAM = {"Function": ("Lambda", "IAM"), "HttpApi": ("ApiGatewayV2",)}
# CloudFormation's names to signing names: S3, which everybody asks first, then the slowest to
# load. What is not listed is loaded when it is asked.
_SIGNING_NAMES = {
    "S3": "s3",
    "EC2": "ec2",
    "IAM": "iam",
    "ApiGatewayV2": "apigateway",
    "CloudWatch": "monitoring",
    "ECR": "ecr",
    "Lambda": "lambda",
    "Logs": "logs",
    "SecretsManager": "secretsmanager",
    "SNS": "sns",
    "SQS": "sqs",
}


def services_of(template: str) -> list[str]:
    """Return the signing names of services a template's text mentions, in loading order (pure)."""
    found: set[str] = set()
    for service, kind in _TYPE.findall(template):
        found.update(_BEHIND_SAM.get(kind, ()) if service == "Serverless" else (service,))
    return [signing for name, signing in _SIGNING_NAMES.items() if name in found]
