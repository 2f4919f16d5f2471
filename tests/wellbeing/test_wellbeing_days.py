"""Local days and nights: a clock change or a move never brings a fresh day, or a morning, early."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellbeing.days import Night, day_end, local_date, next_midnight

ZONES = st.sampled_from(
    [
        "UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu",
        "America/Santiago", "America/Havana", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Chatham",
    ]
)  # fmt: skip
MOMENTS = st.integers(0, 4 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
WINDOWS = st.tuples(st.integers(0, 700), st.integers(720, 1440)).map(lambda pair: Night(*pair))


@given(moment=MOMENTS, zone=ZONES)
def test_a_day_ends_at_the_first_moment_of_the_next_date(moment: datetime, zone: str) -> None:
    end = next_midnight(moment, zone)
    assert moment < end <= moment + timedelta(hours=26)
    assert local_date(end, zone) > local_date(moment, zone)
    assert local_date(end - timedelta(seconds=1), zone) == local_date(moment, zone)


@given(moment=MOMENTS, zones=st.lists(ZONES, min_size=2, max_size=8))
def test_moving_between_time_zones_never_makes_a_day_shorter(moment: datetime, zones: list[str]) -> None:
    end = day_end(moment, zones[0], zones[0])
    for old, new in pairwise(zones):
        following = day_end(end, new, old)
        assert following - end >= timedelta(hours=23)
        end = following


@given(moment=MOMENTS, zone=ZONES, night=WINDOWS)
def test_a_night_ends_after_it_holds_and_is_over_then(moment: datetime, zone: str, night: Night) -> None:
    if night.holds(moment, zone):
        end = night.ends_at(moment, zone)
        assert moment < end <= moment + timedelta(hours=26)
        assert not night.holds(end, zone)


@given(moment=MOMENTS, zone=ZONES, one=WINDOWS, other=WINDOWS)
def test_joined_nights_close_whatever_either_closes(moment: datetime, zone: str, one: Night, other: Night) -> None:
    joined = one.joined(other)
    assert joined.covers(one)
    assert joined.covers(other)
    if one.holds(moment, zone) or other.holds(moment, zone):
        assert joined.holds(moment, zone)


@given(night=WINDOWS)
def test_night_hours_read_back_as_written(night: Night) -> None:
    assert Night.parse(night.text()) == night


@pytest.mark.parametrize("text", ["", "22-7", "22:00", "07:00-22:00", "24:00-07:00", "22:00-07:60", "23:00-23:00"])
def test_wrong_night_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="night hours"):
        Night.parse(text)


def test_the_repeated_hour_of_autumn_stays_night_both_times() -> None:
    night = Night.parse("22:00-02:30")
    assert night is not None
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)  # 02:15 in Berlin, summer time
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 again, winter time
    assert night.holds(first, "Europe/Berlin")
    assert night.holds(second, "Europe/Berlin")
    assert night.ends_at(first, "Europe/Berlin") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
