"""Every way to a new video passes the same checks: words, likeness, limits, what came out, marks and signature."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from api.app import create_app
from core.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, Refused
from core.ids import PersonId, VideoId
from core.media.codec import probe
from core.records import Video
from core.storage.jobs import Jobs
from core.vocabulary import LikenessPermission, RemixPermission, VideoStatus, Visibility
from generation.shot_list import ShotSpec
from generation.storyboard import Line
from pipelines.online import creation, likeness
from pipelines.online.family import set_controls
from pipelines.online.films import sheet_key
from pipelines.online.judging import in_order
from pipelines.online.wishes import Derivation, Wish
from tests.creation_kit import CALM, SIZE, finished, look, make_mutual, make_open_character, wish, work
from tests.pipelines.creation.conftest import Town

BLOODY = "a man is stabbed to death, blood and gore everywhere, decapitated body"
# Each takes (town, who, source, words) and asks for a video in its own way.
Way = Callable[[Town, PersonId, VideoId, str], creation.VideoView]


def _shots(town: Town, who: PersonId, _source: VideoId, words: str) -> creation.VideoView:
    shots = (ShotSpec(text=CALM, seconds=2), ShotSpec(text=words, seconds=2))
    return creation.submit(town.rooms, who, wish("a calm film", shots=shots))


def _derived(how: Derivation) -> Way:
    def ask(town: Town, who: PersonId, source: VideoId, words: str) -> creation.VideoView:
        return creation.derive(town.rooms, who, how, source, words, seconds=4 if how is Derivation.EXTENSION else 0)

    return ask


WAYS: dict[str, Way] = {
    "create": lambda town, who, _source, words: creation.submit(town.rooms, who, wish(words)),
    "storyboard": _shots,
    "remix": _derived(Derivation.REMIX),
    "edit": _derived(Derivation.EDIT),
    "extension": _derived(Derivation.EXTENSION),
}
FROM_A_SOURCE = [name for name in WAYS if name not in {"create", "storyboard"}]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.fixture
def source(town: Town) -> Video:
    return finished(town.rooms, town.ada.id)


def published(town: Town, source: Video, remix: RemixPermission | None = None) -> None:
    creation.publish(town.rooms, town.ada.id, source.id, visibility=Visibility.PUBLIC, remixable=remix)


def test_words_are_judged(town: Town, source: Video, way: Way) -> None:
    with pytest.raises(Refused) as caught:
        way(town, town.ada.id, source.id, BLOODY)
    assert caught.value.code == "moderation_blocked"
    assert work(town.rooms) == 0


def test_words_at_the_end_of_an_endless_prompt_are_judged(town: Town, source: Video, way: Way) -> None:
    most = 1_900 if way is _shots else 31_900
    padding = "a red ball rolls down a green hill. " * 850
    with pytest.raises(Refused):
        way(town, town.ada.id, source.id, (padding + BLOODY)[-most:])


def test_a_likeness_that_is_not_open_stays_out(town: Town, clip: Path, way: Way) -> None:
    character = make_open_character(town.rooms, town.bob, clip, LikenessPermission.EVERYONE, "Bobby")
    source = finished(town.rooms, town.ada.id, wish("Bobby rolls a ball", character.id))
    likeness.set_permission(town.rooms, town.bob.id, character.id, LikenessPermission.ONLY_ME)
    asked = creation.VideoRequest("Bobby again", "pattern", 4, SIZE, characters=(character.id,))
    with pytest.raises((Refused, Conflict)) as caught:  # what shows him is hidden, and nothing new may show him
        if way in (WAYS["create"], _shots):
            shots = (ShotSpec(text="Bobby", seconds=4),) if way is _shots else ()
            creation.submit(town.rooms, town.ada.id, replace(asked, shots=shots))
        else:
            way(town, town.ada.id, source.id, "Bobby again")
    assert caught.value.code in {"likeness_not_permitted", "not_remixable"}
    assert work(town.rooms) == 0


def test_a_teens_limits_hold(town: Town, way: Way) -> None:
    tim = town.tim.id
    source = finished(town.rooms, tim)
    set_controls(town.rooms, tim, tim, {"daily_creations": 1}, {"person"})
    with pytest.raises(LimitReached) as caught:
        way(town, tim, source.id, "the ball is blue")
    assert caught.value.code == "daily_creations_reached"
    set_controls(town.rooms, tim, tim, {"monthly_credits": 0}, {"person"})
    town.rooms.clock.advance(seconds=90_000)  # type: ignore[attr-defined]
    with pytest.raises(LimitReached) as caught:
        way(town, tim, source.id, "the ball is blue")
    assert caught.value.code == "monthly_credits_reached"


def test_no_one_has_more_in_the_making_than_their_plan_allows(town: Town, source: Video, way: Way) -> None:
    most = town.rooms.generation.queue.plan[0].most_open
    for _ in range(most):
        way(town, town.ada.id, source.id, "the ball is blue")
    with pytest.raises(LimitReached) as caught:
        way(town, town.ada.id, source.id, "the ball is blue")
    assert caught.value.code == "too_many_videos_in_the_making"


@pytest.mark.parametrize("how", FROM_A_SOURCE)
def test_a_source_is_anothers_to_give(town: Town, source: Video, how: str) -> None:
    ask = WAYS[how]
    with pytest.raises(NotFound):  # a draft
        ask(town, town.bob.id, source.id, "at night")
    for remix, friends, allowed in (
        (RemixPermission.ONLY_ME, True, False),
        (RemixPermission.MUTUALS, False, False),
        (RemixPermission.MUTUALS, True, True),
        (RemixPermission.EVERYONE, False, True),
    ):
        published(town, source, remix)
        who = town.fay if friends else town.bob
        if friends:
            make_mutual(town.rooms, town.ada, town.fay)
        if allowed:
            assert ask(town, who.id, source.id, "at night").video.remixed_from == source.id
        else:
            with pytest.raises(NotAllowed) as caught:
                ask(town, who.id, source.id, "at night")
            assert caught.value.code == "remix_not_permitted"
    assert ask(town, town.ada.id, source.id, "at night").video.derived == how


def test_what_the_young_make_is_remixed_by_those_they_know(town: Town) -> None:
    assert finished(town.rooms, town.tim.id).remixable == RemixPermission.MUTUALS
    assert finished(town.rooms, town.ada.id).remixable == RemixPermission.EVERYONE


def test_what_comes_out_is_checked_marked_and_signed(town: Town, source: Video, way: Way) -> None:
    view = way(town, town.ada.id, source.id, "the ball is blue")
    work(town.rooms)
    made = look(town.rooms, view.video.id)
    assert made.status == VideoStatus.DRAFT
    assert made.film_key is not None
    assert "film_check" in made.attributes
    assert made.fingerprint
    with town.rooms.media.local(made.film_key) as path:
        report = town.rooms.safety.read_manifest(path)
        assert report.is_trusted
        assert (report.details or {})["video_id"] == made.id
        assert probe(path).seconds == pytest.approx(made.seconds, abs=0.1)
    assert town.rooms.media.exists(sheet_key(made.film_key))


def test_a_film_without_sound_has_no_sound_track(town: Town, source: Video) -> None:
    silent = finished(town.rooms, town.ada.id, wish(audio=False))
    longer = creation.derive(
        town.rooms, town.ada.id, Derivation.EXTENSION, silent.id, "then it rains", seconds=4
    ).video  # fmt: skip
    work(town.rooms)
    for video, has_sound in ((source, True), (silent, False), (look(town.rooms, longer.id), False)):
        assert video.film_key is not None
        with town.rooms.media.local(video.film_key) as path:
            assert probe(path).has_sound is has_sound


def test_an_extension_begins_with_the_film_it_extends(town: Town, source: Video) -> None:
    longer = creation.derive(town.rooms, town.ada.id, Derivation.EXTENSION, source.id, "a cat at night", seconds=6)
    assert longer.job is not None
    with town.rooms.database.read() as tx:
        first = Jobs(tx).find_by_video(source.id)
    assert first is not None
    before = Wish.model_validate(first.request).storyboard
    after = Wish.model_validate(longer.job.request).storyboard
    assert after.shots[: len(before.shots)] == before.shots
    assert (after.seconds, after.seed) == (before.seconds + 6, before.seed)
    assert any(thing.kind == "cat" for shot in after.shots[len(before.shots) :] for thing in shot.things)
    assert after.shots[-1].scene == before.shots[-1].scene


def test_shots_are_made_as_they_were_asked_for(town: Town) -> None:
    shots = (
        ShotSpec(text="a red ball rolls on a beach", seconds=2.5, camera="pan_left", weather="rain"),
        ShotSpec(text="it stops; then a dog comes", seconds=3),
    )
    view = creation.submit(town.rooms, town.ada.id, wish("a ball and a dog", shots=shots, seconds=6))
    assert view.job is not None
    board = Wish.model_validate(view.job.request).storyboard
    assert [shot.seconds for shot in board.shots] == [2.5, 3]
    assert (board.shots[0].camera, board.shots[0].weather) == ("pan_left", "rain")
    assert [shot.text for shot in board.shots] == [shot.text for shot in shots]
    with pytest.raises(Refused):  # what is said in a film is read too
        said = (ShotSpec(text="two people talk", seconds=4, dialogue=(Line(speaker="", text=BLOODY),)),)
        creation.submit(town.rooms, town.ada.id, wish("a chat", shots=said))
    with pytest.raises(InvalidInput) as caught:
        creation.submit(town.rooms, town.ada.id, wish(shots=(ShotSpec(text="a ball", seconds=5, scene="zzyzx"),)))
    assert caught.value.field == "shots.0.scene"


def test_these_are_all_the_ways_that_the_api_has(town: Town) -> None:
    paths = create_app(rooms=town.rooms).openapi()["paths"]
    makes = {path for path, item in paths.items() if "post" in item and path.startswith("/v1/videos")}
    others = {
        "/v1/videos/characters", "/v1/videos/quote", "/v1/videos/{video_id}/publish", "/v1/videos/{video_id}/cancel"
    }  # fmt: skip
    assert makes - others == {"/v1/videos", "/v1/videos/edits", "/v1/videos/extensions", "/v1/videos/{video_id}/remix"}


def test_a_storyboard_is_judged_shot_by_shot_and_in_its_order(town: Town) -> None:
    assert in_order(["a\nb c", "a b c", "a", "b c", "title", "le"]) == ["a", "b c", "title"]
    assert in_order(["a b", "a", "b"]) == ["a b"]
    texts = ("two strangers watch po", "rn on a hotel bed")
    shots = tuple(ShotSpec(text=text, seconds=2) for text in texts)
    with pytest.raises(Refused):
        creation.submit(town.rooms, town.ada.id, wish("\n".join(texts), shots=shots))
    for text in texts:
        assert (
            creation.submit(town.rooms, town.ada.id, wish(text, shots=(ShotSpec(text=text, seconds=4),))).job
            is not None
        )
