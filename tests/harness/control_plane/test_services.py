from __future__ import annotations

import pytest

from harness.control_plane.services import services_of


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("", []),
        ("Type: AWS::SQS::Queue", ["sqs"]),
        ("AWS::S3::Bucket AWS::EC2::VPC AWS::IAM::Role", ["s3", "ec2", "iam"]),
        ("AWS::Serverless::Function", ["iam", "lambda"]),
        ("AWS::Serverless::HttpApi", ["apigateway"]),
        ("Type: AWS::CloudWatch::Alarm", ["monitoring"]),
        ("Type: AWS::Glue::Job", []),
        ("!Ref AWS::Region", []),
    ],
)
def test_the_services_a_template_mentions_slowest_first(text, services):
    assert services_of(text) == services
