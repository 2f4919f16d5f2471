"""From words to a follower's view: what makers, followers and operators rely on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from core.errors import Conflict, InvalidInput, LimitReached, NotFound, Refused
from core.ids import VideoId
from core.media.codec import probe
from core.media.store import MediaStore
from core.storage.decisions import Decisions
from core.storage.events import Events
from core.storage.jobs import Jobs
from core.storage.people import People
from core.storage.videos import Videos
from core.vocabulary import Audience, JobStatus, VideoStatus, Visibility
from pipelines.online import creation, shelf
from pipelines.online.cards import cards_for
from tests.creation_kit import CALM, finished, look, media_keys, wish, with_media, work
from tests.pipelines.creation.conftest import Town

VIOLENT = "a man is stabbed to death with a knife, blood and gore everywhere, he is decapitated"


def test_a_wish_becomes_a_draft_that_only_its_maker_sees(town: Town) -> None:
    view = creation.submit(town.rooms, town.ada.id, wish(seed=7, style="paper"))
    assert view.video.status == VideoStatus.GENERATING
    assert view.job is not None
    assert view.job.status == JobStatus.QUEUED
    assert work(town.rooms) == 1
    view = creation.retrieve(town.rooms, town.ada.id, view.video.id)
    draft = view.video
    assert (draft.status, draft.seed, draft.style) == (VideoStatus.DRAFT, 7, "paper")
    assert view.job is not None
    assert (view.job.status, view.job.progress) == (JobStatus.COMPLETED, 100)
    assert draft.adult_allowed
    assert draft.teen_allowed
    assert np.frombuffer(draft.embedding or b"", "<f4").shape == (384,)
    assert len(draft.fingerprint or "") == 64
    assert draft.film_key in media_keys(town.home)
    with pytest.raises(NotFound):
        creation.retrieve(town.rooms, town.bob.id, draft.id)


def test_the_film_is_signed_marked_and_has_poster_and_sheet(town: Town) -> None:
    draft = finished(town.rooms, town.ada.id)
    report, fingerprint = shelf.provenance(town.rooms, town.ada.id, draft.id)
    assert report.is_valid
    assert report.is_trusted
    assert report.details is not None
    assert report.details["video_id"] == draft.id
    assert fingerprint == draft.fingerprint
    with town.rooms.media.local(draft.film_key or "") as path:
        info = probe(path)
        path.write_bytes(path.read_bytes()[:-100] + b"x" + path.read_bytes()[-99:])
        assert not town.rooms.safety.read_manifest(path).is_valid
    assert (info.width, info.height, info.frame_count, info.has_sound) == (96, 160, 96, True)
    kinds = {key.split("/")[0] for key in media_keys(town.home)}
    assert kinds == {"films", "posters", "sheets"}


def test_a_published_video_is_on_a_followers_cards_and_not_on_a_strangers_when_for_followers(town: Town) -> None:
    with town.rooms.database.write() as tx:
        People(tx).follow(town.fay.id, town.ada.id, town.rooms.clock.now())
    draft = finished(town.rooms, town.ada.id)
    view = creation.publish(town.rooms, town.ada.id, draft.id, "  slow hills ", Visibility.FOLLOWERS)
    assert (view.video.status, view.video.caption) == (VideoStatus.PUBLISHED, "slow hills")
    with town.rooms.database.read() as tx:
        assert [card.caption for card in cards_for(tx, town.rooms, town.fay.id, [draft.id])] == ["slow hills"]
        assert cards_for(tx, town.rooms, town.bob.id, [draft.id]) == []
    changed = creation.publish(town.rooms, town.ada.id, draft.id, visibility=Visibility.PUBLIC).video
    assert (changed.caption, changed.published_at) == ("slow hills", view.video.published_at)
    with town.rooms.database.read() as tx:
        assert len(cards_for(tx, town.rooms, town.bob.id, [draft.id])) == 1


def test_a_teens_video_is_for_followers_unless_they_say_otherwise(town: Town) -> None:
    draft = finished(town.rooms, town.tim.id)
    assert creation.publish(town.rooms, town.tim.id, draft.id).video.visibility == Visibility.FOLLOWERS
    grown = finished(town.rooms, town.ada.id)
    assert creation.publish(town.rooms, town.ada.id, grown.id).video.visibility == Visibility.PUBLIC


def test_a_refused_prompt_names_rule_and_appeal_and_leaves_nothing_behind(town: Town) -> None:
    with pytest.raises(Refused) as caught:
        creation.submit(town.rooms, town.tim.id, wish(VIOLENT))
    refused = caught.value
    assert (refused.code, refused.field) == ("moderation_blocked", "prompt")
    assert refused.rule_id
    assert refused.policy_version
    with town.rooms.database.read() as tx:
        decision = Decisions(tx).find(refused.decision_id)  # type: ignore[arg-type]
        assert decision is not None
        assert (decision.person_id, decision.audience) == (town.tim.id, Audience.TEEN)
    assert creation.list_mine(town.rooms, town.tim.id) == ([], False)
    assert work(town.rooms) == 0


def test_a_caption_is_judged_too(town: Town) -> None:
    draft = finished(town.rooms, town.ada.id)
    with pytest.raises(Refused) as caught:
        creation.publish(town.rooms, town.ada.id, draft.id, f"{VIOLENT}, kill all of them")
    assert caught.value.field == "caption"
    assert look(town.rooms, draft.id).status == VideoStatus.DRAFT


def test_what_cannot_be_made_is_named(town: Town) -> None:
    wrong: dict[str, list[object]] = {
        "size": ["96x96", "360x640x2", ""],
        "seconds": [3, 13],
        "prompt": ["", " \n", "x" * 32_001],
        "seed": [-1, 2**31],
        "style": ["no such style"],
    }
    for field, values in wrong.items():
        for value in values:
            with pytest.raises(InvalidInput) as caught:
                creation.submit(town.rooms, town.ada.id, replace(wish(), **{field: value}))  # type: ignore[arg-type]
            assert caught.value.field == field


def test_a_retry_with_the_same_key_gets_the_same_video_even_at_the_same_moment(town: Town) -> None:
    def ask(_: int) -> VideoId:
        return creation.submit(town.rooms, town.ada.id, wish(), "key-1").video.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert len(creation.list_mine(town.rooms, town.ada.id)[0]) == 1
    with pytest.raises(InvalidInput, match="another request"):
        creation.submit(town.rooms, town.ada.id, wish("a blue boat"), "key-1")
    # Keys are a person's own.
    assert creation.submit(town.rooms, town.bob.id, wish(), "key-1").video.creator_id == town.bob.id


def test_the_queue_takes_only_so_many_of_one_person_however_they_hurry(town: Town) -> None:
    def ask(_: int) -> str:
        try:
            return creation.submit(town.rooms, town.ada.id, wish()).video.id
        except LimitReached as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(10)))
    assert answers.count("too_many_videos_in_the_making") == 10 - town.rooms.generation.queue.plan[0].most_open
    first = next(answer for answer in answers if answer.startswith("video_"))
    creation.cancel(town.rooms, town.ada.id, VideoId(first))
    assert creation.submit(town.rooms, town.ada.id, wish()).job is not None


def test_a_cancelled_video_is_never_rendered_and_one_in_the_making_stops(town: Town) -> None:
    waiting = creation.submit(town.rooms, town.ada.id, wish()).video
    cancelled = creation.cancel(town.rooms, town.ada.id, waiting.id)
    assert (cancelled.video.status, cancelled.video.error_code) == (VideoStatus.FAILED, "cancelled")
    assert work(town.rooms) == 0
    making = creation.submit(town.rooms, town.ada.id, wish()).video
    town.backend.at_frame = lambda number: number == 50 and creation.cancel(town.rooms, town.ada.id, making.id)  # type: ignore[assignment]
    work(town.rooms)
    assert look(town.rooms, making.id).error_code == "cancelled"
    assert media_keys(town.home) == set()
    with pytest.raises(Conflict):
        creation.cancel(town.rooms, town.ada.id, making.id)


def test_deleting_removes_the_film_but_not_one_that_another_video_shares(town: Town) -> None:
    draft = finished(town.rooms, town.ada.id)
    shared = replace(draft, id=VideoId("video_shared"), creator_id=town.bob.id)
    with town.rooms.database.write() as tx:
        Videos(tx).add([shared])
    creation.delete(town.rooms, town.ada.id, draft.id)
    assert len(media_keys(town.home)) == 3
    creation.delete(town.rooms, town.bob.id, shared.id)
    assert media_keys(town.home) == set()
    with pytest.raises(NotFound):
        creation.retrieve(town.rooms, town.ada.id, draft.id)


def test_a_video_deleted_while_it_is_made_stores_nothing(town: Town) -> None:
    making = creation.submit(town.rooms, town.ada.id, wish()).video
    town.backend.at_frame = lambda number: number == 95 and creation.delete(town.rooms, town.ada.id, making.id)  # type: ignore[func-returns-value, assignment]
    work(town.rooms)
    assert media_keys(town.home) == set()


def test_someone_elses_video_cannot_be_changed_or_told_from_none(town: Town) -> None:
    draft = finished(town.rooms, town.ada.id)
    for act in (creation.publish, creation.cancel, creation.delete, creation.retrieve):
        with pytest.raises(NotFound):
            act(town.rooms, town.bob.id, draft.id)
    with pytest.raises(NotFound):
        creation.remix(town.rooms, town.bob.id, draft.id, "at night")
    with pytest.raises(NotFound):
        creation.list_mine(town.rooms, town.bob.id, after=draft.id)


def test_a_remix_keeps_what_the_new_words_leave_open(town: Town) -> None:
    source = finished(town.rooms, town.ada.id, wish(seed=5, style="paper"))
    creation.publish(town.rooms, town.ada.id, source.id)
    remix = creation.remix(town.rooms, town.bob.id, source.id, "at night, in the snow").video
    assert remix.prompt == f"at night, in the snow. {CALM}"
    assert (remix.remixed_from, remix.seed, remix.size, remix.style) == (source.id, 5, source.size, "paper")
    with town.rooms.database.read() as tx:
        job = Jobs(tx).find_by_video(remix.id)
    assert job is not None
    assert job.request["storyboard"]["shots"][0]["time_of_day"] == "night"
    creation.delete(town.rooms, town.ada.id, source.id)
    work(town.rooms)
    assert look(town.rooms, remix.id).status == VideoStatus.DRAFT


def test_pages_of_ones_own_videos_miss_none_and_repeat_none(town: Town, clock: object) -> None:
    made = []
    for _ in range(3):
        made.append(creation.submit(town.rooms, town.ada.id, wish()).video.id)
        town.rooms.clock.advance(seconds=1)  # type: ignore[attr-defined]
    seen: list[VideoId] = []
    more = True
    while more:
        page, more = creation.list_mine(town.rooms, town.ada.id, after=seen[-1] if seen else None, limit=2)
        seen += [view.video.id for view in page]
    assert seen == made[::-1]


def test_a_media_store_that_cannot_be_written_fails_the_job_in_words(town: Town) -> None:
    (town.home / "a-file").write_text("not a folder")
    rooms = with_media(town.rooms, MediaStore(f"file://{town.home / 'a-file' / 'media'}"))
    view = creation.submit(rooms, town.ada.id, wish())
    tries = 0
    for _ in range(4):  # it may pass: a job is tried three times, with a pause before each
        tries += work(rooms)
        assert work(rooms) == 0
        town.rooms.clock.advance(seconds=600)  # type: ignore[attr-defined]
    assert tries == 3
    failed = creation.retrieve(rooms, town.ada.id, view.video.id)
    assert (failed.video.status, failed.video.error_code) == (VideoStatus.FAILED, "media_store_unwritable")
    assert "cannot be written" in (failed.video.error_message or "")
    assert failed.video.film_key is None
    assert failed.job is not None
    assert failed.job.status == JobStatus.FAILED


def test_a_worker_that_dies_loses_nothing(town: Town) -> None:
    making = creation.submit(town.rooms, town.ada.id, wish()).video

    def die(number: int) -> None:
        if number == 40:
            raise SystemExit

    town.backend.at_frame = die
    with pytest.raises(SystemExit):
        work(town.rooms)
    town.backend.at_frame = lambda _: None
    assert work(town.rooms) == 0
    town.rooms.clock.advance(seconds=31)  # type: ignore[attr-defined]
    assert work(town.rooms) == 1
    assert look(town.rooms, making.id).status == VideoStatus.DRAFT


def test_making_something_counts_as_making_something(town: Town) -> None:
    source = finished(town.rooms, town.ada.id)
    creation.remix(town.rooms, town.ada.id, source.id, "at night")
    with town.rooms.database.read() as tx:
        events = Events(tx).of_person(town.ada.id, since=town.ada.created_at.replace(year=2020))
    assert sorted((str(event.kind), event.video_id) for event in events) == [("create", None), ("remix", source.id)]
