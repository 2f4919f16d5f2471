"""A film that begins with a picture its maker sent: what creators, those shown, reviewers and operators rely on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, InvalidInput, Refused
from core.media.codec import read_frames, write_mp4
from core.media.film import Film, Frame
from core.media.pictures import covering
from core.records import Character, Video
from core.storage.decisions import Decisions
from core.storage.jobs import Jobs
from core.vocabulary import LikenessPermission, VideoStatus
from generation.backends import Registry
from generation.room import Generation
from pipelines.online import creation, likeness
from pipelines.online.moderation import list_cases, resolve_case
from pipelines.online.references import Reference, palette_of, read_reference
from pipelines.online.rooms import Rooms
from pipelines.online.shelf import provenance
from pipelines.online.wishes import Derivation, VideoRequest
from tests.creation_kit import CALM, PatternBackend, finished, look, make_open_character, media_keys, wish, work
from tests.pictures import painted, png_of, scenery, written
from tests.pipelines.creation.conftest import Town
from tests.pipelines.creation.test_creation_queue import together

HELD = "film/missing/picture_content"  # no picture model is installed where tests run


def begins_with(picture: Frame, prompt: str = CALM, *characters: str, **values: object) -> VideoRequest:
    return wish(prompt, *characters, reference=read_reference(png_of(picture)), **values)  # type: ignore[arg-type]


def first_frames(town: Town) -> set[str]:
    return {key for key in media_keys(town.home) if key.startswith("first_frames/")}


def film_of(town: Town, video: Video) -> list[Frame]:
    with town.rooms.media.local(video.film_key or "") as path:
        return list(read_frames(path))


def apart(one: Frame, other: Frame) -> float:
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


def without_faces(rooms: Rooms) -> Rooms:
    """The same rooms where no face detector is installed."""
    other = rooms.safety.following(lambda: rooms.safety.moderation)
    other._detectors = replace(rooms.safety._detectors, faces=None)
    return replace(rooms, safety=other)


def test_the_film_begins_with_the_picture_and_waits_for_a_reviewer(town: Town) -> None:
    picture = scenery(192, 320)
    draft = finished(town.rooms, town.ada.id, begins_with(picture))
    assert draft.status == VideoStatus.DRAFT
    frames, whole = film_of(town, draft), covering(picture, 96, 160)
    assert apart(frames[0], whole) < 6  # the moving watermark and the codec are what is left
    assert apart(frames[-1], whole) > 30
    assert town.backend.keyframes[0].at_s == 0
    assert np.array_equal(town.backend.keyframes[0].picture, whole)
    report, _ = provenance(town.rooms, town.ada.id, draft.id)
    assert (report.is_trusted, report.source_type.rsplit("/")[-1]) == (True, "compositeWithTrainedAlgorithmicMedia")
    # No picture model looked at it, so a person does before anyone else sees it.
    assert not draft.adult_allowed
    with pytest.raises(Conflict, match="reviewer"):
        creation.publish(town.rooms, town.ada.id, draft.id)
    (case,) = [case for case in list_cases(town.rooms) if case.decision.subject_id == draft.id]
    assert case.decision.rule_id == HELD
    resolve_case(town.rooms, town.bob.id, case.id, overturn=True)
    assert creation.publish(town.rooms, town.ada.id, draft.id).video.status == VideoStatus.PUBLISHED


def test_another_worker_makes_the_same_film_after_a_crash(town: Town) -> None:
    making = creation.submit(town.rooms, town.ada.id, begins_with(scenery())).video

    def die(number: int) -> None:
        if number == 40:
            raise SystemExit

    town.backend.at_frame = die
    with pytest.raises(SystemExit):
        work(town.rooms)
    given_first = town.backend.keyframes
    town.rooms.clock.advance(seconds=31)  # type: ignore[attr-defined]
    other = PatternBackend()  # another process knows only the database and the media store
    assert work(replace(town.rooms, generation=Generation(Registry([other], other)))) == 1
    assert np.array_equal(other.keyframes[0].picture, given_first[0].picture)
    assert apart(film_of(town, look(town.rooms, making.id))[0], scenery()) < 6


def test_a_film_with_a_picture_is_made_by_a_call_of_its_own(town: Town) -> None:
    rooms, backend = together(town.rooms)
    plain = creation.submit(rooms, town.bob.id, wish()).video
    begun = creation.submit(rooms, town.ada.id, begins_with(scenery())).video
    assert work(rooms) == 2
    assert backend.calls == [1]
    assert [look(rooms, video.id).status for video in (plain, begun)] == [VideoStatus.DRAFT] * 2
    assert np.array_equal(backend.keyframes[0].picture, scenery())


def test_a_face_in_the_picture_is_refused_and_nothing_is_kept(town: Town) -> None:
    with pytest.raises(Refused) as caught:
        creation.submit(town.rooms, town.ada.id, begins_with(painted(), size="360x640"))
    error = caught.value
    assert (error.rule_id, error.code, error.field) == (
        "likeness/face_in_picture", "likeness_not_permitted", "input_reference",
    )  # fmt: skip
    assert media_keys(town.home) == set()
    with town.rooms.database.read() as tx:
        assert Jobs(tx).open_count(town.ada.id) == 0
        decision = Decisions(tx).find(error.decision_id)  # type: ignore[arg-type]
    assert decision is not None
    assert decision.person_id == town.ada.id


def test_where_nothing_looks_for_faces_no_picture_begins_a_film(town: Town) -> None:
    blind = without_faces(town.rooms)
    for maker in (town.ada, town.tim):
        with pytest.raises(Refused) as caught:
            creation.submit(blind, maker.id, begins_with(scenery()))
        assert caught.value.rule_id == "likeness/faces_not_looked_for"


def test_the_young_begin_no_film_with_what_nobody_looked_at(town: Town) -> None:
    with pytest.raises(Refused) as caught:
        creation.submit(town.rooms, town.tim.id, begins_with(scenery()))
    assert caught.value.rule_id == HELD
    assert media_keys(town.home) == set()


def test_words_on_the_picture_are_judged(town: Town) -> None:
    cruel = written("a man is stabbed\nto death with a knife\nblood and gore\nhe is decapitated")
    with pytest.raises(Refused) as caught:
        creation.submit(town.rooms, town.ada.id, begins_with(cruel, size="360x640"))
    assert caught.value.code == "moderation_blocked"
    assert not caught.value.rule_id.startswith("film/missing")


def face_clip(path: Path) -> Path:
    """A clip of somebody whose head moves a little."""
    frames = (np.ascontiguousarray(np.roll(painted(), shift, 1)[:, 40:280]) for shift in range(36))
    write_mp4(Film(240, 320, 12, 36, frames, None), path)
    return path


@pytest.fixture
def ada_shown(town: Town, tmp_path: Path) -> Character:
    return make_open_character(town.rooms, town.ada, face_clip(tmp_path / "face.mp4"), LikenessPermission.ONLY_ME)


def test_a_frame_of_ones_own_clip_may_begin_a_film_until_the_likeness_is_withdrawn(
    town: Town, ada_shown: Character
) -> None:
    still = np.ascontiguousarray(np.roll(painted(), 9, 1)[:, 40:280])
    asked = begins_with(still, "Ada on a boat", ada_shown.id)
    draft = finished(town.rooms, town.ada.id, asked)
    assert draft.status == VideoStatus.DRAFT
    # Without the character, or with another face in the same place, it is just somebody's picture.
    other = np.ascontiguousarray(np.roll(painted(skin=(120, 80, 60)), 9, 1)[:, 40:280])
    for request in (begins_with(still), begins_with(other, "Ada on a boat", ada_shown.id)):
        with pytest.raises(Refused) as caught:
            creation.submit(town.rooms, town.ada.id, request)
        assert caught.value.rule_id == "likeness/face_in_picture"
    with pytest.raises(Refused) as caught:
        creation.submit(town.rooms, town.bob.id, asked)
    assert caught.value.rule_id == "likeness/not_permitted"
    waiting = creation.submit(town.rooms, town.ada.id, asked).video
    assert len(first_frames(town)) == 2
    likeness.revoke(town.rooms, town.ada.id, ada_shown.id)
    assert first_frames(town) == set()
    assert work(town.rooms) == 0
    assert look(town.rooms, waiting.id).status == VideoStatus.FAILED


def test_what_is_made_of_a_film_begins_as_it_does_and_keeps_a_picture_of_its_own(town: Town) -> None:
    source = finished(town.rooms, town.ada.id, begins_with(scenery()))
    for how, seconds in ((Derivation.REMIX, 0), (Derivation.EDIT, 0), (Derivation.EXTENSION, 4)):
        made = creation.derive(town.rooms, town.ada.id, how, source.id, "at night", seconds=seconds).video
        work(town.rooms)
        assert np.array_equal(town.backend.keyframes[0].picture, scenery())
        assert look(town.rooms, made.id).status == VideoStatus.DRAFT
    assert len(first_frames(town)) == 4
    creation.delete(town.rooms, town.ada.id, source.id)
    assert len(first_frames(town)) == 3
    again = creation.remix(town.rooms, town.ada.id, made.id, "in the rain").video
    assert look(town.rooms, again.id).status == VideoStatus.GENERATING
    creation.cancel(town.rooms, town.ada.id, again.id)
    assert len(first_frames(town)) == 3


def test_a_retry_gets_the_first_answer_and_keeps_one_picture(town: Town) -> None:
    asked = begins_with(scenery())
    first = creation.submit(town.rooms, town.ada.id, asked, "key")
    assert creation.submit(town.rooms, town.ada.id, begins_with(scenery()), "key").video.id == first.video.id
    assert len(first_frames(town)) == 1
    with pytest.raises(InvalidInput, match="another request"):
        creation.submit(town.rooms, town.ada.id, begins_with(scenery(100, 160)), "key")


class WordsOnly:
    """A backend without ``generate_take``."""

    def __init__(self) -> None:
        self.models, self.generate = PatternBackend().models, PatternBackend().generate


def test_a_model_that_takes_no_pictures_says_so_at_once(town: Town) -> None:
    backend = WordsOnly()
    rooms = replace(town.rooms, generation=Generation(Registry([backend], backend)))
    with pytest.raises(InvalidInput, match="takes no pictures"):
        creation.submit(rooms, town.ada.id, begins_with(scenery()))
    assert media_keys(town.home) == set()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no picture", "read"),
        (png_of(scenery(64, 64))[:-40], "read"),
        (png_of(scenery()) + b"MZ something else", "followed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "read"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(content: bytes, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        read_reference(content)
    assert (caught.value.code, caught.value.field) == ("bad_input_reference", "input_reference")


@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from(("96x160", "160x96")))
def test_a_picture_fills_the_film_or_is_refused(width: int, height: int, size: str) -> None:
    reference = Reference(np.zeros((height, width, 3), np.uint8), "")
    wide, high = (int(side) for side in size.split("x"))
    kept = min(width / height / (wide / high), (wide / high) / (width / height))
    if min(width, height) >= 64 and kept >= 0.5:
        assert reference.fitted(size).shape == (high, wide, 3)
    else:
        with pytest.raises(InvalidInput, match=f"{width}x{height}"):
            reference.fitted(size)


@pytest.mark.parametrize(
    ("colour", "palette"),
    [((250, 90, 20), "warm"), ((20, 90, 250), "cool"), ((240, 60, 180), "candy"), ((30, 30, 30), "noir"),
     ((240, 240, 240), "pastel"), ((30, 200, 40), "vivid")],
)  # fmt: skip
def test_the_film_takes_the_pictures_colours(colour: tuple[int, int, int], palette: str) -> None:
    assert palette_of(np.full((80, 60, 3), colour, np.uint8)) == palette
