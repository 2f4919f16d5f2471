"""The policy files: broken ones stop the start, and none can protect a minor less than an adult."""

import re
from pathlib import Path

import pytest

from core.errors import BrokenPolicy
from wellbeing.policy import FOLDER, load_wellbeing
from wellbeing.room import Wellbeing


def changed(folder: Path, name: str, *edits: tuple[str, str]) -> Path:
    text = (FOLDER / name).read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def problem(folder: Path) -> str:
    with pytest.raises(BrokenPolicy) as caught:
        Wellbeing.open(overrides=folder)
    return caught.value.detail


def test_the_shipped_policies_load() -> None:
    assert load_wellbeing().controls.version


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("controls.toml", "younger_teen = 60, older_teen = 60", "younger_teen = 90, older_teen = 60", "looser"),
        ("controls.toml", 'younger_teen = "chosen"', 'younger_teen = "everyone"', "looser"),
        ("controls.toml", "younger_teen = false, older_teen = false, adult = true", "younger_teen = true, older_teen"
         " = false, adult = true", "looser"),
        ("controls.toml", "younger_teen = 20,", 'younger_teen = "20",', "whole number"),
        ("controls.toml", 'name = "daily_minutes"', 'name = "daily_seconds"', "missing: daily_minutes"),
        ("limits.toml", "idle_minutes = { younger_teen = 30", "idle_minutes = { younger_teen = 5", "idle_minutes"),
        ("limits.toml", "cooldown_minutes = { younger_teen = 20", "cooldown_minutes = { younger_teen = 1", "shorter"),
        ("limits.toml", "video_s = 12", "video_seconds = 12", "video_seconds"),
        ("laws.toml", 'control = "daily_minutes"', 'control = "daily_hours"', "no control 'daily_hours'"),
        ("laws.toml", "value = 60", 'value = "an hour"', "whole number"),
        ("laws.toml", "enabled = true\n", "", "enabled"),
        ("nudges.toml", "after_videos = 90", "after_videos = 20", "stronger nudge"),
        ("polls.toml", "each_week = 2", "each_week = 3", "each_week"),
        ("polls.toml", "each_session = 1", "each_session = 2", "each_session"),
        ("notifications.toml", 'hours = "21:00-08:00"', 'hours = "21-8"', "night hours"),
        ("labels.toml", "seconds = 30", "seconds = 0", "seconds"),
        ("labels.toml", "us-ca-ab56-long-use", "us-ca-ab56-first-use", "two labels"),
        ("limits.toml", "hours = 6", "hours = 48", "hours"),
        ("reports.toml", "least_people = 20", "least_people = 3", "least_people"),
        ("experiments.toml", "poll:time_well_spent", "event:view", "event:view"),
        ("family.toml", "most_guardians = 4", "most_guardians = 0", "most_guardians"),
    ],
)  # fmt: skip
def test_a_wrong_policy_stops_the_start_and_names_the_key(
    tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    detail = problem(changed(tmp_path, name, (old, new)))
    assert name in detail
    assert says in detail


def test_a_law_that_would_limit_adults_more_than_minors_is_refused(tmp_path: Path) -> None:
    bands = 'bands = ["younger_teen", "older_teen"]\ncontrol = "daily_minutes"\nvalue = 60'
    only_adults = 'bands = ["adult"]\ncontrol = "daily_minutes"\nvalue = 30'
    assert "daily_minutes in US-CA" in problem(changed(tmp_path, "laws.toml", (bands, only_adults)))


def test_a_court_can_switch_a_law_off_by_an_edit_of_data(tmp_path: Path) -> None:
    text = (FOLDER / "laws.toml").read_text(encoding="utf-8")
    start = text.index('id = "us-ca-sb976-daily-hour"')
    edited = text[:start] + text[start:].replace("enabled = true", "enabled = false", 1)
    (tmp_path / "laws.toml").write_text(edited, encoding="utf-8")
    room = Wellbeing.open(overrides=tmp_path)
    law = next(law for law in room.policy.laws.law if law.id == "us-ca-sb976-daily-hour")
    assert not law.enabled


def test_every_word_that_people_read_is_plain_and_lays_no_guilt() -> None:
    words = "".join(
        (FOLDER / name).read_text(encoding="utf-8") for name in ("pauses.toml", "nudges.toml", "polls.toml")
    )
    shown = " ".join(re.findall(r'(?:title|text|label|question) = "([^"]*)"', words)).lower()
    for word in (
        "streak",
        "miss out",
        "don't",
        "too much",
        "addict",
        "wasted",
        "should",
        "score",
        "sure you want",
        "!",
    ):
        assert word not in shown, word
