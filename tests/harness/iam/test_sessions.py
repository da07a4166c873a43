from __future__ import annotations

import re

from harness.iam.sessions import Sessions
from tests.harness.iam.examples import ROLE


def test_credentials_look_like_those_of_a_role():
    issued = Sessions().issue(ROLE, "f")
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", issued.access_key_id)
    assert len(issued.secret_access_key) == 40
    assert len(issued.session_token) > 300
    assert set(issued.variables()) == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    }


def test_secrets_do_not_show():
    issued = Sessions().issue(ROLE, "f")
    assert issued.secret_access_key not in repr(issued)
    assert issued.session_token not in repr(issued)


def test_a_key_leads_to_the_session_until_it_ends():
    sessions = Sessions()
    key = sessions.issue(ROLE, "f").access_key_id
    caller = sessions.caller(key)
    assert caller is not None
    assert caller.arn == "arn:aws:sts::123456789012:assumed-role/worker/f"
    assert re.fullmatch(r"AROA[A-Z2-7]{16}:f", caller.user_id)
    sessions.end(key)
    sessions.end(key)
    assert sessions.caller(key) is None


def test_a_key_of_ours_is_known_even_afterwards_and_no_other_is():
    sessions = Sessions()
    key = sessions.issue(ROLE, "f").access_key_id
    sessions.end(key)
    assert sessions.issued(key)
    for other in (Sessions().issue(ROLE, "f").access_key_id, "ASIA", "ASIA????", "AKIA" + key[4:]):
        assert not sessions.issued(other)
