"""Detectors that are missing, fail or hang: the verdict says so, and on guarded surfaces a person looks."""

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.media.film import Frame, Sound
from core.verdicts import Verdict
from core.vocabulary import Audience, Outcome, Surface
from safety.audio.speech import Span, Wave
from safety.film.check import FilmCheck
from safety.film.detectors import Detectors, FrameScores, Transcripts
from safety.film.hearing import part_waves
from safety.film.host import ModelHost
from safety.film.policy import DETECTORS, load_film_policy
from safety.film.source import UNKNOWN, FilmSource
from safety.film.words import WordReader
from safety.guard import DetectorFault, Guard
from safety.judgement import reports_of
from safety.policy import load_moderation_policy

WORLD = FilmSource(made_by="world", prompt_checked=True)
OUTPUT, UPLOAD, ADULT, TEEN = Surface.OUTPUT, Surface.UPLOAD, Audience.ADULT, Audience.TEEN
MINORS = (Audience.TEEN, Audience.DEPICTED_MINOR)
NONE = Detectors(WordReader(), None, None, None, None, Guard("test"), timeout_s=20)
TONE = Sound((0.2 * np.sin(np.linspace(0, 3000, 32_000)))[:, None].repeat(2, 1).astype(np.float32), 16_000)


class Speaks:
    """Finds speech from the first to the second second."""

    def find(self, wave: Wave) -> list[Span]:
        return [Span(1.0, 2.0)]


class Silent:
    """Finds no speech."""

    def find(self, wave: Wave) -> list[Span]:
        return []


class Hears:
    """Writes down the same words of every part."""

    revision = "speech:test"

    def __init__(self, text: str) -> None:
        self.text = text

    def texts(self, waves: Sequence[Wave]) -> list[str]:
        return [self.text] * len(waves)


class Sees:
    """Scores every frame alike, calibrated."""

    revision = "picture:test"

    def __init__(self, **scores: float) -> None:
        self.found = scores

    def scores(self, frames: Sequence[Frame]) -> list[FrameScores]:
        return [(dict(self.found), frozenset(self.found))] * len(frames)


class Counts:
    """Finds as many faces in every frame as it is told."""

    def __init__(self, faces: int) -> None:
        self.faces = faces

    def find(self, frame: Frame) -> list[int]:
        return list(range(self.faces))


def judge(text: str) -> dict[str, float]:
    return {"violence": 0.95 if "attack" in text else 0.0, "sexual": 0.0}


def watched(detectors: Detectors, sound: Sound | None = TONE, *, is_still: bool = False) -> FilmCheck:
    check = FilmCheck(24, judge, detectors, load_moderation_policy(), load_film_policy(), is_still=is_still)
    for index in range(48):
        check.see(np.full((90, 160, 3), 60 + index, np.uint8), index)
    check.hear(sound)
    return check


def with_(**changes: object) -> Detectors:
    return replace(NONE, **changes)  # type: ignore[arg-type]


def unchecked(verdict: Verdict) -> set[str]:
    return {item.part for item in verdict.evidence if item.category == "not_checked"}


FULL = with_(pictures=Sees(violence=0.0), speech=Silent(), faces=Counts(0))


def test_what_is_not_installed_is_said_to_everyone_and_means_review_for_minors() -> None:
    check = watched(NONE)
    adult = check.verdict(OUTPUT, ADULT)
    assert adult.outcome == Outcome.ALLOW
    assert unchecked(adult) == {"picture_content", "faces", "speech", "transcript"}
    for audience in MINORS:
        verdict = check.verdict(OUTPUT, audience)
        assert (verdict.outcome, verdict.rule_id) == (Outcome.REVIEW, "film/missing/picture_content")


def test_our_own_renderer_vouches_for_its_films_to_minors_but_not_with_real_people_in_them() -> None:
    check = watched(NONE)
    for audience in MINORS:
        verdict = check.verdict(OUTPUT, audience, WORLD)
        assert verdict.outcome == Outcome.ALLOW
        assert {item.part for item in verdict.evidence if item.category == "vouched"} == {
            "picture_content", "faces", "speech", "transcript",
        }  # fmt: skip
        for source in (
            UNKNOWN, replace(WORLD, real_portraits=True), replace(WORLD, prompt_checked=False),
            replace(WORLD, made_by="diffusers"),
        ):  # fmt: skip
            assert check.verdict(OUTPUT, audience, source).outcome == Outcome.REVIEW


@pytest.mark.parametrize("audience", list(Audience))
def test_nothing_vouches_for_an_upload(audience: Audience) -> None:
    assert watched(NONE).verdict(UPLOAD, audience, WORLD).outcome == Outcome.REVIEW
    assert watched(FULL).verdict(UPLOAD, audience).outcome == Outcome.ALLOW


def test_speech_that_nobody_wrote_down_is_missing_and_silence_is_not() -> None:
    heard = with_(pictures=Sees(violence=0.0), speech=Speaks(), faces=Counts(0))
    verdict = watched(heard).verdict(UPLOAD, ADULT)
    assert (verdict.outcome, unchecked(verdict)) == (Outcome.REVIEW, {"transcript"})
    assert watched(FULL).verdict(UPLOAD, ADULT).outcome == Outcome.ALLOW
    assert watched(heard, sound=None).verdict(UPLOAD, ADULT).outcome == Outcome.ALLOW


def test_what_is_said_is_judged_with_its_time() -> None:
    check = watched(with_(speech=Speaks(), transcripts=Hears("attack them now")))
    verdict = check.verdict(OUTPUT, ADULT)
    assert (verdict.outcome, verdict.category) == (Outcome.BLOCK, "violence")
    assert (verdict.evidence[0].part, verdict.evidence[0].excerpt) == ("speech at 0.8 s", "attack them now")
    assert verdict.model_revision == "speech:test"


def test_what_frames_show_is_judged_with_the_frame() -> None:
    verdict = watched(with_(pictures=Sees(sexual=0.97))).verdict(OUTPUT, ADULT)
    assert (verdict.outcome, verdict.category) == (Outcome.BLOCK, "sexual")
    assert verdict.evidence[0].part == "frame 0 (0.0 s)"


def test_words_split_between_eye_and_ear_are_read_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WordReader, "read", lambda *_: "at")
    seen: list[str] = []

    def remember(text: str) -> dict[str, float]:
        seen.append(text)
        return judge(text)

    detectors = with_(speech=Speaks(), transcripts=Hears("tack"))
    check = FilmCheck(24, remember, detectors, load_moderation_policy(), load_film_policy())
    check.see(np.full((90, 160, 3), 60, np.uint8), 0)
    check.hear(TONE)
    assert check.verdict(OUTPUT, ADULT).outcome == Outcome.BLOCK
    assert {"at", "tack", "at tack", "attack"} <= set(seen)
    assert [(item.at_s, item.kind) for item in check.said()] == [(0.0, "on_screen_text"), (0.8, "transcript")]


def test_a_shots_words_are_read_beside_what_is_heard_in_it_and_not_by_themselves() -> None:
    seen: list[str] = []

    def remember(text: str) -> dict[str, float]:
        seen.append(text)
        return judge(text)

    for detectors in (with_(speech=Silent()), with_(speech=Speaks(), transcripts=Hears("now"))):
        check = FilmCheck(24, remember, detectors, load_moderation_policy(), load_film_policy())
        check.tell(0.0, "shot 1", "they att")
        check.tell(2.0, "shot 2", "ack the tower")
        check.see(np.full((90, 160, 3), 60, np.uint8), 0)
        check.hear(TONE)
        check.verdict(OUTPUT, ADULT)
        assert bool(seen) == (detectors.transcripts is not None)
    assert "they att now ack the tower" in seen


def test_a_face_in_an_upload_is_judged_as_a_minors_because_nobody_knows() -> None:
    detectors = with_(pictures=Sees(sexual=0.3), speech=Silent(), faces=Counts(2))
    verdict = watched(detectors).verdict(UPLOAD, ADULT)
    assert (verdict.outcome, verdict.category) == (Outcome.BLOCK, "sexual")
    assert next(item for item in verdict.evidence if item.category == "faces").excerpt == "2 at once"
    assert watched(replace(detectors, faces=Counts(0))).verdict(UPLOAD, ADULT).outcome == Outcome.ALLOW  # type: ignore[arg-type]
    assert watched(detectors).verdict(OUTPUT, ADULT).outcome == Outcome.ALLOW


def test_a_picture_needs_no_ears() -> None:
    verdict = watched(with_(pictures=Sees(violence=0.0), faces=Counts(0)), is_still=True).verdict(UPLOAD, ADULT)
    assert (verdict.outcome, unchecked(verdict)) == (Outcome.ALLOW, set())


def test_a_film_whose_sound_nobody_gave_is_for_a_person() -> None:
    check = FilmCheck(24, judge, NONE, load_moderation_policy(), load_film_policy())
    check.see(np.full((90, 160, 3), 60, np.uint8), 0)
    assert check.verdict(OUTPUT, TEEN, WORLD).rule_id == "film/missing/loudness"


class Crashes:
    """Fails whatever it is asked."""

    revision = "x"

    def __getattr__(self, name: str) -> object:
        raise DetectorFault("crashed", "It died.")


@pytest.mark.parametrize(
    ("name", "detector"),
    [("pictures", "picture_content"), ("faces", "faces"), ("speech", "speech"), ("transcripts", "transcript")],
)
def test_a_detector_that_crashes_means_review_for_everyone_whatever_vouches(name: str, detector: str) -> None:
    check = watched(with_(**{name: Crashes()}))
    for audience in Audience:
        verdict = check.verdict(OUTPUT, audience, WORLD)
        assert (verdict.outcome, verdict.rule_id) == (Outcome.REVIEW, f"film/failed/{detector}")
        reports = {report.name: report.ran for report in reports_of((verdict,), DETECTORS, "video")}
        assert not reports[detector]
        assert reports["flashing"]


@pytest.fixture
def released() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_detector_that_hangs_means_review(released: threading.Event) -> None:
    class Hangs:
        def find(self, frame: Frame) -> list[int]:
            released.wait(30)
            return []

    verdict = watched(with_(faces=Hangs(), timeout_s=0.3)).verdict(OUTPUT, ADULT, WORLD)
    assert (verdict.outcome, verdict.rule_id) == (Outcome.REVIEW, "film/failed/faces")


def test_a_harm_that_was_found_outweighs_what_could_not_look() -> None:
    verdict = watched(with_(pictures=Sees(sexual=0.97), faces=Crashes())).verdict(UPLOAD, TEEN)
    assert (verdict.outcome, verdict.category) == (Outcome.BLOCK, "sexual")


def test_long_speech_is_written_down_in_parts_that_a_model_can_hear() -> None:
    wave = np.zeros(16_000 * 90, np.float32)
    pieces = part_waves(wave, [Span(0.5, 10), Span(12, 20), Span(30, 85)])
    assert all(len(piece.wave) <= 28 * 16_000 + 1 for piece in pieces)
    assert pieces[0].span.start_s == pytest.approx(0.3)
    assert pieces[0].span.end_s == pytest.approx(20.2)
    assert pieces[-1].span.end_s == pytest.approx(85.2)
    assert [piece.span.start_s for piece in part_waves(wave[:160_000], None)] == [0.0]


def host(greeting: str = "hello", timeout_s: float = 30.0) -> ModelHost:
    return ModelHost("The test model", "tests.safety.unruly_model:open_model", {"greeting": greeting},
                     timeout_s=timeout_s)  # fmt: skip


def test_a_model_runs_in_a_process_of_its_own_and_is_started_anew_after_it_died() -> None:
    model = host()
    said, first = model.ask("you")
    assert said == "hello you"
    assert first != os.getpid()
    assert model.ask("again")[1] == first
    with pytest.raises(DetectorFault, match="failed: ZeroDivisionError"):
        model.ask("fail")
    assert model.ask("still there")[1] == first
    with pytest.raises(DetectorFault, match="died"):
        model.ask("die")
    assert model.ask("back")[1] != first
    model.close()


def test_a_model_that_hangs_is_ended_and_one_that_cannot_be_loaded_is_a_fault() -> None:
    model = host(timeout_s=1.0)
    model.ask("you")
    with pytest.raises(DetectorFault, match="did not answer"):
        model.ask("hang")
    model.close()
    with pytest.raises(DetectorFault, match="no such weights"):
        host("broken").ask("you")


def test_an_answer_of_the_wrong_length_is_no_answer() -> None:
    class Fixed:
        def ask(self, question: object) -> list[str]:
            return ["one"]

    with pytest.raises(DetectorFault, match="answered 1 of 2"):
        Transcripts(Fixed(), "x").texts([np.zeros(9, np.float32)] * 2)  # type: ignore[arg-type]
