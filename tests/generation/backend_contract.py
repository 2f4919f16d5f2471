"""What every backend promises. A test class inherits ``BackendContract`` and says which backend, model and board."""

from pathlib import Path

import numpy as np
import pytest

from core.media.codec import probe, write_mp4
from core.media.film import Film
from generation.backends import Backend, GenerationCancelled
from generation.storyboard import Storyboard


class BackendContract:
    """Inherit, and give ``backend`` and ``board`` as fixtures."""

    def film(self, backend: Backend, board: Storyboard) -> Film:
        return backend.generate(board, {}, lambda _: None, lambda: False, backend.models()[0].name)

    def test_it_names_its_models(self, backend: Backend) -> None:
        names = [info.name for info in backend.models()]
        assert names
        assert len(set(names)) == len(names)
        assert all(info.description and info.sizes and info.max_seconds > 0 for info in backend.models())

    def test_frames_and_sound_are_as_the_storyboard_says(self, backend: Backend, board: Storyboard) -> None:
        film = self.film(backend, board)
        frames = list(film.frames)
        assert (film.width, film.height, film.fps) == (board.width, board.height, board.fps)
        assert len(frames) == film.frame_count == board.frame_count
        assert all(frame.shape == (board.height, board.width, 3) and frame.dtype == np.uint8 for frame in frames)
        assert film.sound is not None
        assert film.sound.samples.dtype == np.float32
        assert film.sound.samples.shape == (round(board.frame_count * film.sound.rate_hz / board.fps), 2)
        assert np.isfinite(film.sound.samples).all()
        assert np.abs(film.sound.samples).max() <= 1.0

    def test_equal_storyboards_give_equal_films(self, backend: Backend, board: Storyboard) -> None:
        first, second = self.film(backend, board), self.film(backend, board)
        assert all(np.array_equal(a, b) for a, b in zip(first.frames, second.frames, strict=True))
        assert first.sound is not None
        assert second.sound is not None
        assert np.array_equal(first.sound.samples, second.sound.samples)

    def test_another_seed_gives_another_film(self, backend: Backend, board: Storyboard) -> None:
        other = board.model_copy(update={"seed": board.seed + 1})
        pairs = zip(self.film(backend, board).frames, self.film(backend, other).frames, strict=True)
        assert any(not np.array_equal(a, b) for a, b in pairs)

    def test_progress_rises_from_0_to_100(self, backend: Backend, board: Storyboard) -> None:
        told: list[int] = []
        film = backend.generate(board, {}, told.append, lambda: False, backend.models()[0].name)
        for _ in film.frames:
            pass
        assert told[0] == 0
        assert told[-1] == 100
        assert told == sorted(told)

    def test_cancelling_stops_it(self, backend: Backend, board: Storyboard) -> None:
        told: list[int] = []

        def run() -> None:
            film = backend.generate(board, {}, told.append, lambda: len(told) > 1, backend.models()[0].name)
            for _ in film.frames:
                pass

        with pytest.raises(GenerationCancelled):
            run()
        assert told[-1] < 100

    def test_its_films_become_playable_files(self, backend: Backend, board: Storyboard, tmp_path: Path) -> None:
        write_mp4(self.film(backend, board), tmp_path / "film.mp4")
        info = probe(tmp_path / "film.mp4")
        assert (info.width, info.height, info.frame_count) == (board.width, board.height, board.frame_count)
        assert info.fps == pytest.approx(board.fps, rel=0.01)
        assert info.has_sound
