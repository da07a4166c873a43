from __future__ import annotations

import pytest

from harness.database.url import DatabaseUrl
from harness.errors import UsageError

TEXT = "postgresql://a%40b:p%2Fw%3A@127.0.0.1:5433/hr%20x"
URL = DatabaseUrl("127.0.0.1", 5433, "hr x", "a@b", "p/w:")


def test_parts_are_decoded_and_encoded_again():
    assert DatabaseUrl.parse(TEXT) == URL
    assert DatabaseUrl.parse(URL.text()) == URL


def test_port_and_credentials_may_be_left_out():
    assert DatabaseUrl.parse("postgres://db/x") == DatabaseUrl("db", 5432, "x", "", "")


@pytest.mark.parametrize(
    "text", ["", "mysql://u:secret@h/d", "postgresql://u:secret@h", "postgresql:///d", "h:5432/d"]
)
def test_what_is_not_a_postgresql_url_is_refused_without_repeating_it(text):
    with pytest.raises(UsageError, match="postgresql://USER") as caught:
        DatabaseUrl.parse(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["postgresql://u:p@h:port/d", "postgresql://u:p@h:99999/d"])
def test_a_port_that_is_none_is_refused(text):
    with pytest.raises(UsageError):
        DatabaseUrl.parse(text)


def test_the_password_is_not_in_its_representation():
    assert URL.password not in repr(URL)
