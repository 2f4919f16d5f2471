"""One film made without a database, as the demo city's processes make theirs: whole, or not at all."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from core.errors import Unavailable
from core.media.film import Frame
from core.media.store import MediaStore
from core.vocabulary import Outcome
from generation.backends import GenerationCancelled, Registry
from generation.room import Generation
from pipelines.online.films import FilmMaker, FilmOrder, FilmRefused
from safety.room import Safety
from tests.conftest import NOON
from tests.creation_kit import CALM, PatternBackend, media_keys


@pytest.fixture
def backend() -> PatternBackend:
    return PatternBackend()


@pytest.fixture
def maker(backend: PatternBackend, safety: Safety, media: MediaStore) -> FilmMaker:
    return FilmMaker(Generation(Registry([backend], backend)), safety, media)


@pytest.fixture
def order(backend: PatternBackend, safety: Safety) -> FilmOrder:
    board = Generation(Registry([backend], backend)).storyboard(CALM, seconds=4, width=96, height=160, seed=1)
    claim = safety.claim(title="A film", video_id="video_1", creator="ada", model="pattern", created_at=NOON)
    return FilmOrder(board, "pattern", claim, "Kindling · @ada", prompt_checked=True)


@contextmanager
def disk_with_room_for(size: int) -> Iterator[None]:
    """Let this process write files of at most ``size`` bytes: the system refuses the rest, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_film_is_stored_with_its_poster_and_sheet_and_tells_its_progress(
    maker: FilmMaker, order: FilmOrder, tmp_path: Path
) -> None:
    told: list[int] = []
    film = maker.make(order, progress=told.append)
    assert (film.seconds, film.adult.outcome, film.teen.outcome) == (4.0, Outcome.ALLOW, Outcome.ALLOW)
    assert told == sorted(told)
    assert told[-1] == 100
    assert {film.film_key, film.poster_key} < media_keys(tmp_path)


def test_a_full_disk_is_said_in_words_and_leaves_nothing(maker: FilmMaker, order: FilmOrder, tmp_path: Path) -> None:
    with disk_with_room_for(20_000), pytest.raises(Unavailable) as caught:
        maker.make(order)
    assert caught.value.expected is not None
    assert "space" in caught.value.expected
    assert media_keys(tmp_path) == set()


def test_a_cancelled_film_leaves_nothing(maker: FilmMaker, order: FilmOrder, tmp_path: Path) -> None:
    for answers in ([False] * 30, [False] * 96):
        waiting = iter(answers)
        with pytest.raises(GenerationCancelled):
            maker.make(order, cancelled=lambda: next(waiting, True))  # noqa: B023 - called within this round
    assert media_keys(tmp_path) == set()


def test_a_film_that_may_be_shown_to_nobody_is_not_stored(
    maker: FilmMaker, order: FilmOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strobe(width: int, height: int, shift: int) -> Frame:
        return np.full((height, width, 3), 255 * (shift // 2 % 2), np.uint8)

    monkeypatch.setattr("tests.creation_kit.stripes", strobe)
    with pytest.raises(FilmRefused) as caught:
        maker.make(order)
    assert caught.value.verdict.category == "flashing"
    assert media_keys(tmp_path) == set()
