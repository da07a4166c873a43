from __future__ import annotations

from harness.services.sns.message import (
    Message,
    batch_prefixes,
    notification,
    published,
    published_ids,
)

TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:t"


def test_a_published_message():
    parameters = {
        "Message": "text",
        "Subject": "about",
        "MessageAttributes.entry.1.Name": "a",
        "MessageAttributes.entry.1.Value.DataType": "Number",
        "MessageAttributes.entry.1.Value.StringValue": "1",
        "MessageAttributes.entry.2.Name": "b",
        "MessageAttributes.entry.2.Value.DataType": "Binary",
        "MessageAttributes.entry.2.Value.BinaryValue": "AAE=",
    }
    attributes = {
        "a": {"Type": "Number", "Value": "1"},
        "b": {"Type": "Binary", "Value": "AAE="},
    }
    assert published(TOPIC, parameters) == Message(TOPIC, "text", "about", attributes)


def test_a_structured_message_has_a_text_for_functions_or_the_default():
    structured = {"MessageStructure": "json", "Message": '{"default":"d","lambda":"l"}'}
    assert published(TOPIC, structured).text == "l"
    assert published(TOPIC, {**structured, "Message": '{"default":"d"}'}).text == "d"


def test_a_batch():
    parameters = {
        "PublishBatchRequestEntries.member.1.Id": "one",
        "PublishBatchRequestEntries.member.1.Message": "first",
        "PublishBatchRequestEntries.member.2.Id": "two",
        "PublishBatchRequestEntries.member.2.Message": "second",
    }
    prefixes = batch_prefixes(parameters)
    assert [published(TOPIC, parameters, prefix).text for prefix in prefixes] == ["first", "second"]
    answer = (
        b"<Successful><member><Id>one</Id><MessageId>m1</MessageId></member></Successful>"
        b"<Failed><member><Id>two</Id></member></Failed>"
    )
    assert published_ids(answer) == {"one": "m1"}
    assert published_ids(b"<PublishResult><MessageId>m</MessageId></PublishResult>") == {"": "m"}


def test_what_a_function_gets():
    message = Message(TOPIC, "text", None, {"a": {"Type": "String", "Value": "v"}})
    (record,) = notification(message, "m", f"{TOPIC}:s", "2026-11-25T00:00:00.000Z")["Records"]
    assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
    assert record["EventSubscriptionArn"] == f"{TOPIC}:s"
    sns = record["Sns"]
    assert (sns["Type"], sns["MessageId"], sns["TopicArn"]) == ("Notification", "m", TOPIC)
    assert (sns["Subject"], sns["Message"]) == (None, "text")
    assert sns["Timestamp"] == "2026-11-25T00:00:00.000Z"
    assert sns["MessageAttributes"] == {"a": {"Type": "String", "Value": "v"}}
