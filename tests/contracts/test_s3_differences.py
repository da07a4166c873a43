"""Where S3's events differ from AWS; docs/services/s3_events.md lists these.

A difference that goes away fails its test, and the list is corrected.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.contracts.account import ACCOUNT, Account, unique
from tests.contracts.listener import Listener


def test_differs_everybody_is_the_same_principal(account: Account):
    listener = Listener(account)
    listener.put()
    record = listener.record()
    assert record["userIdentity"] == {"principalId": "AWS:A3NL1KOZZKExample"}
    assert record["requestParameters"] == {"sourceIPAddress": "127.0.0.1"}


def test_differs_no_marker_is_made_for_a_key_that_never_existed(account: Account):
    """On AWS a delete in a versioned bucket always makes a marker, and an event of it."""
    listener = Listener(account, versioned=True)
    answer = listener.s3.delete_object(Bucket=listener.bucket, Key="nothing")
    assert "DeleteMarker" not in answer
    assert listener.no_more()


def test_differs_a_suspended_bucket_forgets_what_is_deleted(account: Account):
    """The event is AWS's, but there is no marker, and all versions are gone."""
    listener = Listener(account, versioned=True)
    listener.put()
    listener.suspend()
    listener.s3.delete_object(Bucket=listener.bucket, Key="k")
    assert [listener.told()[0] for _ in range(2)] == [
        "ObjectCreated:Put",
        "ObjectRemoved:DeleteMarkerCreated",
    ]
    found = listener.s3.list_object_versions(Bucket=listener.bucket)
    assert "DeleteMarkers" not in found
    assert "Versions" not in found


def test_differs_targets_of_eventbridge_need_no_permission_and_some_get_nothing(account: Account):
    """Functions, queues and topics are served; a state machine is left out."""
    queue, name, source = account.queue(), unique("rule"), unique("source")
    machine = f"arn:aws:states:{account.region}:{ACCOUNT}:stateMachine:m"
    account.events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
    targets = [{"Id": "1", "Arn": machine}, {"Id": "2", "Arn": queue.arn}]
    account.events.put_targets(Rule=name, Targets=targets)
    entry = {"Source": source, "DetailType": "t", "Detail": "{}"}
    assert account.events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    assert queue.receive()["source"] == source


def test_the_documentation_lists_exactly_these():
    page = Path(__file__).parents[2] / "docs" / "services" / "s3_events.md"
    here = {name for name in globals() if name.startswith("test_differs_")}
    assert set(re.findall(r"`(test_differs_\w+)`", page.read_text())) == here
