"""The project's own template.yaml, applied to the control plane and read back with boto3."""

from __future__ import annotations

import json

import pytest
from cfnlint.api import lint_file

from tests.harness.stack.conftest import ROOT, Applied, ControlPlane

ACCOUNT = "123456789012"
BUCKET = "hr-chatbot-documents-ap-northeast-1"
REGISTRY = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com"
PROCESSOR = "hr-chatbot-file-processor"
PROCESSOR_ARN = f"arn:aws:lambda:ap-northeast-1:{ACCOUNT}:function:{PROCESSOR}"
BACKEND = "hr-chatbot-backend"
RECONCILE = "hr-chatbot-reconcile"
DEAD_LETTERS_ARN = f"arn:aws:sqs:ap-northeast-1:{ACCOUNT}:hr-chatbot-file-processor-dlq"
PASSWORD = "a-password-of-the-test"


@pytest.fixture(scope="module")
def applied(moto: ControlPlane) -> Applied:
    moto.reset()
    offered = {"DatabasePassword": PASSWORD, "DatabasePort": "6543", "Unknown": "ignored"}
    return moto.apply(ROOT / "template.yaml", offered)


@pytest.fixture(scope="module")
def client(moto: ControlPlane, applied: Applied):
    return moto.client


def test_aws_would_accept_the_template():
    assert [str(match) for match in lint_file(ROOT / "template.yaml")] == []


def test_the_events_tell_the_story(applied):
    assert applied.code == 0
    first, *others, last = applied.events
    created = [event for event in others if event["event"] == "created"]
    assert first["event"] == "expanded"
    assert first["resources"] == len(created) == len(last["resources"])
    assert all(event["seconds"] >= 0 for event in created)


def test_the_migration_is_due_when_its_secret_exists(applied):
    names = [event.get("logical_id", event["event"]) for event in applied.events]
    assert names[names.index("setup") - 1] == "DatabaseSecret"
    (setup,) = [event for event in applied.events if event["event"] == "setup"]
    assert setup["command"] == ["python", "-m", "processor.migrate"]


def test_images_name_the_code_that_stands_for_them(applied):
    expected = {
        PROCESSOR: {
            "reference": f"{REGISTRY}/{PROCESSOR}:v1",
            "architecture": "x86_64",
            "context": str(ROOT),
            "dockerfile": "Dockerfile.file-processor",
            "command": ["processor.handler.handler"],
        },
        BACKEND: {
            "reference": f"{REGISTRY}/{BACKEND}:v1",
            "architecture": "x86_64",
            "context": str(ROOT),
            "dockerfile": "Dockerfile.backend",
            "command": ["api.handler.handler"],
        },
    }
    assert applied.events[0]["images"] == applied.last["images"] == expected


def test_outputs_are_resolved(applied):
    api_id = applied.last["resources"]["HttpApi"]["physical_id"]
    outputs = applied.last["outputs"]
    assert outputs["ApiUrl"] == f"https://{api_id}.execute-api.ap-northeast-1.amazonaws.com"
    assert outputs["FileProcessorArn"] == PROCESSOR_ARN
    assert outputs["DocumentsBucketName"] == BUCKET


def test_the_harness_section_is_handed_on(applied):
    section = applied.last["harness"]
    assert section["BearerToken"]["SecretId"] == "hr-chatbot/app-secrets"
    assert section["Setup"]


def test_bucket(client):
    s3 = client("s3")
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == "ap-northeast-1"
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    access = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert list(access.values()) == [True] * 4


def test_notification_and_the_permission_it_needs(client):
    answer = client("s3").get_bucket_notification_configuration(Bucket=BUCKET)
    rules = answer["LambdaFunctionConfigurations"]
    told = {event for rule in rules for event in rule["Events"]}
    assert told == {"s3:ObjectCreated:*", "s3:ObjectRemoved:*"}
    for rule in rules:
        assert rule["LambdaFunctionArn"] == PROCESSOR_ARN
        (prefix,) = rule["Filter"]["Key"]["FilterRules"]
        assert (prefix["Name"].lower(), prefix["Value"]) == ("prefix", "uploads/")
    policy = json.loads(client("lambda").get_policy(FunctionName=PROCESSOR)["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Action"] == "lambda:InvokeFunction"
    assert statement["Condition"]["StringEquals"] == {"AWS:SourceAccount": ACCOUNT}


def test_schedule_and_the_permission_it_needs(client):
    events = client("events")
    (rule,) = events.list_rules()["Rules"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(15 minutes)", "ENABLED")
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == PROCESSOR_ARN.replace(PROCESSOR, RECONCILE)
    policy = json.loads(client("lambda").get_policy(FunctionName=RECONCILE)["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"]["ArnLike"] == {"AWS:SourceArn": rule["Arn"]}


COMMON = {
    "DB_SECRET_NAME": "hr-chatbot/database",
    "APP_SECRET_NAME": "hr-chatbot/app-secrets",
    "LLM_MODEL_ID": "amazon.nova-pro-v1:0",
    "EMBEDDING_MODEL_ID": "cohere.embed-v4:0",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_METRICS_NAMESPACE": "HrChatbot",
}


@pytest.mark.parametrize(
    ("name", "memory", "seconds", "command", "variables"),
    [
        (
            PROCESSOR,
            2048,
            300,
            "processor.handler.handler",
            {"POWERTOOLS_SERVICE_NAME": "file-processor"},
        ),
        (
            RECONCILE,
            2048,
            300,
            "processor.reconcile.handler",
            {"POWERTOOLS_SERVICE_NAME": "reconcile", "S3_BUCKET": BUCKET},
        ),
        (
            BACKEND,
            1024,
            30,
            "api.handler.handler",
            {
                "POWERTOOLS_SERVICE_NAME": "backend",
                "ENABLE_RAG": "true",
                "USE_S3": "true",
                "S3_BUCKET": BUCKET,
            },
        ),
    ],
)
def test_functions(client, applied, name, memory, seconds, command, variables):
    found = client("lambda").get_function(FunctionName=name)
    configuration = found["Configuration"]
    assert configuration["PackageType"] == "Image"
    assert configuration["MemorySize"] == memory
    assert configuration["Timeout"] == seconds
    assert configuration["Architectures"] == ["x86_64"]
    assert configuration["TracingConfig"] == {"Mode": "Active"}
    assert configuration["Role"] == f"arn:aws:iam::{ACCOUNT}:role/hr-chatbot-lambda-role"
    assert configuration["Environment"]["Variables"] == {**COMMON, **variables}
    assert configuration["ImageConfigResponse"]["ImageConfig"]["Command"] == [command]
    image = BACKEND if name == BACKEND else PROCESSOR
    assert found["Code"]["ImageUri"].endswith(f"/{image}:v1")
    subnets = [applied.last["resources"][name]["physical_id"] for name in ("SubnetA", "SubnetB")]
    assert sorted(configuration["VpcConfig"]["SubnetIds"]) == sorted(subnets)


def test_failed_events_are_retried_and_then_kept(client):
    found = client("lambda").get_function_event_invoke_config(FunctionName=PROCESSOR)
    assert found["MaximumRetryAttempts"] == 2
    assert found["MaximumEventAgeInSeconds"] == 3600
    assert found["DestinationConfig"]["OnFailure"]["Destination"] == DEAD_LETTERS_ARN
    url = client("sqs").get_queue_url(QueueName="hr-chatbot-file-processor-dlq")["QueueUrl"]
    attributes = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    assert attributes["Attributes"]["MessageRetentionPeriod"] == "1209600"


def test_role(client):
    iam = client("iam")
    role = "hr-chatbot-lambda-role"
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert {policy["PolicyName"] for policy in attached} == {
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
        "SecretsManagerReadWrite",
        "AWSXRayDaemonWriteAccess",
        "AmazonBedrockFullAccess",
    }
    policy = iam.get_role_policy(RoleName=role, PolicyName="hr-chatbot-s3-access")
    objects, bucket, versions = policy["PolicyDocument"]["Statement"]
    assert objects["Resource"] == f"arn:aws:s3:::{BUCKET}/uploads/*"
    assert {"s3:GetObject", "s3:PutObject"} <= set(objects["Action"])
    assert (bucket["Action"], bucket["Resource"]) == ("s3:ListBucket", f"arn:aws:s3:::{BUCKET}")
    assert (versions["Action"], versions["Resource"]) == (
        "s3:ListBucketVersions",
        f"arn:aws:s3:::{BUCKET}",
    )


def test_secrets(client):
    def secret(name):
        return json.loads(client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])

    database = secret("hr-chatbot/database")
    assert database["password"] == PASSWORD
    assert (database["port"], database["dbname"]) == (6543, "hr_chatbot")
    application = secret("hr-chatbot/app-secrets")
    assert application["algorithm"] == "HS256"
    assert len(application["secret_key"]) == 64
    assert application["secret_key"].isalnum()


def test_the_api_sends_everything_to_the_backend(client, applied):
    gateway = client("apigatewayv2")
    api_id = applied.last["resources"]["HttpApi"]["physical_id"]
    (route,) = gateway.get_routes(ApiId=api_id)["Items"]
    (integration,) = gateway.get_integrations(ApiId=api_id)["Items"]
    assert route["RouteKey"] == "$default"
    assert route["Target"] == f"integrations/{integration['IntegrationId']}"
    assert integration["IntegrationType"] == "AWS_PROXY"
    assert integration["PayloadFormatVersion"] == "2.0"
    assert f":function:{BACKEND}/invocations" in integration["IntegrationUri"]
    (stage,) = gateway.get_stages(ApiId=api_id)["Items"]
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    limits = {"ThrottlingBurstLimit": 1000, "ThrottlingRateLimit": 500.0}
    assert limits.items() <= stage["DefaultRouteSettings"].items()
    cors = gateway.get_api(ApiId=api_id)["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://hr-chatbot.example.com"]
    assert {"authorization", "if-none-match", "prefer"} <= set(cors["AllowHeaders"])
    policy = json.loads(client("lambda").get_policy(FunctionName=BACKEND)["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert f":{api_id}/" in statement["Condition"]["ArnLike"]["AWS:SourceArn"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "file-processor-high-error-rate",
            ("Errors", "Average", 300, 0.05, "GreaterThanThreshold", 1),
        ),
        ("file-processor-timeout", ("Duration", "Maximum", 300, 290000, "GreaterThanThreshold", 1)),
        (
            "file-processor-events-dropped",
            ("AsyncEventsDropped", "Sum", 60, 1, "GreaterThanOrEqualToThreshold", 1),
        ),
    ],
)
def test_alarms(client, name, expected):
    (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    keys = (
        "MetricName",
        "Statistic",
        "Period",
        "Threshold",
        "ComparisonOperator",
        "EvaluationPeriods",
    )
    assert tuple(alarm[key] for key in keys) == expected
    assert alarm["Namespace"] == "AWS/Lambda"
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": PROCESSOR}]


def test_the_alarm_on_what_users_wait_for(client):
    name = "documents-slow-to-complete"
    (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("HrChatbot", "CompletionTime")
    assert (alarm["ExtendedStatistic"], alarm["Threshold"]) == ("p95", 60000)


def test_dashboard_shows_both_functions(client):
    answer = client("cloudwatch").get_dashboard(DashboardName="hr-chatbot-documents")
    widgets = json.loads(answer["DashboardBody"])["widgets"]
    metrics = json.dumps([widget["properties"]["metrics"] for widget in widgets])
    for shown in (PROCESSOR, BACKEND, BUCKET, "Throttles", "CompletionTime"):
        assert shown in metrics


def test_log_groups_exist_and_forget(client):
    groups = client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
    assert {(group["logGroupName"], group["retentionInDays"]) for group in groups} == {
        (f"/aws/lambda/{PROCESSOR}", 30),
        (f"/aws/lambda/{BACKEND}", 30),
        (f"/aws/lambda/{RECONCILE}", 30),
    }


def test_network(client, applied):
    ec2 = client("ec2")
    vpc_id = applied.last["resources"]["Vpc"]["physical_id"]
    mine = [{"Name": "vpc-id", "Values": [vpc_id]}]
    subnets = ec2.describe_subnets(Filters=mine)["Subnets"]
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 2
    endpoints = ec2.describe_vpc_endpoints(Filters=mine)["VpcEndpoints"]
    assert {(e["ServiceName"].rpartition(".")[2], e["VpcEndpointType"]) for e in endpoints} == {
        ("s3", "Gateway"),
        ("secretsmanager", "Interface"),
        ("bedrock-runtime", "Interface"),
    }
    (gateway,) = [e for e in endpoints if e["VpcEndpointType"] == "Gateway"]
    table = applied.last["resources"]["RouteTable"]["physical_id"]
    assert gateway["RouteTableIds"] == [table]
    (found,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    assert {a["SubnetId"] for a in found["Associations"]} == {s["SubnetId"] for s in subnets}


def test_repositories_keep_their_tags(client):
    repositories = client("ecr").describe_repositories()["repositories"]
    assert {repository["repositoryName"] for repository in repositories} == {PROCESSOR, BACKEND}
    assert {repository["imageTagMutability"] for repository in repositories} == {"IMMUTABLE"}
    assert all(r["imageScanningConfiguration"]["scanOnPush"] for r in repositories)


def test_no_event_shows_a_secret(applied):
    assert PASSWORD not in json.dumps(applied.events)
