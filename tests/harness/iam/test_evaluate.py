from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.aws import ACCOUNT
from harness.iam.conditions import Context
from harness.iam.evaluate import Policies, Reason, Request, decide
from harness.iam.policy import parse
from tests.harness.iam.examples import FUNCTION, ROLE, USER, allow, decided, deny, statements

BUCKET = "arn:aws:s3:::b"


def test_nothing_is_allowed_without_a_policy():
    assert decided().reason is Reason.NO_IDENTITY


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", f"{BUCKET}/*"),
        ("S3:getobject", "*"),
        ("s3:*", [f"{BUCKET}/x", f"{BUCKET}/?"]),
        (["sqs:*", "s3:Get*"], f"{BUCKET}*"),
        ("*", "arn:aws:s3:*:*:b/k"),
    ],
)
def test_an_identity_policy_allows(action: Any, resource: Any):
    assert decided(allow(action, resource)).allowed


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", "*"),
        ("s3:GetObjects", "*"),
        ("s3:GetObject", BUCKET),
        ("s3:GetObject", f"{BUCKET}/K"),
        ("s3:GetObject", f"{BUCKET}/k/*"),
    ],
)
def test_what_does_not_match_allows_nothing(action: str, resource: str):
    assert decided(allow(action, resource)).reason is Reason.NO_IDENTITY


def test_an_explicit_deny_wins_wherever_it_is():
    everything = allow("*")
    assert decided(everything, deny()).reason is Reason.DENIED_BY_IDENTITY
    on_bucket = [{**deny(), "Principal": "*"}]
    assert decided(everything, on_resource=on_bucket).reason is Reason.DENIED_BY_RESOURCE
    limited = decided(everything, boundary=[everything, deny()])
    assert limited.reason is Reason.DENIED_BY_BOUNDARY


def test_not_action_and_not_resource_turn_the_match_around():
    others = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    assert decided(others).allowed
    assert not decided(others, action="iam:GetRole").allowed
    elsewhere = {"Effect": "Deny", "Action": "*", "NotResource": f"{BUCKET}/k"}
    assert decided(allow("*"), elsewhere).allowed
    assert not decided(allow("*"), elsewhere, resource=f"{BUCKET}/other").allowed


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ROLE}, True),
        ({"AWS": [FUNCTION.arn, "arn:aws:iam::1:role/x"]}, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}, False),
        ({"Service": "s3.amazonaws.com"}, False),
        # The whole account is only delegated to: an identity policy is needed as well.
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, False),
        ({"AWS": ACCOUNT}, False),
    ],
)
def test_a_resource_policy_alone_is_enough_for_whom_it_names(principal: Any, *, allowed: bool):
    on_bucket = [{**allow(), "Principal": principal}]
    assert decided(on_resource=on_bucket).allowed is allowed


def test_a_deny_of_the_account_is_a_deny_of_everybody_in_it():
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    found = decided(allow("*"), on_resource=[{**deny(), "Principal": root}])
    assert found.reason is Reason.DENIED_BY_RESOURCE


def test_not_principal_denies_all_but_the_named():
    def others(name: str) -> list[dict[str, Any]]:
        return [{**deny(), "NotPrincipal": {"AWS": name}}]

    assert decided(allow(), on_resource=others(ROLE)).allowed
    assert not decided(allow(), on_resource=others(USER.arn)).allowed


def test_a_boundary_limits_what_policies_allow():
    assert decided(allow("*"), boundary=[allow("s3:*")]).allowed
    assert decided(allow("*"), boundary=[allow("sqs:*")]).reason is Reason.NO_BOUNDARY
    assert decided(boundary=[allow("*")]).reason is Reason.NO_IDENTITY


def test_a_boundary_limits_a_grant_to_the_role_and_not_one_to_the_session():
    def granted(name: str) -> Reason:
        on_bucket = [{**allow(), "Principal": {"AWS": name}}]
        return decided(on_resource=on_bucket, boundary=[allow("sqs:*")]).reason

    assert granted(ROLE) is Reason.NO_BOUNDARY
    assert granted(FUNCTION.arn) is Reason.ALLOWED


def test_variables_stand_for_the_caller():
    own = allow(resource=f"{BUCKET}/home/${{aws:username}}/*")
    asked = {"resource": f"{BUCKET}/home/ann/k", "caller": USER}
    assert decided(own, **asked, aws__username="ann").allowed
    assert not decided(own, **asked, aws__username="bob").allowed
    assert not decided(own, **asked).allowed
    # A value is text: its stars match only themselves.
    assert not decided(own, **asked, aws__username="*").allowed


def test_variables_are_text_in_documents_of_the_old_version():
    written = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "${aws:username}"}}'
    (old,) = parse(written).statements
    request = Request("a:b", "${aws:username}", Context({"aws:username": ("ann",)}))
    assert decide(request, USER, Policies((old,))).allowed


def test_a_resource_that_is_not_known_is_allowed_when_any_is_and_that_is_said():
    assert not decided(resource=None).allowed
    anywhere = decided(allow(), resource=None)
    assert anywhere.allowed
    assert not anywhere.assumed
    somewhere = decided(allow(resource=BUCKET), resource=None)
    assert somewhere.allowed
    assert somewhere.assumed
    assert decided(allow(), deny(resource=BUCKET), resource=None).assumed
    assert not decided(allow(), deny(), resource=None).allowed


# What hypothesis may write into policies: short patterns, so that they meet.
_ACTIONS = st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "sqs:*"])
_RESOURCES = st.sampled_from(["*", BUCKET, f"{BUCKET}/*", f"{BUCKET}/k", "arn:aws:sqs:*"])
_CONDITIONS = st.sampled_from(
    [
        {},
        {"StringEquals": {"aws:username": "ann"}},
        {"StringNotEquals": {"aws:username": "ann"}},
        {"Null": {"aws:username": "true"}},
        {"Sometimes": {"aws:username": "ann"}},
    ]
)
_STATEMENTS = st.builds(
    lambda effect, action, resource, condition, inverted: {
        "Effect": effect,
        f"{'Not' if inverted else ''}Action": action,
        "Resource": resource,
        "Condition": condition,
    },
    st.sampled_from(["Allow", "Deny"]),
    st.lists(_ACTIONS, min_size=1, max_size=2),
    _RESOURCES,
    _CONDITIONS,
    st.booleans(),
)
_POLICIES = st.lists(_STATEMENTS, max_size=4)
_REQUESTS = st.builds(
    Request,
    st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]),
    st.sampled_from([BUCKET, f"{BUCKET}/k", "arn:aws:sqs:x:1:q", None]),
    st.sampled_from([Context(), Context({"aws:username": ("ann",)})]),
)


def _open(written: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**statement, "Principal": "*"} for statement in written]


@given(_REQUESTS, _POLICIES, _POLICIES, st.sampled_from(["identity", "boundary", "resource"]))
def test_an_unconditional_deny_always_wins(
    request: Request, identity: list[Any], resource: list[Any], place: str
):
    policies = {
        "identity": statements(*identity),
        "boundary": statements(allow("*")),
        "resource": statements(*_open(resource)),
    }
    policies[place] += statements({**deny("*"), "Principal": "*"})
    assert not decide(request, FUNCTION, Policies(**policies)).allowed


@given(_REQUESTS, _POLICIES, _POLICIES, _STATEMENTS, st.sampled_from(["role", "resource"]))
def test_another_allow_never_takes_anything_away(
    request: Request, identity: list[Any], resource: list[Any], more: dict[str, Any], place: str
):
    before = Policies(statements(*identity), None, statements(*_open(resource)))
    added = {**more, "Effect": "Allow"}
    after = Policies(
        before.identity + (statements(added) if place == "role" else ()),
        None,
        before.resource + (statements(*_open([added])) if place == "resource" else ()),
    )
    if decide(request, FUNCTION, before).allowed:
        assert decide(request, FUNCTION, after).allowed


@given(_REQUESTS, _POLICIES, _POLICIES, _STATEMENTS)
def test_a_boundary_and_another_deny_never_give_anything(
    request: Request, identity: list[Any], boundary: list[Any], more: dict[str, Any]
):
    plain = Policies(statements(*identity))
    limited = Policies(
        plain.identity + statements({**more, "Effect": "Deny"}), statements(*boundary)
    )
    if decide(request, FUNCTION, limited).allowed:
        assert decide(request, FUNCTION, plain).allowed
