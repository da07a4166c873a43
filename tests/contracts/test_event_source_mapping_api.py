"""What may be set on an event source mapping, and what Lambda says of the rest (§6.2, §6.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.account import ACCOUNT, Account, Function, Queue, eventually
from tests.contracts.buffered import buffered, queue

NOT_EMULATED = 501
PATH = "/2015-03-31/event-source-mappings/"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def function(account: Account) -> Function:
    return account.function("subject.echo", Timeout=1)


@pytest.fixture(scope="module")
def source(account: Account) -> Queue:
    return queue(account)


@pytest.fixture(scope="module")
def fifo(account: Account) -> Queue:
    return queue(account, fifo=True)


def create(account: Account, source: Queue, function: Function, **more: Any) -> dict[str, Any]:
    request = {"EventSourceArn": source.arn, "FunctionName": function.name, **more}
    answer: dict[str, Any] = account.lambda_.create_event_source_mapping(**request)
    return answer


def refused(account: Account, source: Queue, function: Function, **more: Any) -> tuple[str, str]:
    """Return code and message of a creation that must be refused."""
    with pytest.raises(ClientError) as caught:
        create(account, source, function, **more)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


Raw = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def raw(account: Account) -> Iterator[Raw]:
    """Send a request that an SDK would not: raw(method, path, content=…, params=…)."""
    headers = account.signed("lambda")
    with httpx.Client(base_url=account.url, headers=headers, trust_env=False) as client:
        yield client.request


def test_6_2_a_mapping_is_created_with_defaults(account: Account, function: Function):
    source = queue(account)
    made = create(account, source, function)
    about = made.pop("ResponseMetadata")
    assert (about["HTTPStatusCode"], bool(about["RequestId"])) == (202, True)
    assert made.pop("LastModified").tzinfo is not None
    identifier = made.pop("UUID")
    assert UUID.fullmatch(identifier)
    arn = f"arn:aws:lambda:{account.region}:{ACCOUNT}:event-source-mapping:{identifier}"
    assert made == {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "EventSourceArn": source.arn,
        "EventSourceMappingArn": arn,
        "FunctionArn": function.arn,
        "FunctionResponseTypes": [],
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
    }

    def enabled() -> dict[str, Any] | None:
        found: dict[str, Any] = account.lambda_.get_event_source_mapping(UUID=identifier)
        return found if found["State"] == "Enabled" else None

    assert {**eventually(enabled), "State": "Creating"}.items() >= made.items()


def test_6_2_every_setting_comes_back(account: Account, function: Function):
    given_settings: dict[str, Any] = {
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 5,
        "ScalingConfig": {"MaximumConcurrency": 2},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": '{"body":{"a":[1]}}'}]},
    }
    made = create(account, queue(account), function, Enabled=False, **given_settings)
    assert made.items() >= given_settings.items()
    cleared = account.lambda_.update_event_source_mapping(
        UUID=made["UUID"], ScalingConfig={}, FilterCriteria={}, FunctionResponseTypes=[]
    )
    assert cleared["FunctionResponseTypes"] == []
    assert not {"ScalingConfig", "FilterCriteria"} & cleared.keys()
    assert (cleared["BatchSize"], cleared["State"]) == (100, "Updating")


def test_6_2_a_function_is_named_by_version_and_alias(account: Account, function: Function):
    version = account.lambda_.publish_version(FunctionName=function.name)["Version"]
    account.lambda_.create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)
    for qualifier in (version, "live"):
        made = account.lambda_.create_event_source_mapping(
            EventSourceArn=queue(account).arn, FunctionName=f"{function.arn}:{qualifier}"
        )
        assert made["FunctionArn"] == f"{function.arn}:{qualifier}"


def test_6_2_an_alias_is_what_runs(account: Account):
    reports = account.queue()
    function = account.function("batches.keep", {"REPORTS": reports.url})
    version = account.lambda_.publish_version(FunctionName=function.name)["Version"]
    account.lambda_.create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)
    source = queue(account)
    account.lambda_.create_event_source_mapping(
        EventSourceArn=source.arn, FunctionName=f"{function.name}:live"
    )
    source.send("a")
    assert reports.receive() == ['"a"']


@pytest.mark.parametrize(
    ("setting", "code", "message"),
    [
        (
            {"BatchSize": 11},
            "InvalidParameterValueException",
            (
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
                "greater than 10"
            ),
        ),
        (
            {"BatchSize": 10_001, "MaximumBatchingWindowInSeconds": 1},
            "ValidationException",
            (
                "1 validation error detected: Value '10001' at 'batchSize' failed to satisfy "
                "constraint: Member must have value less than or equal to 10000"
            ),
        ),
        (
            {"MaximumBatchingWindowInSeconds": 301},
            "ValidationException",
            (
                "1 validation error detected: Value '301' at 'maximumBatchingWindowInSeconds' "
                "failed to satisfy constraint: Member must have value less than or equal to 300"
            ),
        ),
        (
            {"ScalingConfig": {"MaximumConcurrency": 1001}},
            "ValidationException",
            (
                "1 validation error detected: Value '1001' at 'scalingConfig.maximumConcurrency' "
                "failed to satisfy constraint: Member must have value less than or equal to 1000"
            ),
        ),
        (
            {"FilterCriteria": {"Filters": [{"Pattern": "{not JSON"}]}},
            "InvalidParameterValueException",
            "Invalid filter pattern definition.",
        ),
        (
            {"StartingPosition": "LATEST"},
            "InvalidParameterValueException",
            "StartingPosition is not valid for SQS event sources.",
        ),
        (
            {"EventSourceArn": f"arn:aws:sqs:ap-northeast-1:{ACCOUNT}:missing"},
            "InvalidParameterValueException",
            (
                "Error occurred while ReceiveMessage. SQS Error Code: "
                "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
                "The specified queue does not exist."
            ),
        ),
        (
            {"FunctionName": "missing"},
            "ResourceNotFoundException",
            f"Function not found: arn:aws:lambda:ap-northeast-1:{ACCOUNT}:function:missing:$LATEST",
        ),
    ],
)
def test_6_2_refused_settings(
    account: Account,
    source: Queue,
    function: Function,
    setting: dict[str, Any],
    code: str,
    message: str,
):
    assert refused(account, source, function, **setting) == (code, message)


def test_6_2_fifo_queues_have_small_batches_and_no_window(
    account: Account, fifo: Queue, function: Function
):
    window = {"MaximumBatchingWindowInSeconds": 1}
    expected = (
        "InvalidParameterValueException",
        "Batching window is not supported for FIFO queues",
    )
    assert refused(account, fifo, function, BatchSize=11, **window) == expected
    code, message = refused(account, fifo, function, BatchSize=11)
    assert (code, "10 for FIFO queues" in message) == ("InvalidParameterValueException", True)


@pytest.mark.parametrize(
    ("setting", "status", "code"),
    [
        ({"BatchSize": "ten"}, 400, "SerializationException"),
        ({"BatchSize": 0}, 400, "ValidationException"),
        ({"ScalingConfig": {"MaximumConcurrency": 1}}, 400, "ValidationException"),
        ({"FunctionResponseTypes": ["Nonsense"]}, 400, "ValidationException"),
        ({"Enabled": "yes"}, 400, "SerializationException"),
        ({"EventSourceArn": "nonsense"}, 400, "ValidationException"),
        ({"FunctionName": None}, 400, "ValidationException"),
    ],
)
def test_6_2_requests_that_no_sdk_sends(
    raw: Raw,
    source: Queue,
    function: Function,
    setting: dict[str, Any],
    status: int,
    code: str,
):
    request = {"EventSourceArn": source.arn, "FunctionName": function.name, **setting}
    answer = raw("POST", PATH, json=request)
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (status, code)


def test_6_2_a_second_mapping_of_the_same_two_is_a_conflict(account: Account, function: Function):
    source = queue(account)
    identifier = create(account, source, function)["UUID"]
    code, message = refused(account, source, function)
    assert code == "ResourceConflictException"
    assert message == (
        f'An event source mapping with SQS arn (" {source.arn} ") and function '
        f'(" {function.name} ") already exists. Please update or delete the existing mapping '
        f"with UUID {identifier}"
    )


def test_6_3_1_and_12_28_a_visibility_below_the_time_out_is_refused(account: Account):
    function = account.function("subject.echo", Timeout=300)
    expected = (
        "InvalidParameterValueException",
        "Queue visibility timeout: 30 seconds is less than Function timeout: 300 seconds",
    )
    source = account.queue()
    assert refused(account, source, function) == expected
    short = account.function("subject.echo", Timeout=3)
    made = create(account, source, short)
    with pytest.raises(ClientError) as caught:
        account.lambda_.update_event_source_mapping(UUID=made["UUID"], FunctionName=function.name)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == expected


def test_6_2_lists_are_filtered_and_paged(account: Account):
    one, other = (account.function("subject.echo", Timeout=1) for _ in range(2))
    sources = [queue(account) for _ in range(3)]
    made = {create(account, source, one)["UUID"] for source in sources}
    shared = create(account, sources[0], other)["UUID"]
    pages = account.lambda_.get_paginator("list_event_source_mappings").paginate(
        FunctionName=one.arn, PaginationConfig={"PageSize": 2}
    )
    listed = [[mapping["UUID"] for mapping in page["EventSourceMappings"]] for page in pages]
    assert [len(page) for page in listed] == [2, 1]
    assert set(chain.from_iterable(listed)) == made
    by_queue = account.lambda_.list_event_source_mappings(EventSourceArn=sources[0].arn)
    found = {mapping["UUID"] for mapping in by_queue["EventSourceMappings"]}
    assert (len(found), shared in found) == (2, True)


def test_6_2_an_update_may_not_make_a_second_mapping_of_the_same_two(account: Account):
    one, other = (account.function("subject.echo", Timeout=1) for _ in range(2))
    source = queue(account)
    create(account, source, one)
    second = create(account, source, other)["UUID"]
    with pytest.raises(account.lambda_.exceptions.ResourceConflictException):
        account.lambda_.update_event_source_mapping(UUID=second, FunctionName=one.name)


def test_6_2_a_mapping_that_does_not_exist(account: Account):
    missing = "00000000-0000-0000-0000-000000000000"
    for operation in ("get", "delete", "update"):
        call = getattr(account.lambda_, f"{operation}_event_source_mapping")
        with pytest.raises(account.lambda_.exceptions.ResourceNotFoundException) as caught:
            call(UUID=missing)
        expected = "The resource you requested does not exist."
        assert caught.value.response["Error"]["Message"] == expected


def test_6_3_5_a_mapping_whose_queue_was_deleted_is_disabled(account: Account):
    source = buffered(account)
    source.reached("Enabled")
    account.sqs.delete_queue(QueueUrl=source.queue.url)
    result = source.reached("Disabled")["LastProcessingResult"]
    assert result == "PROBLEM: The specified queue does not exist."


def test_6_3_5_a_mapping_whose_function_was_deleted_is_disabled(account: Account):
    source = buffered(account)
    source.reached("Enabled")
    account.lambda_.delete_function(FunctionName=source.function.name)
    result = source.reached("Disabled")["LastProcessingResult"]
    assert result.startswith(f"PROBLEM: Function not found: {source.function.arn}")
    source.send("kept")
    assert source.queue.message()["Body"] == "kept"


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:kinesis:ap-northeast-1:123456789012:stream/s",
        "arn:aws:dynamodb:ap-northeast-1:123456789012:table/t/stream/2026",
        "arn:aws:kafka:ap-northeast-1:123456789012:cluster/c/1",
        "arn:aws:mq:ap-northeast-1:123456789012:broker:b:1",
    ],
)
def test_differs_other_sources_are_refused_by_name(raw: Raw, function: Function, arn: str):
    answer = raw("POST", PATH, json={"EventSourceArn": arn, "FunctionName": function.name})
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (501, "NotImplemented")
    assert "is not emulated here" in answer.json()["message"]


def test_differs_provisioned_pollers_are_refused_by_name(
    account: Account, source: Queue, function: Function
):
    pollers = {"MinimumPollers": 2}
    code, message = refused(account, source, function, ProvisionedPollerConfig=pollers)
    assert (code, "ProvisionedPollerConfig" in message) == ("NotImplemented", True)


def test_the_control_plane_never_sees_a_mapping(raw: Raw, source: Queue, function: Function):
    """It would take any version in the path for its own operation."""
    request = {"EventSourceArn": source.arn, "FunctionName": function.name}
    for path in ("/2014-11-13/event-source-mappings/", "/x/%65vent-source-mappings/"):
        assert raw("POST", path, json=request).status_code == 404


def test_differs_a_stack_of_the_cloudformation_api_has_no_mappings(account: Account):
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": "f"}}
    template = json.dumps({"Resources": {"Mapping": mapping}})
    with pytest.raises(ClientError) as caught:
        account.cloudformation.create_stack(StackName="mapped", TemplateBody=template)
    assert caught.value.response["Error"]["Code"] == "NotImplemented"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
MEMBERS = st.sampled_from(
    [
        "BatchSize",
        "MaximumBatchingWindowInSeconds",
        "ScalingConfig",
        "FunctionResponseTypes",
        "FilterCriteria",
        "Enabled",
        "FunctionName",
        "EventSourceArn",
        "StartingPosition",
        "Tags",
    ]
)
BODIES = st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode())


@given(setting=st.dictionaries(MEMBERS, JSON, min_size=1, max_size=4), body=st.none() | BODIES)
@settings(max_examples=60, deadline=None)
def test_malformed_requests_get_an_error(raw: Raw, setting: dict[str, Any], body: bytes | None):
    named = {"EventSourceArn": f"arn:aws:sqs:x-y-1:{ACCOUNT}:missing", "FunctionName": "missing"}
    content = json.dumps({**named, **setting}).encode() if body is None else body
    answer = raw("POST", PATH, content=content)
    assert 400 <= answer.status_code < 500 or answer.status_code == NOT_EMULATED
    assert answer.headers["x-amzn-errortype"]
    assert "message" in answer.json()


@given(marker=st.text(max_size=30), count=st.text(max_size=10) | st.integers(), name=st.text())
@settings(max_examples=40, deadline=None)
def test_malformed_listings_get_an_answer(raw: Raw, marker: str, count: Any, name: str):
    answer = raw("GET", PATH, params={"Marker": marker, "MaxItems": count, "FunctionName": name})
    assert 200 <= answer.status_code < 500
