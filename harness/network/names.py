"""The names of services: in VPC endpoints, and in the SDK's `AWS_ENDPOINT_URL_<SERVICE>` (pure).

The second is botocore's service id in capitals. Several SDK services share an endpoint's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_SDK_NAMES: Mapping[str, tuple[str, ...]] = {
    "s3": ("S3",),
    "dynamodb": ("DYNAMODB",),
    "secretsmanager": ("SECRETS_MANAGER",),
    "bedrock-runtime": ("BEDROCK_RUNTIME",),
    "bedrock": ("BEDROCK",),
    "bedrock-agent-runtime": ("BEDROCK_AGENT_RUNTIME",),
    "sqs": ("SQS",),
    "sns": ("SNS",),
    "lambda": ("LAMBDA",),
    "sts": ("STS",),
    "kms": ("KMS",),
    "ssm": ("SSM",),
    "logs": ("CLOUDWATCH_LOGS",),
    "monitoring": ("CLOUDWATCH",),
    "events": ("EVENTBRIDGE", "CLOUDWATCH_EVENTS"),
    "states": ("SFN",),
    "kinesis-streams": ("KINESIS",),
    "kinesis-firehose": ("FIREHOSE",),
    "ec2": ("EC2",),
    "ecr.api": ("ECR",),
    "ecs": ("ECS",),
    "execute-api": ("APIGATEWAYMANAGEMENTAPI",),
    "rds-data": ("RDS_DATA",),
    "rds": ("RDS",),
    "textract": ("TEXTRACT",),
    "email": ("SES", "SESV2"),
    "xray": ("XRAY",),
    "elasticfilesystem": ("EFS",),
    "scheduler": ("SCHEDULER",),
    "servicediscovery": ("SERVICEDISCOVERY",),
    "cloudformation": ("CLOUDFORMATION",),
    "athena": ("ATHENA",),
    "glue": ("GLUE",),
    "comprehend": ("COMPREHEND",),
    "translate": ("TRANSLATE",),
    "rekognition": ("REKOGNITION",),
}


def sdk_names(service: str) -> tuple[str, ...]:
    """Return what the SDK calls the service of a VPC endpoint; most by the same name."""
    return _SDK_NAMES.get(service, (service.upper().replace("-", "_").replace(".", "_"),))


def endpoint_name(signing_name: str, path: str) -> str | None:
    """Return the service of a VPC endpoint that a signed call is for, None when that is not known.

    path: of the call; two services sign as "bedrock".
    """
    if signing_name == "bedrock" and path.startswith("/model/"):
        return "bedrock-runtime"
    return signing_name if signing_name in _SDK_NAMES else None


def endpoint_variables(services: Iterable[str], url: str, elsewhere: str) -> dict[str, str]:
    """Return the variables that lead an SDK to `url` for `services` and `elsewhere` else."""
    names = [name for service in services for name in sdk_names(service)]
    found = {f"AWS_ENDPOINT_URL_{name}": url for name in sorted(names)}
    return {"AWS_ENDPOINT_URL": elsewhere, **found}
