from __future__ import annotations

from harness.network.findings import suggested, unreachable
from harness.network.reach import Reach


def test_variables_speak_of_services():
    variables = {
        "DB_SECRET_NAME": "a/b",
        "S3_BUCKET": "b",
        "MODEL": "m",
        "TOPIC": "arn:aws:sns:x:1:t",
        "QUEUE": "https://sqs.x.amazonaws.com/1/q",
        "LOG_LEVEL": "INFO",
    }
    found = suggested(variables, ["m"])
    assert found == {"secretsmanager", "s3", "bedrock-runtime", "sns", "sqs"}
    assert suggested({"S3_BUCKET": ""}) == set()


def test_what_is_not_reached_is_said_with_the_reason():
    reach = Reach(services=frozenset({"sqs"}), obstacles={"s3": "vpce-1 is in the way"})
    one, two = unreachable("f", reach, {"s3", "sns", "sqs"})
    assert one.startswith("f does not reach s3 from its subnets: vpce-1 is in the way; ")
    assert two.startswith("f does not reach sns from its subnets: its VPC has no endpoint for it; ")
    assert unreachable("f", Reach(everything=True), {"s3"}) == []
