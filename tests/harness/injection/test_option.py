from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.injection.option import changed, option, options, read


@dataclass(frozen=True)
class Declared:
    count: int = option(3, "how many", least=1)
    share: float = option(0.5, "how much", most=1.0)
    some_text: str = option("", "what")
    own: int = 7


def test_fields_are_options_when_they_say_what_they_are():
    assert [(one.name, one.flag) for one in options(Declared)] == [
        ("count", "--count"),
        ("share", "--share"),
        ("some_text", "--some-text"),
    ]


@given(count=st.integers(1, 10**6), share=st.floats(0, 1), text=st.text())
def test_texts_and_values_are_read_alike(count, share, text):
    made = Declared(count, share, text)
    assert read(Declared, {"count": count, "share": share, "some_text": text}) == made
    typed = {"count": str(count), "share": repr(share), "some_text": text}
    assert read(Declared, typed) == made
    assert read(Declared, changed(made)) == made


def test_only_what_differs_from_the_defaults_is_told():
    assert changed(Declared()) == {}
    assert changed(Declared(4)) == {"count": 4}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"count": 0}, "--count 0: 1 or more is needed"),
        ({"count": "1.5"}, "--count 1.5: a whole number is needed"),
        ({"count": True}, "--count True: a whole number is needed"),
        ({"share": "x"}, "--share x: a number is needed"),
        ({"share": 1.1}, "--share 1.1: a number from 0 to 1 is needed"),
        ({"share": "nan"}, "--share nan: a number from 0 to 1 is needed"),
        ({"share": None}, "--share None: a number is needed"),
    ],
)
def test_what_is_out_of_range_is_refused_with_what_is_needed(settings, said):
    with pytest.raises(UsageError) as caught:
        read(Declared, settings)
    assert str(caught.value) == said
