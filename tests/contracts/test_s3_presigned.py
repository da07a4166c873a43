"""Presigned URLs: boto3 signs them, a browser uses them (aws-behaviour §7.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from harness.disposable import Disposable
from tests.contracts.account import ACCOUNT, Account, unique
from tests.contracts.browser import MISMATCH, NO_SUCH_KEY, changed, error, refused, v4
from tests.contracts.roles import allow, document, role

MISMATCHED = (403, "SignatureDoesNotMatch", MISMATCH)
MB = 1024 * 1024
SHA256_OF_TEST = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="


@pytest.fixture(scope="module")
def bucket(account: Account) -> str:
    return account.bucket()


@pytest.fixture(scope="module")
def s3(account: Account) -> Any:
    return v4(account)


@pytest.fixture(scope="module", params=["s3v4", "s3"])
def either(request: pytest.FixtureRequest, account: Account) -> Any:
    """Return a client of each signature version; "s3" is 2, boto3's default in this region."""
    return account.client("s3", signature_version=request.param)


@pytest.fixture
def put(s3: Any, bucket: str) -> str:
    return str(s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": unique("k")}))


def signed_at(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y%m%dT%H%M%SZ")


def dated(client: Any, operation: str, target: dict[str, str], seconds: float, lasts: int) -> str:
    """Return a URL signed `seconds` from now."""

    class Dated(S3SigV4QueryAuth):  # type: ignore[misc]
        def _modify_request_before_signing(self, request: Any) -> None:
            request.context["timestamp"] = signed_at(seconds)
            super()._modify_request_before_signing(request)

    plain = client.generate_presigned_url(operation, target).partition("?")[0]
    request = AWSRequest("GET" if operation == "get_object" else "PUT", plain)
    Dated(client._request_signer._credentials, "s3", "ap-northeast-1", lasts).add_auth(request)
    return str(request.url)


class TestEveryOperation:
    """§7.5.1, with both signature versions."""

    def test_7_5_1_put_get_head_and_delete(self, either: Any, bucket: str):
        target = {"Bucket": bucket, "Key": f"員工 手冊 (1)+v2~{unique('k')}.pdf"}
        urls = {
            operation: either.generate_presigned_url(operation, target)
            for operation in ("put_object", "get_object", "head_object", "delete_object")
        }
        assert httpx.put(urls["put_object"], content=b"presigned").status_code == 200
        assert httpx.get(urls["get_object"]).content == b"presigned"
        assert httpx.head(urls["head_object"]).headers["content-length"] == "9"
        assert httpx.delete(urls["delete_object"]).status_code == 204
        assert httpx.get(urls["get_object"]).status_code == 404

    def test_7_5_4_a_multipart_upload_part_by_part(self, either: Any, bucket: str):
        target = {"Bucket": bucket, "Key": unique("k")}
        target["UploadId"] = either.create_multipart_upload(**target)["UploadId"]
        parts = []
        for number, content in ((1, bytes(5 * MB)), (2, b"end")):
            url = either.generate_presigned_url("upload_part", {**target, "PartNumber": number})
            answer = httpx.put(url, content=content)
            assert answer.status_code == 200
            parts.append({"PartNumber": number, "ETag": answer.headers["etag"]})
            other = changed(url, partNumber=str(number + 1))
            assert refused(httpx.put(other, content=content)) == MISMATCHED
        either.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
        del target["UploadId"]
        assert either.head_object(**target)["ContentLength"] == 5 * MB + 3

    def test_7_5_1_the_answer_is_what_the_url_says(self, either: Any, bucket: str):
        target = {"Bucket": bucket, "Key": unique("k")}
        either.put_object(**target, Body=b"content")
        wanted = {
            "ResponseContentDisposition": "attachment; filename*=UTF-8''%E5%93%A1.pdf",
            "ResponseContentType": "application/pdf",
            "ResponseCacheControl": "no-store",
        }
        url = either.generate_presigned_url("get_object", {**target, **wanted})
        headers = httpx.get(url).headers
        assert [
            headers[name] for name in ("content-disposition", "content-type", "cache-control")
        ] == list(wanted.values())
        missing = either.generate_presigned_url("get_object", {**target, **wanted, "Key": "none"})
        assert httpx.get(missing).status_code == 404

    def test_a_bucket_in_the_host_name(self, account: Account, bucket: str):
        port = urlsplit(account.url).port
        virtual = v4(
            account,
            endpoint_url=f"http://s3.localhost:{port}",
            s3={"addressing_style": "virtual"},
        )
        target = {"Bucket": bucket, "Key": f"a/員 {unique('k')}"}
        url = urlsplit(virtual.generate_presigned_url("put_object", target))
        assert url.netloc == f"{bucket}.s3.localhost:{port}"
        here = url._replace(netloc=f"127.0.0.1:{port}").geturl()
        sent = httpx.put(here, content=b"virtual", headers={"Host": url.netloc})
        assert sent.status_code == 200
        assert account.s3.get_object(**target)["Body"].read() == b"virtual"
        elsewhere = httpx.put(here, content=b"x", headers={"Host": f"other.s3.localhost:{port}"})
        assert refused(elsewhere) == MISMATCHED


class TestTime:
    def test_7_5_2_after_its_time(self, either: Any, bucket: str):
        url = either.generate_presigned_url(
            "get_object", {"Bucket": bucket, "Key": "k"}, ExpiresIn=0
        )
        answer = httpx.get(url)
        assert refused(answer) == (403, "AccessDenied", "Request has expired")
        members = error(answer)
        assert members["Expires"] <= members["ServerTime"]
        assert members.get("X-Amz-Expires") == ("0" if "X-Amz-Expires" in url else None)

    def test_before_its_time(self, s3: Any, bucket: str):
        target = {"Bucket": bucket, "Key": "k"}
        later = dated(s3, "get_object", target, seconds=3600, lasts=60)
        assert refused(httpx.get(later)) == (403, "AccessDenied", "Request is not yet valid")
        skewed = dated(s3, "put_object", target, seconds=300, lasts=60)
        assert httpx.put(skewed, content=b"clocks differ").status_code == 200

    def test_7_5_1_a_week_and_not_longer(self, s3: Any, bucket: str):
        target = {"Bucket": bucket, "Key": "k"}
        week = s3.generate_presigned_url("put_object", target, ExpiresIn=604_800)
        assert httpx.put(week, content=b"x").status_code == 200
        longer = s3.generate_presigned_url("put_object", target, ExpiresIn=604_801)
        status, code, message = refused(httpx.put(longer, content=b"x"))
        assert (status, code) == (400, "AuthorizationQueryParametersError")
        assert "must be less than a week" in message


class TestSignature:
    def test_7_5_2_what_was_signed_cannot_be_changed(self, put: str):
        assert refused(httpx.delete(put)) == MISMATCHED
        assert refused(httpx.put(put.replace("/k-", "/l-"), content=b"x")) == MISMATCHED
        assert refused(httpx.put(f"{put}&tagging", content=b"x")) == MISMATCHED
        for name, value in {
            "X_Amz_Expires": "7200",
            "X_Amz_Signature": "0" * 64,
            "X_Amz_SignedHeaders": "host;x",
        }.items():
            assert refused(httpx.put(changed(put, **{name: value}), content=b"x")) == MISMATCHED

    def test_the_refusal_says_what_was_signed(self, account: Account, bucket: str, put: str):
        answer = httpx.put(changed(put, X_Amz_Signature="ab"), content=b"x")
        members = error(answer)
        assert members["SignatureProvided"] == "ab"
        assert members["StringToSign"].startswith("AWS4-HMAC-SHA256\n")
        assert bytes.fromhex(members["StringToSignBytes"]).decode() == members["StringToSign"]
        assert members["CanonicalRequest"].startswith(f"PUT\n/{bucket}/k-")
        assert members["CanonicalRequest"].endswith("\nhost\nUNSIGNED-PAYLOAD")
        assert members["AWSAccessKeyId"] in put

    @pytest.mark.parametrize(
        ("asked", "header", "right", "wrong"),
        [
            ({"ContentType": "application/pdf"}, "content-type", "application/pdf", "text/html"),
            ({"ContentLength": 4}, "content-length", "4", "5"),
            ({"Metadata": {"user": "a"}}, "x-amz-meta-user", "a", "b"),
            ({"IfNoneMatch": "*"}, "if-none-match", "*", None),
            ({"ChecksumSHA256": SHA256_OF_TEST}, "x-amz-checksum-sha256", SHA256_OF_TEST, "AAAA"),
            ({"Tagging": "a=b"}, "x-amz-tagging", "a=b", None),
        ],
        ids=lambda value: value if isinstance(value, str) and value.islower() else "",
    )
    def test_7_5_2_a_signed_header_must_be_as_signed(
        self, s3: Any, bucket: str, asked: Any, header: str, right: str, wrong: str | None
    ):
        target = {"Bucket": bucket, "Key": unique("k"), **asked}
        url = s3.generate_presigned_url("put_object", target)
        other = {} if wrong is None else {header: wrong}
        body = b"other" if header == "content-length" else b"test"
        assert refused(httpx.put(url, content=body, headers=other)) == MISMATCHED
        assert httpx.put(url, content=b"test", headers={header: right}).status_code == 200

    def test_a_header_of_amazons_must_be_signed(self, put: str):
        answer = httpx.put(put, content=b"x", headers={"x-amz-meta-a": "b", "x-amz-acl": "private"})
        message = "There were headers present in the request which were not signed"
        assert refused(answer) == (403, "AccessDenied", message)
        assert error(answer)["HeadersNotSigned"] == "x-amz-acl, x-amz-meta-a"
        assert httpx.put(put, content=b"x", headers={"Content-Type": "a/b"}).status_code == 200

    def test_version_2_signs_the_content_type_and_headers_of_amazons(
        self, account: Account, bucket: str
    ):
        client = account.client("s3", signature_version="s3")
        target = {"Bucket": bucket, "Key": unique("k"), "ContentType": "application/pdf"}
        url = client.generate_presigned_url("put_object", target)
        typed = {"Content-Type": "application/pdf"}
        assert refused(httpx.put(url, content=b"x")) == MISMATCHED
        more = {**typed, "x-amz-acl": "public-read"}
        assert refused(httpx.put(url, content=b"x", headers=more)) == MISMATCHED
        assert httpx.put(url, content=b"x", headers=typed).status_code == 200

    def test_a_url_may_be_used_again(self, put: str, either: Any):
        assert [httpx.put(put, content=b"x").status_code for _ in range(2)] == [200, 200]


class TestSigner:
    """Whose key it is decides which secret must have signed."""

    def test_an_unknown_key(self, account: Account, bucket: str):
        for client in (
            v4(account.acting("AKIAUNKNOWN", "secret")),
            account.acting("AKIAUNKNOWN", "secret").s3,
        ):
            url = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
            answer = httpx.get(url)
            assert refused(answer) == (403, "InvalidAccessKeyId", NO_SUCH_KEY)
            assert error(answer)["AWSAccessKeyId"] == "AKIAUNKNOWN"

    def test_a_wrong_secret(self, account: Account, bucket: str, put: str):
        key_id = put.partition("Credential=")[2].partition("%2F")[0]
        forger = v4(account.acting(key_id, "guessed"))
        url = forger.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
        assert refused(httpx.get(url)) == MISMATCHED

    def test_a_user_s_key_until_it_is_inactive_or_deleted(self, account: Account, bucket: str):
        name = unique("user")
        account.iam.create_user(UserName=name)
        key = account.iam.create_access_key(UserName=name)["AccessKey"]
        acting = v4(account.acting(key["AccessKeyId"], key["SecretAccessKey"]))
        url = acting.generate_presigned_url("put_object", {"Bucket": bucket, "Key": unique("k")})
        named = {"UserName": name, "AccessKeyId": key["AccessKeyId"]}
        gone = (403, "InvalidAccessKeyId", NO_SUCH_KEY)
        assert httpx.put(url, content=b"x").status_code == 200
        account.iam.update_access_key(**named, Status="Inactive")
        assert refused(httpx.put(url, content=b"x")) == gone
        account.iam.update_access_key(**named, Status="Active")
        assert httpx.put(url, content=b"x").status_code == 200
        account.iam.delete_access_key(**named)
        assert refused(httpx.put(url, content=b"x")) == gone

    def test_7_5_1_an_assumed_role_and_its_token(self, account: Account, bucket: str):
        acting = role(account).assumed()
        for client in (v4(acting), acting.s3):
            target = {"Bucket": bucket, "Key": unique("k")}
            url = client.generate_presigned_url("put_object", target)
            assert httpx.put(url, content=b"x").status_code == 200
            token = {name: "x" for name in ("X-Amz-Security-Token",) if name in url}
            name = next(iter(token), "x-amz-security-token")
            wrong = changed(url, **{name: "another"})
            message = "The provided token is malformed or otherwise invalid."
            assert refused(httpx.put(wrong, content=b"x")) == (400, "InvalidToken", message)

    def test_7_5_1_a_function_signs_for_its_caller(self, account: Account, bucket: str):
        function = account.function("calls.presign")
        account.s3.put_object(Bucket=bucket, Key="signed", Body=b"by a function")
        arguments = {"Bucket": bucket, "Key": "signed"}
        url = function.result({"operation": "get_object", "arguments": arguments, "seconds": 60})
        assert httpx.get(url).content == b"by a function"
        assert refused(httpx.get(url.replace("/signed?", "/other?"))) == MISMATCHED

    def test_12_36_the_region_of_the_bucket(self, account: Account, bucket: str):
        elsewhere = Account(account.url, "us-east-1", "AKIA", "x")
        url = v4(elsewhere).generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
        answer = httpx.get(url)
        status, code, message = refused(answer)
        assert (status, code) == (400, "AuthorizationQueryParametersError")
        assert "the region 'us-east-1' is wrong; expecting 'ap-northeast-1'" in message
        assert error(answer)["Region"] == "ap-northeast-1"

    def test_version_2_is_not_taken_where_it_never_was(self, environment: Disposable):
        facts = environment.facts
        keys = facts.access_key_id, facts.secret_access_key
        seoul = Account(facts.endpoint_url, "ap-northeast-2", *keys)
        target = {"Bucket": seoul.bucket(), "Key": "k"}
        old = seoul.client("s3", signature_version="s3")
        url = old.generate_presigned_url("get_object", target)
        message = (
            "The authorization mechanism you have provided is not supported. "
            "Please use AWS4-HMAC-SHA256."
        )
        assert refused(httpx.get(url)) == (400, "InvalidRequest", message)

    def test_one_way_to_sign_at_a_time(self, account: Account, put: str):
        answer = httpx.put(put, content=b"x", headers=account.signed("s3"))
        assert refused(answer)[:2] == (400, "InvalidArgument")
        assert error(answer)["ArgumentName"] == "Authorization"


class TestMalformed:
    @pytest.mark.parametrize(
        ("parameter", "value", "says"),
        [
            ("X_Amz_Signature", None, "Query-string authentication version 4 requires"),
            ("X_Amz_Date", None, "Query-string authentication version 4 requires"),
            ("X_Amz_Algorithm", "AWS4-HMAC-MD5", "X-Amz-Algorithm only supports"),
            ("X_Amz_Date", "yesterday", "must be in the ISO8601 Long Format"),
            ("X_Amz_Date", "20261399T000000Z", "must be in the ISO8601 Long Format"),
            ("X_Amz_Expires", "soon", "should be a number"),
            ("X_Amz_Expires", "-1", "must be non-negative"),
            ("X_Amz_Expires", "9" * 40, "must be less than a week"),
            ("X_Amz_Credential", "A", "the Credential is mal-formed"),
            ("X_Amz_Credential", "A/20260101/r/s3/aws5", 'incorrect terminal "aws5"'),
            ("X_Amz_Credential", "A/20200101/r/s3/aws4_request", "Invalid credential date"),
        ],
    )
    def test_a_parameter(self, put: str, parameter: str, value: str | None, says: str):
        status, code, message = refused(httpx.put(changed(put, **{parameter: value}), content=b"x"))
        assert (status, code) == (400, "AuthorizationQueryParametersError")
        assert says in message

    def test_a_parameter_given_twice(self, put: str):
        answer = httpx.put(f"{put}&X-Amz-Expires=60", content=b"x")
        assert refused(answer)[:2] == (400, "AuthorizationQueryParametersError")

    def test_version_2(self, account: Account, bucket: str):
        client = account.client("s3", signature_version="s3")
        url = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
        for parameters, says in (
            ({"Expires": None}, "requires the Signature, Expires and AWSAccessKeyId parameters"),
            ({"Expires": "soon"}, "Invalid date (should be seconds since epoch): soon"),
        ):
            status, code, message = refused(httpx.get(changed(url, **parameters)))
            assert (status, code) == (403, "AccessDenied")
            assert says in message
        assert refused(httpx.get(changed(url, Signature="x"))) == MISMATCHED


def test_a_url_outlives_its_sandbox(account: Account):
    """As on AWS, where the role's session goes on for hours (with --enforce-iam it does not)."""
    bucket, function = account.bucket(), account.function("calls.presign")
    account.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    event = {"operation": "get_object", "arguments": {"Bucket": bucket, "Key": "k"}, "seconds": 60}
    url = function.result(event)
    account.lambda_.update_function_configuration(FunctionName=function.name, MemorySize=256)
    assert function.result(event) != url
    assert httpx.get(url).content == b"x"


def test_with_iam_a_url_may_do_what_its_signer_may(enforced: Account):
    bucket = enforced.bucket()
    name = unique("user")
    enforced.iam.create_user(UserName=name)
    key = enforced.iam.create_access_key(UserName=name)["AccessKey"]
    acting = v4(enforced.acting(key["AccessKeyId"], key["SecretAccessKey"]))
    url = acting.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "k"})
    status, code, message = refused(httpx.put(url, content=b"x"))
    assert (status, code) == (403, "AccessDenied")
    assert f"arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: s3:PutObject" in (
        message
    )
    enforced.iam.put_user_policy(
        UserName=name,
        PolicyName="p",
        PolicyDocument=document(
            allow(
                "s3:PutObject",
                f"arn:aws:s3:::{bucket}/*",
                Condition={"StringEquals": {"s3:authType": "REST-QUERY-STRING"}},
            )
        ),
    )
    assert httpx.put(url, content=b"x").status_code == 200
    with pytest.raises(ClientError, match="AccessDenied"):
        acting.put_object(Bucket=bucket, Key="k", Body=b"x")


def test_200_mb_pass_through_a_url(account: Account, environment: Disposable, s3: Any, bucket: str):
    """The endpoint's memory is looked at with every piece that leaves here."""
    size, piece = 200 * MB, bytes(MB)
    target = {"Bucket": bucket, "Key": "large", "ContentLength": size}
    url = s3.generate_presigned_url("put_object", target)
    endpoint = psutil.Process(environment.facts.pid)
    before = highest = endpoint.memory_info().rss

    def pieces() -> Iterator[bytes]:
        nonlocal highest
        for _ in range(size // len(piece)):
            yield piece
            highest = max(highest, endpoint.memory_info().rss)

    headers = {"Content-Length": str(size)}
    assert httpx.put(url, content=pieces(), headers=headers, timeout=120).status_code == 200
    assert s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == size
    assert highest - before < 16 * MB
    s3.delete_object(Bucket=bucket, Key="large")
