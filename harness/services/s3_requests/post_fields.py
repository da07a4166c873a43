"""What the fields of a browser form ask for: key, headers of the object, and the answer (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from harness.call import Headers
from harness.errors import AwsError
from harness.s3_xml import children, local_name, malformed, parse_xml, text_of
from harness.services.s3_requests.post_signer import missing_field
from harness.xml_text import elements

_LONGEST_KEY = 1024
_AS_THEY_ARE = frozenset(
    {"cache-control", "content-type", "content-disposition", "content-encoding", "expires"}
)
_OF_OBJECT = (
    *("x-amz-meta-", "x-amz-storage-class", "x-amz-website-redirect-location"),
    *("x-amz-server-side-encryption", "x-amz-checksum-", "x-amz-object-lock-"),
)
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def object_key(fields: Mapping[str, str], filename: str) -> str:
    """Return the key, `${filename}` filled in; raises `AwsError` without one."""
    if not fields.get("key"):
        raise missing_field("key")
    name = re.split(r"[/\\]", filename)[-1]  # browsers may send a whole path
    key = fields["key"].replace("${filename}", name)
    if len(key.encode()) > _LONGEST_KEY:
        size, limit = str(len(key.encode())), str(_LONGEST_KEY)
        fields = {"Size": size, "MaxSizeAllowed": limit}
        raise AwsError("KeyTooLongError", "Your key is too long", 400, fields)
    return key


def object_headers(fields: Mapping[str, str]) -> Headers:
    """Return the headers of a PutObject that stores the same; raises `AwsError`."""
    headers = [
        (name, _value(name, value))
        for name, value in fields.items()
        if name in _AS_THEY_ARE or name.startswith(_OF_OBJECT)
    ]
    if "acl" in fields:
        headers.append(("x-amz-acl", _value("acl", fields["acl"])))
    if "tagging" in fields:
        headers.append(("x-amz-tagging", _tags(fields["tagging"])))
    return headers


def _value(name: str, value: str) -> str:
    """Return a field's value as the bytes of a header; it must not look like two of them."""
    if _CONTROL.search(value) or not _NAME.fullmatch(name):
        fields = {"ArgumentName": name, "ArgumentValue": value}
        raise AwsError("InvalidArgument", "Header value cannot be represented", 400, fields)
    return value.encode().decode("latin-1")


def _tags(document: str) -> str:
    root = parse_xml(document.encode())
    sets = children(root, "TagSet")
    if local_name(root) != "Tagging" or len(sets) != 1:
        raise malformed()
    tags = [(text_of(tag, "Key"), text_of(tag, "Value")) for tag in children(sets[0], "Tag")]
    return urlencode(tags)


def location(host: str, bucket: str, key: str, *, virtual: bool) -> str:
    """Return the object's URL as the client reaches it; virtual: the host names the bucket."""
    path = f"/{quote(key)}" if virtual else f"/{bucket}/{quote(key)}"
    return f"http://{host}{path}"


def answer(
    fields: Mapping[str, str], where: str, bucket: str, key: str, etag: str
) -> tuple[int, Headers, bytes]:
    """Return status, headers and body of the answer that the form asks for.

    where: the object's URL; etag: with quotes.
    """
    wanted = fields.get("success_action_redirect") or fields.get("redirect", "")
    if redirect := _redirect(wanted, bucket, key, etag):
        return 303, [("location", redirect)], b""
    status = fields.get("success_action_status", "")
    headers = [("location", where.encode().decode("latin-1"))]
    if status == "201":
        members = {"Location": where, "Bucket": bucket, "Key": key, "ETag": etag}
        answer = f"<PostResponse>{elements(members)}</PostResponse>"
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n{answer}'
        return 201, [*headers, ("content-type", "application/xml")], body.encode()
    return 200 if status == "200" else 204, headers, b""


def _redirect(url: str, bucket: str, key: str, etag: str) -> str:
    """Return the URL with what was uploaded; "" when it is none that a browser can follow."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or _CONTROL.search(url):
        return ""
    given = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([*given, ("bucket", bucket), ("key", key), ("etag", etag)])
    return quote(parts._replace(query=query).geturl(), safe="/:?#[]@!$&'()*+,;=%~")
