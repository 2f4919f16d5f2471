"""What a film's check sees and hears."""

from dataclasses import replace

import numpy as np
import pytest

from core.encoder import TextEncoder
from core.media.film import Frame, Sound
from core.vocabulary import Audience, Outcome, Surface
from safety.film.check import FilmCheck
from safety.film.flash import SAFE_FLASHES_PER_S, FlashMeter
from safety.room import FilmSource, Safety
from tests.pictures import written

FPS = 24
WORLD = FilmSource(made_by="world", prompt_checked=True)


@pytest.fixture(scope="module")
def safety(encoder: TextEncoder, tmp_path_factory: pytest.TempPathFactory) -> Safety:
    return Safety.open(encoder, keys=tmp_path_factory.mktemp("keys"))


def plain(shade: int | tuple[int, int, int], size: tuple[int, int] = (320, 180)) -> Frame:
    return np.full((*size, 3), shade, np.uint8)


def watch(safety: Safety, frames: list[Frame], sound: Sound | None = None) -> FilmCheck:
    check = safety.film_check(FPS)
    for index, frame in enumerate(frames):
        check.see(frame, index)
    check.hear(sound)
    return check


def flashes(dark: Frame, bright: Frame, frames_each: int, count: int = 48) -> float:
    meter = FlashMeter(FPS)
    for index in range(count):
        meter.see(bright if index // frames_each % 2 else dark, index)
    return meter.flashes_per_s()


def test_a_strobe_is_blocked_for_everyone(safety: Safety) -> None:
    check = watch(safety, [plain(255 if index // 2 % 2 else 0) for index in range(48)])
    for audience in Audience:
        verdict = check.verdict(Surface.OUTPUT, audience)
        assert verdict.outcome == Outcome.BLOCK
        assert verdict.category == "flashing"


def test_a_quiet_film_is_allowed_and_says_what_was_not_checked(safety: Safety) -> None:
    frames = [plain(60 + index) for index in range(48)]
    check = watch(safety, frames)
    assert check.verdict(Surface.OUTPUT, Audience.TEEN, WORLD).outcome == Outcome.ALLOW
    verdict = check.verdict(Surface.OUTPUT, Audience.ADULT)
    assert verdict.outcome == Outcome.ALLOW
    assert ("not_checked", "picture_content") in {(item.category, item.part) for item in verdict.evidence}


def test_what_no_detector_can_see_of_an_upload_is_for_a_person(safety: Safety) -> None:
    verdict = watch(safety, [plain(90)] * 12).verdict(Surface.UPLOAD, Audience.ADULT)
    assert verdict.outcome == Outcome.REVIEW
    assert verdict.rule_id == "film/missing/picture_content"


def test_nothing_vouches_for_a_film_that_shows_what_somebody_sent(safety: Safety) -> None:
    check = watch(safety, [plain(60 + index) for index in range(48)])
    assert check.verdict(Surface.OUTPUT, Audience.TEEN, WORLD).outcome == Outcome.ALLOW
    shown = check.verdict(Surface.OUTPUT, Audience.TEEN, replace(WORLD, uploaded_picture=True))
    assert (shown.outcome, shown.rule_id) == (Outcome.REVIEW, "film/missing/picture_content")


def test_words_on_screen_are_read_and_judged(safety: Safety) -> None:
    check = watch(safety, [written("kill all\nthe jews")] * 24)
    verdict = check.verdict(Surface.OUTPUT, Audience.ADULT)
    assert "kill" in " ".join(check.words()).lower()
    assert verdict.outcome >= Outcome.REVIEW
    assert any(item.part.startswith("frame ") for item in verdict.evidence)


def test_words_split_over_frames_are_read_in_their_order_and_evidence_names_both(safety: Safety) -> None:
    first, second = written("two strangers\nwatch po"), 255 - written("rn on a\nhotel bed")
    check = watch(safety, [first] * FPS * 2 + [second] * FPS * 2)
    alone = [
        watch(safety, [frame] * FPS * 2).verdict(Surface.OUTPUT, Audience.TEEN, WORLD) for frame in (first, second)
    ]
    verdict = check.verdict(Surface.OUTPUT, Audience.TEEN, WORLD)
    assert verdict.scores["sexual"] > max(one.scores["sexual"] for one in alone)
    assert verdict.outcome == Outcome.BLOCK
    assert any(item.part.startswith("all parts") for item in verdict.evidence)


def test_friendly_words_on_screen_are_fine(safety: Safety) -> None:
    check = watch(safety, [written("happy birthday\ngrandma")] * 24)
    assert "birthday" in " ".join(check.words()).lower()
    assert check.verdict(Surface.OUTPUT, Audience.TEEN, WORLD).outcome == Outcome.ALLOW


def test_a_detector_that_fails_means_review(safety: Safety, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safety.film.words.WordReader.read", lambda *_: 1 / 0)
    verdict = watch(safety, [plain(90)] * 12).verdict(Surface.OUTPUT, Audience.ADULT)
    assert verdict.outcome == Outcome.REVIEW
    assert verdict.rule_id == "film/failed/on_screen_text"


def test_a_film_without_frames_or_with_odd_ones_gets_a_verdict(safety: Safety) -> None:
    assert watch(safety, []).verdict(Surface.OUTPUT, Audience.ADULT).rule_id == "film/missing/flashing"
    verdict = watch(safety, [plain(9, (4, 4)), plain(200, (64, 32))]).verdict(Surface.OUTPUT, Audience.ADULT)
    assert verdict.outcome <= Outcome.REVIEW


@pytest.mark.parametrize(("frames_each", "per_second"), [(2, 6.0), (3, 4.0), (6, 2.0), (12, 1.0)])
def test_flashes_are_counted_in_the_worst_second(frames_each: int, per_second: float) -> None:
    assert flashes(plain(0), plain(255), frames_each) == pytest.approx(per_second, abs=0.5)


def test_small_changes_bright_scenes_and_small_areas_are_no_flashes() -> None:
    assert flashes(plain(120), plain(130), 2) == 0
    assert flashes(plain(245), plain(255), 2) == 0
    small = plain(0)
    small[:60, :60] = 255
    assert flashes(plain(0), small, 2) == 0


def test_saturated_red_flashes_count_even_where_brightness_hardly_changes() -> None:
    assert flashes(plain((0, 45, 45)), plain((120, 0, 0)), 2) > SAFE_FLASHES_PER_S
