"""A film asked for by the name of our own model is made by it, checked, and kept with its sound."""

from dataclasses import replace

from core.media.codec import probe
from core.settings import Settings
from core.vocabulary import VideoStatus
from generation.room import Generation
from tests.creation_kit import finished, wish
from tests.pipelines.creation.conftest import Town


def test_a_film_by_kindling_av_is_made_and_kept(town: Town) -> None:
    rooms = replace(town.rooms, generation=Generation.open(Settings()))
    request = wish("a red ball bounces in the park", model="kindling-av", size="360x640", seconds=4)
    video = finished(rooms, town.ada.id, request)
    assert (video.status, video.model, video.seconds) == (VideoStatus.DRAFT, "kindling-av", 4)
    with rooms.media.local(video.film_key or "") as path:
        info = probe(path)
    assert (info.width, info.height, info.has_sound) == (360, 640, True)
