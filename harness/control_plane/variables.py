"""What moto reads from its environment when it is imported."""

from __future__ import annotations

from harness.aws import ACCOUNT

# AWS managed policies exist as on AWS; AMIs are not needed.
ENVIRONMENT = {
    "MOTO_ACCOUNT_ID": ACCOUNT,
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_LAMBDA_STUB_ECR": "true",
    "PYTHONUNBUFFERED": "1",
}
