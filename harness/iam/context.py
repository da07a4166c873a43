"""The condition keys that every call has, and which absent keys are known to be absent (pure).

`aws:SecureTransport` is true although the endpoint speaks plain HTTP on loopback: the same call
goes over TLS on AWS, and policies that insist on it must let it pass here too.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.aws import ACCOUNT
from harness.call import Call
from harness.clock import iso8601
from harness.iam.caller import Caller
from harness.iam.conditions import Context, Values

# Keys that a call to this endpoint may lack; all are looked for, so their absence is a fact.
_OPTIONAL = frozenset(
    {
        "aws:federatedprovider",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:referer",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceidentity",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:tokenissuetime",
        "aws:useragent",
        "aws:username",
        "lambda:sourcefunctionarn",
        "s3:delimiter",
        "s3:max-keys",
        "s3:prefix",
        "s3:requestobjecttagkeys",
        "s3:versionid",
    }
)
_OPTIONAL_PREFIXES = ("aws:principaltag/", "s3:x-amz-", "s3:requestobjecttag/")


def determined(key: str) -> bool:
    """Tell whether a call that does not carry `key` (lower case) is known not to have it."""
    return key in _OPTIONAL or key.startswith(_OPTIONAL_PREFIXES)


def context(
    call: Call | None,
    caller: Caller,
    tags: Mapping[str, str],
    *,
    region: str,
    now: float,
    more: Values,
) -> Context:
    """Return what conditions may ask about; `more`: keys of the action asked for.

    call: None when a service uses its role, which has no address and no user agent.
    """
    values: dict[str, tuple[str, ...]] = {
        **_of_caller(caller, tags),
        "aws:currenttime": (iso8601(now),),
        "aws:epochtime": (str(int(now)),),
        "aws:requestedregion": (region,),
        "aws:resourceaccount": (ACCOUNT,),
        "s3:resourceaccount": (ACCOUNT,),
        "aws:securetransport": ("true",),
        "aws:viaawsservice": ("false" if call else "true",),
        **(_of_call(call) if call else {}),
    }
    return Context({**values, **more}, determined)


def _of_call(call: Call) -> dict[str, tuple[str, ...]]:
    named = {"aws:useragent": call.header("user-agent"), "aws:referer": call.header("referer")}
    found = {key: (value,) for key, value in named.items() if value}
    return {"aws:sourceip": (call.source_ip,), **found}


def _of_caller(caller: Caller, tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {
        "aws:principalarn": (caller.identity,),
        "aws:principalaccount": (ACCOUNT,),
        "aws:principaltype": ("User" if caller.is_user else "AssumedRole",),
        "aws:principalisawsservice": ("false",),
        "aws:userid": (caller.user_id,),
    }
    if caller.is_user:
        values["aws:username"] = (caller.name,)
    if caller.function_arn:
        values["lambda:sourcefunctionarn"] = (caller.function_arn,)
    values |= {f"aws:principaltag/{key.lower()}": (value,) for key, value in tags.items()}
    return values
