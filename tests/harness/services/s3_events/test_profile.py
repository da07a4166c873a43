from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.services.s3_events.profile import HELD_BACK_S, Profile, parse


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - repeatable, not secret


def test_off_is_at_once_and_once_and_draws_nothing():
    random = seeded(1)
    before = random.getstate()
    assert parse("off").delays(random) == (0.0,)
    assert parse("keys=hostile,seed=3").delays(random) == (0.0,)
    assert random.getstate() == before


def test_a_profile_with_everything():
    text = "delay=0.5..3,tail=60@0.001,duplicates=0.01,reorder=0.05,keys=hostile,seed=7"
    profile = parse(text)
    assert profile == Profile(0.5, 3.0, 60.0, 0.001, 0.01, 0.05, hostile_keys=True, seed=7)
    assert profile.text() == text
    assert parse(text.replace(",", "\n")) == profile


@pytest.mark.parametrize("text", ["", "off", " off\n"])
def test_nothing_is_off(text):
    assert parse(text) == Profile()
    assert parse(text).text() == "off"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("delai=3", "no setting 'delai=3'; choose from delay, tail"),
        ("3", "no setting '3'"),
        ("off,delay=3", "no setting 'off'"),
        ("delay=", "seconds are needed"),
        ("delay=-1", "seconds are needed"),
        ("delay=3..1", "longest delay is shorter"),
        ("delay=1..2..3", "seconds are needed"),
        ("tail=60", "SECONDS@SHARE"),
        ("tail=60@2", "a share from 0 to 1"),
        ("duplicates=1.5", "a share from 0 to 1"),
        ("reorder=nan", "a share from 0 to 1"),
        ("keys=odd", "aws or hostile"),
        ("seed=-1", "a whole number"),
    ],
)
def test_what_is_not_a_profile_is_refused(text, complaint):
    with pytest.raises(UsageError, match=complaint):
        parse(text)


SHARES = st.sampled_from([0.0, 0.25, 1.0])
PROFILES = st.builds(
    lambda shortest, more, *rest: Profile(shortest, shortest + more, *rest),
    *[st.sampled_from([0.0, 0.5, 2.0])] * 2,
    st.just(60.0),
    *[SHARES] * 3,
    st.booleans(),
    st.integers(0, 9),
)


@given(PROFILES, st.integers())
def test_delays_stay_within_the_profile_and_repeat_with_the_seed(profile, seed):
    delays = profile.delays(seeded(seed))
    assert delays == profile.delays(seeded(seed))
    bases = {delay - held for delay in delays for held in (0.0, HELD_BACK_S)}
    assert any(profile.shortest_s <= base <= profile.longest_s or base == 60.0 for base in bases)
    assert len(delays) == 2 if profile.duplicates == 1.0 else len(delays) in (1, 2)


@given(PROFILES)
def test_the_text_of_a_profile_describes_it(profile):
    again = parse(profile.text())
    random = seeded(0)
    state = random.getstate()
    expected = profile.delays(random)
    random.setstate(state)
    assert again.delays(random) == expected
    assert again.plain == profile.plain


@pytest.mark.parametrize(
    ("text", "delays"),
    [
        ("delay=2", (2.0,)),
        ("tail=60@1", (60.0,)),
        ("reorder=1", (HELD_BACK_S,)),
        ("duplicates=1", (0.0, 0.0)),
        ("delay=2,duplicates=1,reorder=1", (3.0, 3.0)),
    ],
)
def test_what_is_certain_needs_no_luck(text, delays):
    assert parse(text).delays(seeded(5)) == delays


def test_shares_are_met_in_the_long_run():
    profile, random = parse("duplicates=0.25,reorder=0.5"), seeded(1)
    drawn = [profile.delays(random) for _ in range(4000)]
    assert 900 < sum(len(delays) == 2 for delays in drawn) < 1100
    flat = [delay for delays in drawn for delay in delays]
    assert 0.47 < sum(delay == HELD_BACK_S for delay in flat) / len(flat) < 0.53
