"""X-Ray: traces of functions as `Lambda Developer Guide, services-xray` describes them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, eventually, unique
from tests.contracts.roles import role

ACTIVE = {"TracingConfig": {"Mode": "Active"}}
DAEMON = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
ROOT = "1-5759e988-bd862e3fe1be46a994272793"
IN_A_PROCESS = pytest.mark.process("the image of a runtime does not have the X-Ray SDK")


def trace_id(header: str) -> str:
    return header.split(";")[0].removeprefix("Root=")


def trace(account: Account, identity: str) -> dict[str, Any]:
    """Return the documents of a trace by origin; "" for what has none."""
    (found,) = account.xray.batch_get_traces(TraceIds=[identity])["Traces"]
    assert found["Id"] == identity
    documents = [json.loads(segment["Document"]) for segment in found["Segments"]]
    return {document.get("origin", ""): document for document in documents}


def found(account: Account, expression: str) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    answer = account.xray.get_trace_summaries(
        StartTime=now - timedelta(minutes=5), EndTime=now, FilterExpression=expression
    )
    return list(answer["TraceSummaries"])


def names(segment: dict[str, Any]) -> list[str]:
    return [below["name"] for below in segment.get("subsegments", [])]


@IN_A_PROCESS
def test_a_trace_has_the_segments_of_lambda_and_of_the_function(account: Account):
    function = account.function("traced.handler", **ACTIVE)
    identity = trace_id(function.result({"id": "d-1"}))
    documents = trace(account, identity)
    service, own = documents["AWS::Lambda"], documents["AWS::Lambda::Function"]
    assert len(documents) == 2
    assert service["name"] == own["name"] == function.name
    assert own["parent_id"] == service["id"]
    assert names(own) == ["Initialization", "Invocation"]
    (outer,) = own["subsegments"][1]["subsegments"]
    assert (outer["name"], names(outer)) == ("outer", ["inner"])
    assert outer["annotations"] == {"document_id": "d-1"}
    assert service["start_time"] <= outer["start_time"] <= outer["end_time"] <= own["end_time"]


@IN_A_PROCESS
def test_a_trace_is_found_by_what_is_in_it(account: Account):
    function, document = account.function("traced.handler", **ACTIVE), unique("document")
    identity = trace_id(function.result({"id": document}))
    by_id = f'annotation.document_id = "{document}"'
    (summary,) = found(account, by_id)
    assert (summary["Id"], summary["HasFault"], summary["IsPartial"]) == (identity, False, False)
    (value,) = summary["Annotations"]["document_id"]
    assert value["AnnotationValue"] == {"StringValue": document}
    assert {service["Type"] for service in summary["ServiceIds"]} == {
        "AWS::Lambda",
        "AWS::Lambda::Function",
    }
    assert found(account, f'service("{function.name}") AND ok AND duration >= 0 AND {by_id}')
    assert not found(account, f"{by_id} AND (fault OR annotation[other] = 1)")
    assert not found(account, f'NOT {by_id} && service("{function.name}")')


@IN_A_PROCESS
def test_an_error_is_a_fault_with_its_cause(account: Account):
    function, document = account.function("traced.handler", **ACTIVE), unique("document")
    function.error({"id": document, "fail": "on purpose"})
    (summary,) = found(account, f'annotation[document_id] = "{document}" AND fault')
    own = trace(account, summary["Id"])["AWS::Lambda::Function"]
    assert own["fault"] is True
    assert own["cause"]["exceptions"] == [{"type": "ValueError", "message": "on purpose"}]


def test_who_called_decides_what_is_traced(account: Account):
    """Active begins traces of its own; PassThrough only hands on what it was given."""
    active = account.function("traced.header", **ACTIVE)
    passing = account.function("traced.header")

    def invoked(function: Any, header: str) -> str:
        client = account.client("lambda")
        client.meta.events.register(
            "before-call.lambda.Invoke",
            lambda params, **_: params["headers"].update({"X-Amzn-Trace-Id": header}),
        )
        answer = client.invoke(FunctionName=function.name)
        return str(json.load(answer["Payload"]))

    assert "Sampled=1" in active.result()
    assert "Sampled=0" in passing.result()
    assert "Sampled=0" in invoked(active, f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=0")
    handed = invoked(passing, f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1")
    assert handed.startswith(f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1")
    assert not account.xray.batch_get_traces(TraceIds=[ROOT])["Traces"]
    taken = invoked(active, f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1")
    documents = trace(account, ROOT)
    assert documents["AWS::Lambda"]["parent_id"] == "53995c3f42cd8ad8"
    assert f"Parent={documents['AWS::Lambda::Function']['id']}" in taken


@IN_A_PROCESS
def test_one_trace_goes_through_s3(account: Account):
    bucket, document = account.bucket(), unique("document")
    account.notify(bucket, account.function("traced.notified", **ACTIVE))
    writer = account.function("traced.write", {"BUCKET": bucket}, **ACTIVE)
    identity = trace_id(writer.result({"id": document}))

    def both() -> list[str] | None:
        (answer,) = account.xray.batch_get_traces(TraceIds=[identity])["Traces"]
        told = [json.loads(segment["Document"]) for segment in answer["Segments"]]
        functions = [d["name"] for d in told if d["origin"] == "AWS::Lambda::Function"]
        return functions if len(functions) == 2 else None

    assert writer.name in eventually(both)


def test_segments_are_put_and_replaced_when_they_end(account: Account):
    identity = f"1-{int(time.time()):08x}-bd862e3fe1be46a994272793"
    begun = {"id": "70de5b6f19ff9a0a", "trace_id": identity, "name": "mine", "start_time": 1.5}

    def put(**more: Any) -> list[dict[str, Any]]:
        documents = [json.dumps(begun | more)]
        answer = account.xray.put_trace_segments(TraceSegmentDocuments=documents)
        return list(answer["UnprocessedTraceSegments"])

    assert put(in_progress=True) == []
    assert found(account, 'service("mine")')[0]["IsPartial"] is True
    assert put(end_time=2.0) == []
    assert put(in_progress=True) == []
    assert trace(account, identity)[""]["end_time"] == 2.0
    (refused,) = put(end_time=2.0, trace_id="1-x")
    assert (refused["Id"], refused["ErrorCode"]) == ("70de5b6f19ff9a0a", "MissingParameter")


@IN_A_PROCESS
def test_without_the_permission_of_the_role_there_is_no_trace(enforced: Account):
    """On AWS the daemon is refused then, and the function does not notice."""
    allowed, denied = role(enforced), role(enforced)
    enforced.iam.attach_role_policy(RoleName=allowed.name, PolicyArn=DAEMON)
    traced, silent = (
        trace_id(each.function("traced.handler", **ACTIVE).result({"id": "d"}))
        for each in (allowed, denied)
    )
    assert trace(enforced, traced)["AWS::Lambda::Function"]
    assert enforced.xray.batch_get_traces(TraceIds=[silent])["Traces"] == []


@pytest.mark.parametrize("expression", ['user = "me"', "duration >", "((ok)", "@", "ok ok"])
def test_an_expression_that_is_not_understood_is_refused(account: Account, expression: str):
    with pytest.raises(ClientError, match="Invalid filter expression"):
        found(account, expression)


@pytest.mark.parametrize("operation", ["get_service_graph", "get_trace_graph", "get_groups"])
def test_differs_what_is_not_emulated_is_refused_by_name(account: Account, operation: str):
    times = {"StartTime": datetime.now(UTC), "EndTime": datetime.now(UTC)}
    asked = {"get_service_graph": times, "get_trace_graph": {"TraceIds": [ROOT]}}
    with pytest.raises(ClientError, match="is not emulated here"):
        getattr(account.xray, operation)(**asked.get(operation, {}))
