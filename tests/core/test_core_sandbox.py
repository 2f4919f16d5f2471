"""Hostile files meet a process that can be spared: it may hang, swell, crash or lie, and we say so in words."""

import time
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.media.sandbox import SandboxLimits, run_apart

LIMITS = SandboxLimits(wall_s=20, cpu_s=5, memory_bytes=1_000_000_000, file_bytes=1_000_000)


def unruly(way: str, limits: SandboxLimits = LIMITS, **task: str) -> dict[str, object]:
    return run_apart("tests.core.unruly", {"way": way, **task}, limits)


def test_work_that_ends_well_gives_its_answer_and_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDLING_STEER_LLM_KEY", "secret")
    environment = unruly("behave")["environment"]
    assert isinstance(environment, list)
    assert "PATH" in environment
    assert not [name for name in environment if name.startswith("KINDLING_")]


def test_what_the_work_found_wrong_is_raised_as_it_was() -> None:
    with pytest.raises(InvalidInput) as caught:
        unruly("refuse")
    error = caught.value
    assert (error.code, error.detail, error.field, error.expected) == (
        "bad_thing",
        "It is bad.",
        "video",
        "A good one.",
    )


@pytest.mark.parametrize("way", ["swell", "crash", "flood", "babble", "raise"])
def test_work_that_breaks_or_takes_too_much_is_refused(way: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        unruly(way, path=str(tmp_path / "flood"))
    assert caught.value.code == "too_costly"


@pytest.mark.parametrize("way", ["sleep", "spin"])
def test_work_that_never_ends_is_ended(way: str) -> None:
    started = time.monotonic()
    with pytest.raises(InvalidInput) as caught:
        unruly(way, SandboxLimits(wall_s=1.5, cpu_s=30))
    assert caught.value.code == "too_costly"
    assert time.monotonic() - started < 20


def test_processor_time_is_bounded_by_itself() -> None:
    with pytest.raises(InvalidInput):
        unruly("spin", SandboxLimits(wall_s=60, cpu_s=1))
