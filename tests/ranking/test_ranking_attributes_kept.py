"""Attributes that are kept with a video: read off words, transcript and frames; read again when other heads come."""

from pathlib import Path

import numpy as np
import pytest

from core.encoder import TextEncoder
from core.media.codec import write_mp4
from core.media.film import Film
from core.storage.videos import Videos
from pipelines.offline.attributes.authored import authored_lines
from pipelines.offline.steer_less import measure_less_of
from pipelines.online.understanding import LOOK, TRANSCRIPT, attributes_of, recompute_attributes
from ranking.understanding.attributes import INDEX, NAMES
from ranking.understanding.frames import look_of, with_look
from ranking.understanding.kept import read, stored_record, unpacked
from ranking.understanding.model import AttributeModel
from tests.ranking.conftest import World


def frames(level: int, step: int = 0, count: int = 12) -> list[np.ndarray]:
    ramp = np.linspace(0, 40, 64, dtype=np.float32)[None, :, None]
    return [
        np.clip(np.roll(ramp, number * step, axis=1) + np.full((64, 64, 3), level), 0, 255).astype(np.uint8)
        for number in range(count)
    ]


def test_attributes_are_read_again_when_other_heads_come_and_only_then(small_world: World) -> None:
    video_id = small_world.video("bo", "A cat sleeps on a sofa")
    assert recompute_attributes(small_world.rooms) > 0
    with small_world.database.read() as tx:
        kept = Videos(tx).find(video_id)
    assert kept is not None
    assert "pets" in kept.attributes["topics"]
    assert kept.attributes["revision"] == small_world.rooms.ranking.attributes.revision
    assert recompute_attributes(small_world.rooms) == 0
    small_world.change(video_id, attributes={**kept.attributes, "revision": "older", "film_check": {"adult": True}})
    assert recompute_attributes(small_world.rooms) == 1
    with small_world.database.read() as tx:
        again = Videos(tx).find(video_id)
    assert again is not None
    assert again.attributes == {**kept.attributes, "film_check": {"adult": True}}


def test_a_transcript_says_what_the_prompt_does_not(small_world: World) -> None:
    video_id = small_world.video("bo", "A voice in the dark", attributes={TRANSCRIPT: "Fry the onions, add the pasta."})
    with small_world.database.read() as tx:
        video = Videos(tx).find(video_id)
    assert video is not None
    assert {"food", "cooking"} & set(attributes_of(small_world.rooms, video)["topics"])


def test_the_frames_of_a_film_count(small_world: World, tmp_path: Path) -> None:
    dark = Film(64, 64, 12, 24, frames(5, count=24), None)
    write_mp4(dark, tmp_path / "film.mp4")
    small_world.media.put_file("films/dark.mp4", tmp_path / "film.mp4")
    video_id = small_world.video("bo", "A quiet harbour", film_key="films/dark.mp4")
    with small_world.database.read() as tx:
        video = Videos(tx).find(video_id)
    assert video is not None
    record = attributes_of(small_world.rooms, video)
    assert record[LOOK]["luminance"] < 60


@pytest.mark.parametrize("in_snapshot", [False, True])
def test_a_steer_goes_by_what_is_kept_and_not_by_words_alone(small_world: World, *, in_snapshot: bool) -> None:
    """Frames and transcripts count on pages from the moment of publication, and after the next snapshot too."""
    small_world.rooms.ranking.refresh()
    said = {TRANSCRIPT: "Fry the onions, add the pasta, stir the tomato sauce."}
    plain, heard = (
        small_world.video("bo", "A voice in a room", attributes=attributes, hours_ago=0.0) for attributes in ({}, said)
    )
    recompute_attributes(small_world.rooms)
    ranking = small_world.rooms.ranking
    if in_snapshot:
        small_world.snapshot()
        ranking.refresh()
    else:
        with small_world.database.read() as tx:
            ranking.learn([video for video in Videos(tx).published() if video.id in {plain, heard}])
    rows = ranking.catalogue.rows_of([plain, heard])
    assert (rows >= 0).all()
    assert (rows < ranking.snapshot.video_count).all() == in_snapshot
    silent, spoken = read(ranking.attributes, ranking.catalogue, rows)[:, INDEX["topics:cooking"]]
    assert spoken > silent + 0.3
    nothing, is_known = ranking.catalogue.kept_attributes(rows, "others")
    assert not is_known.any()
    assert nothing.shape == (2, len(NAMES))


def test_what_is_kept_is_within_a_byte_of_what_was_read(encoder: TextEncoder) -> None:
    heads, texts = AttributeModel.open(), ["a dog runs over a beach", "rain on a window"]
    read_now = heads.of_texts(encoder.encode(texts), texts)
    records = [stored_record(row, heads.revision) for row in read_now.tolist()]
    first, second = (unpacked(record, heads.revision) for record in records)
    assert first is not None
    assert second is not None
    np.testing.assert_allclose(np.stack([first, second]) / 255, read_now, atol=0.002)
    assert unpacked(records[0], "others") is None
    for damaged in ("AAAA", "A", "no base64!", "", 7, None):
        assert unpacked({"revision": heads.revision, "probabilities": damaged}, heads.revision) is None


def test_dark_frames_speak_for_night_and_wild_ones_for_a_fast_pace() -> None:
    even = [0.4] * len(NAMES)
    dark, wild = look_of(frames(0)), look_of(frames(150, step=24))
    assert dark is not None
    assert wild is not None
    assert with_look(even, dark)[INDEX["time:night"]] > 0.55 > 0.4 > with_look(even, dark)[INDEX["time:day"]]
    assert with_look(even, wild)[INDEX["pace:fast"]] > with_look(even, dark)[INDEX["pace:fast"]]
    assert with_look(even, dark)[INDEX["topics:food"]] == pytest.approx(0.4)
    assert look_of([]) is None


def test_less_of_a_topic_takes_nearly_all_of_it_and_leaves_other_pages_mostly_as_they_are(encoder: TextEncoder) -> None:
    # Our own texts have two or three topics each, so that more of other pages goes with a topic than elsewhere.
    rows = measure_less_of(authored_lines(), encoder, AttributeModel.open())
    assert len(rows) >= 10
    assert sum(row.after for row in rows) / sum(row.before for row in rows) < 0.12
    assert sum(row.kept_elsewhere for row in rows) / len(rows) >= 0.90
