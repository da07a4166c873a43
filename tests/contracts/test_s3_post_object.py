"""Uploads with a browser's form: boto3 signs the policy, a browser sends the form (§7.5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import httpx
import psutil
import pytest

from harness.disposable import Disposable
from tests.contracts.account import Account, unique
from tests.contracts.browser import (
    MISMATCH,
    NO_SUCH_KEY,
    error,
    in_seconds,
    policy,
    post,
    raw_form,
    refused,
    signed_policy,
    v4,
)
from tests.contracts.listener import Listener
from tests.contracts.roles import role

MB = 1024 * 1024


@pytest.fixture(scope="module")
def bucket(account: Account) -> str:
    return account.bucket()


@pytest.fixture(scope="module", params=["s3v4", "s3"])
def s3(request: pytest.FixtureRequest, account: Account) -> Any:
    """Return a client of each signature version; "s3" is 2, boto3's default in this region."""
    return account.client("s3", signature_version=request.param)


def against(why: str) -> tuple[int, str, str]:
    return 403, "AccessDenied", f"Invalid according to Policy: {why}"


class TestUpload:
    def test_7_5_3_a_form_stores_its_file(self, s3: Any, bucket: str):
        form = s3.generate_presigned_post(
            bucket,
            "uploads/${filename}",
            Fields={"Content-Type": "application/pdf", "x-amz-meta-user": "a"},
            Conditions=[
                {"Content-Type": "application/pdf"},
                ["starts-with", "$x-amz-meta-user", ""],
                ["content-length-range", 1, 100],
            ],
        )
        name = f"員工 手冊 {unique('f')}.pdf"
        answer = post(form, b"from a form", name)
        head = s3.head_object(Bucket=bucket, Key=f"uploads/{name}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["etag"] == head["ETag"]
        assert urlsplit(answer.headers["location"]).path.startswith(f"/{bucket}/uploads/%E5")
        assert (head["ContentLength"], head["ContentType"]) == (11, "application/pdf")
        assert head["Metadata"] == {"user": "a"}

    def test_a_path_before_the_file_s_name_is_dropped(self, s3: Any, bucket: str):
        form = s3.generate_presigned_post(bucket, "${filename}")
        post(form, b"x", r"C:\Documents\a b.txt")
        assert s3.head_object(Bucket=bucket, Key="a b.txt")["ContentLength"] == 1

    def test_tags(self, s3: Any, bucket: str):
        tag = "<Tag><Key>a</Key><Value>員&#43; 2</Value></Tag>"
        fields = {"tagging": f"<Tagging><TagSet>{tag}</TagSet></Tagging>"}
        form = s3.generate_presigned_post(bucket, "tagged", Fields=fields, Conditions=[fields])
        assert post(form, b"x").status_code == 204
        found = s3.get_object_tagging(Bucket=bucket, Key="tagged")["TagSet"]
        assert found == [{"Key": "a", "Value": "員+ 2"}]

    @pytest.mark.parametrize("status", ["200", "201", "204", "500", ""])
    def test_success_action_status(self, s3: Any, bucket: str, status: str):
        fields = {"success_action_status": status}
        form = s3.generate_presigned_post(bucket, "a b&c", Fields=fields, Conditions=[fields])
        answer = post(form, b"x")
        assert answer.status_code == (int(status) if status in ("200", "201") else 204)
        if status != "201":
            assert answer.content == b""
            return
        root = ET.fromstring(answer.content)  # noqa: S314 - the endpoint's own answer
        assert root.tag == "PostResponse"
        assert {child.tag: child.text for child in root} == {
            "Location": f"{form['url']}/a%20b%26c",
            "Bucket": bucket,
            "Key": "a b&c",
            "ETag": answer.headers["etag"],
        }

    def test_success_action_redirect(self, s3: Any, bucket: str):
        fields = {"success_action_redirect": "https://hr.example.com/done?user=員"}
        form = s3.generate_presigned_post(bucket, "k", Fields=fields, Conditions=[fields])
        answer = post(form, b"x")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("https://hr.example.com/done?")
        etag = s3.head_object(Bucket=bucket, Key="k")["ETag"]
        assert parse_qs(urlsplit(answer.headers["location"]).query) == {
            "user": ["員"],
            "bucket": [bucket],
            "key": ["k"],
            "etag": [etag],
        }
        fields = {"success_action_redirect": "javascript:alert(1)"}
        form = s3.generate_presigned_post(bucket, "k", Fields=fields, Conditions=[fields])
        assert post(form, b"x").status_code == 204

    def test_a_bucket_in_the_host_name(self, account: Account, bucket: str):
        form = v4(account).generate_presigned_post(bucket, "hosted")
        host = f"{bucket}.s3.localhost:{urlsplit(account.url).port}"
        files = {"file": ("a", b"x")}
        headers = {"Host": host}
        answer = httpx.post(account.url, data=form["fields"], files=files, headers=headers)
        assert answer.status_code == 204
        assert answer.headers["location"] == f"http://{host}/hosted"

    def test_5_1_the_event_of_a_form(self, account: Account):
        listener = Listener(account, versioned=True)
        form = v4(account).generate_presigned_post(listener.bucket, "k")
        answer = post(form, b"content")
        record = listener.record()
        told = record["s3"]["object"]
        assert (record["eventName"], record["eventVersion"]) == ("ObjectCreated:Post", "2.1")
        assert record["requestParameters"] == {"sourceIPAddress": "127.0.0.1"}
        assert (told["key"], told["size"]) == ("k", 7)
        assert told["eTag"] == answer.headers["etag"].strip('"')
        assert told["versionId"] == answer.headers["x-amz-version-id"]
        assert len(told["sequencer"]) == 18
        post({**form, "fields": {**form["fields"], "key": "other"}}, b"refused")
        assert listener.no_more()


class TestPolicy:
    def test_7_5_3_after_its_time(self, s3: Any, bucket: str):
        form = s3.generate_presigned_post(bucket, "k", ExpiresIn=0)
        assert refused(post(form, b"x")) == against("Policy expired.")

    def test_7_5_3_a_condition_that_does_not_hold(self, s3: Any, bucket: str):
        exact = s3.generate_presigned_post(bucket, "k")
        prefix = s3.generate_presigned_post(bucket, "uploads/${filename}")
        typed = s3.generate_presigned_post(
            bucket, "k", Conditions=[["starts-with", "$Content-Type", "image/"]]
        )
        for form, fields, failed in (
            (exact, {"key": "other"}, '["eq", "$key", "k"]'),
            (prefix, {"key": "elsewhere"}, '["starts-with", "$key", "uploads/"]'),
            (typed, {}, '["starts-with", "$Content-Type", "image/"]'),
            (
                typed,
                {"Content_Type": "image/png,text/html"},
                '["starts-with", "$Content-Type", "image/"]',
            ),
        ):
            assert refused(post(form, b"x", **fields)) == against(
                f"Policy Condition failed: {failed}"
            )
        assert post(typed, b"x", Content_Type="image/png,image/gif").status_code == 204

    def test_7_5_3_a_bucket_of_its_own(self, account: Account, s3: Any, bucket: str):
        other = account.bucket()
        form = s3.generate_presigned_post(bucket, "k")
        answer = post({**form, "url": form["url"].replace(bucket, other)}, b"x")
        assert refused(answer) == against(f'Policy Condition failed: ["eq", "$bucket", "{bucket}"]')

    def test_7_5_3_a_field_that_no_condition_names(self, s3: Any, bucket: str):
        form = s3.generate_presigned_post(bucket, "k")
        assert refused(post(form, b"x", x_amz_meta_a="b")) == against(
            "Extra input fields: x-amz-meta-a"
        )
        assert post(form, b"x", x_ignore_a="b").status_code == 204

    @pytest.mark.parametrize(
        ("size", "code", "limit"),
        [(1, "EntityTooSmall", "MinSizeAllowed"), (11, "EntityTooLarge", "MaxSizeAllowed")],
    )
    def test_7_5_3_content_length_range(
        self, account: Account, s3: Any, size: int, code: str, limit: str
    ):
        bucket = account.bucket()
        conditions = [["content-length-range", 2, 10]]
        form = s3.generate_presigned_post(bucket, "k", Conditions=conditions)
        answer = post(form, bytes(size))
        assert refused(answer)[:2] == (400, code)
        members = error(answer)
        assert members["ProposedSize"] == str(size)
        assert members[limit] == ("2" if size < 2 else "10")
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
        assert [post(form, bytes(right)).status_code for right in (2, 10)] == [204, 204]

    def test_a_signature_of_another_policy(self, s3: Any, bucket: str):
        form = s3.generate_presigned_post(bucket, "k")
        wider = s3.generate_presigned_post(bucket, "${filename}")
        forged = {**form["fields"], "policy": wider["fields"]["policy"]}
        answer = post({**form, "fields": forged}, b"x")
        assert refused(answer) == (403, "SignatureDoesNotMatch", MISMATCH)
        assert error(answer)["StringToSign"] == wider["fields"]["policy"]

    def test_whose_key_it_is(self, account: Account, bucket: str):
        stranger = account.acting("AKIAUNKNOWN", "secret")
        session = role(account).assumed()
        for client in (v4(stranger), stranger.s3):
            form = client.generate_presigned_post(bucket, "k")
            assert refused(post(form, b"x")) == (403, "InvalidAccessKeyId", NO_SUCH_KEY)
        for client in (v4(session), session.s3):
            form = client.generate_presigned_post(bucket, "k")
            assert post(form, b"x").status_code == 204
            answer = post(form, b"x", **{"x-amz-security-token": "another"})
            assert refused(answer)[:2] == (400, "InvalidToken")

    @pytest.mark.parametrize(
        "document",
        [
            b"{",
            b"\xff",
            b"[" * 5000,
            [],
            {"conditions": []},
            {"expiration": "tomorrow", "conditions": []},
            {"expiration": "2100-01-01T00:00:00", "conditions": []},
            {"expiration": in_seconds(60)},
            {"expiration": in_seconds(60), "conditions": [["eq", "key", "k"]]},
            {"expiration": in_seconds(60), "conditions": [["near", "$key", "k"]]},
            {"expiration": in_seconds(60), "conditions": [["content-length-range", "a", 1]]},
            {"expiration": in_seconds(60), "conditions": [["eq", "$key"]]},
            {"expiration": in_seconds(60), "conditions": [{"key": ["k"]}]},
            {"expiration": in_seconds(60), "conditions": ["key"]},
        ],
    )
    def test_what_is_no_policy(self, account: Account, bucket: str, document: Any):
        form = signed_policy(account.s3, bucket, document)
        assert refused(post(form, b"x"))[:2] == (400, "InvalidPolicyDocument")

    def test_a_policy_that_is_not_in_base64(self, account: Account, bucket: str):
        form = signed_policy(account.s3, bucket, policy({"key": "k"}, bucket=bucket))
        assert post(form, b"x").status_code == 204
        answer = post(form, b"x", policy="{}")
        assert refused(answer) == (403, "SignatureDoesNotMatch", MISMATCH)

    def test_a_field_of_the_signature_is_missing(self, account: Account, bucket: str):
        for client, missing in (
            (v4(account), "x-amz-credential"),
            (v4(account), "x-amz-date"),
            (account.s3, "AWSAccessKeyId"),
            (account.s3, "signature"),
        ):
            form = client.generate_presigned_post(bucket, "k")
            del form["fields"][missing]
            answer = post(form, b"x")
            assert refused(answer)[:2] == (400, "InvalidArgument")
            assert error(answer)["ArgumentName"].lower() == missing.lower()


KEY = ('name="key"', b"k")
LONG = ('name="x-ignore-a"', bytes(20_480))
FILE = ('name="file"; filename="f"', b"content")


class TestMalformed:
    def send(self, account: Account, bucket: str, body: bytes, content_type: str) -> httpx.Response:
        headers = {"Content-Type": content_type}
        return httpx.post(f"{account.url}/{bucket}", content=body, headers=headers)

    @pytest.mark.parametrize(
        ("body", "content_type", "status", "code"),
        [
            (b"", "text/plain", 412, "PreconditionFailed"),
            (b"", "multipart/form-data", 400, "MalformedPOSTRequest"),
            (b"", "multipart/form-data; boundary=x", 400, "MalformedPOSTRequest"),
            (b"", f"multipart/form-data; boundary={'x' * 300}", 400, "MalformedPOSTRequest"),
            (b"no form", "multipart/form-data; boundary=x", 400, "MalformedPOSTRequest"),
            (*raw_form([KEY]), 400, "InvalidArgument"),
            (*raw_form([FILE, KEY]), 400, "InvalidArgument"),
            (*raw_form([('name="key"', b""), FILE]), 400, "InvalidArgument"),
            (*raw_form([('name="key"', b"k" * 1025), FILE]), 400, "KeyTooLongError"),
            (*raw_form([KEY, LONG, FILE]), 400, "MaxPostPreDataLengthExceeded"),
            (*raw_form([KEY, ('name="x-amz-meta-a"', b"b\r\nx: y"), FILE]), 400, "InvalidArgument"),
            (*raw_form([KEY, ('name="tagging"', b"<Tagging>"), FILE]), 400, "MalformedXML"),
        ],
    )
    def test_a_form(
        self,
        account: Account,
        bucket: str,
        body: bytes,
        content_type: str,
        status: int,
        code: str,
    ):
        assert refused(self.send(account, bucket, body, content_type))[:2] == (status, code)

    def test_a_form_that_ends_too_early_stores_nothing(self, account: Account):
        bucket = account.bucket()
        body, content_type = raw_form([KEY, FILE])
        for cut in range(len(body) - len("\r\n--x--\r\n")):
            answer = self.send(account, bucket, body[:cut], content_type)
            assert refused(answer)[0] == 400
        assert account.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0

    def test_what_stands_behind_the_file_is_ignored(self, account: Account):
        bucket = account.bucket()
        body, content_type = raw_form([KEY, FILE, ('name="key"', b"other"), FILE])
        assert self.send(account, bucket, body, content_type).status_code == 204
        (found,) = account.s3.list_objects_v2(Bucket=bucket)["Contents"]
        assert (found["Key"], found["Size"]) == ("k", 7)

    def test_no_such_bucket(self, account: Account):
        form = v4(account).generate_presigned_post(unique("nobody"), "k")
        assert post(form, b"x").status_code == 404


def test_200_mb_pass_through_a_form(account: Account, environment: Disposable, bucket: str):
    """The endpoint's memory is looked at with every piece that leaves here."""
    size, piece = 200 * MB, bytes(MB)
    conditions = [["content-length-range", size, size]]
    form = v4(account).generate_presigned_post(bucket, "large", Conditions=conditions)
    parts = [(f'name="{name}"', text.encode()) for name, text in form["fields"].items()]
    body, content_type = raw_form([*parts, ('name="file"; filename="f"', b"")])
    before_file, after_file = body[: -len("\r\n--x--\r\n")], b"\r\n--x--\r\n"
    endpoint = psutil.Process(environment.facts.pid)
    before = highest = endpoint.memory_info().rss

    def pieces(count: int) -> Iterator[bytes]:
        nonlocal highest
        yield before_file
        for _ in range(count):
            yield piece
            highest = max(highest, endpoint.memory_info().rss)
        yield after_file

    def send(count: int) -> httpx.Response:
        length = str(len(before_file) + count * MB + len(after_file))
        headers = {"Content-Type": content_type, "Content-Length": length}
        return httpx.post(form["url"], content=pieces(count), headers=headers, timeout=120)

    assert error(send(201))["ProposedSize"] == str(size + MB)
    assert send(200).status_code == 204
    assert account.s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == size
    assert highest - before < 16 * MB
    account.s3.delete_object(Bucket=bucket, Key="large")
