"""``kindling film``: a film from words, kept as a storyboard, remixed and edited into others."""

from pathlib import Path

import numpy as np
import pytest
from typer import Typer
from typer.testing import CliRunner

from core.errors import InvalidInput
from core.media.codec import poster, probe, read_frames
from core.media.film import Frame
from core.media.strip import jpeg_within, strip
from generation.storyboard import read_storyboard
from pipelines.commands.film import command
from tests.pictures import png_of, scenery

app = Typer()
app.command()(command)


def film(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("film")
    out, board, row = (str(folder / name) for name in ("a.mp4", "a.json", "a.jpg"))
    words = ("Mia waves in a park. Then a red ball", "--seconds", "2", "--size", "108x192")
    said = film(*words, "--out", out, "--save-board", board, "--strip", row)
    assert "2 s, 2 shots, 108x192" in said
    return folder


def test_it_makes_a_film_a_storyboard_and_a_strip(made: Path) -> None:
    info = probe(made / "a.mp4")
    assert (info.width, info.height, info.frame_count, info.has_sound) == (108, 192, 48, True)
    assert len(read_storyboard((made / "a.json").read_bytes()).shots) == 2
    assert 1_000 < (made / "a.jpg").stat().st_size < 150_000


def test_a_storyboard_is_remixed_edited_extended_and_looped(made: Path) -> None:
    film("--board", str(made / "a.json"), "--remix", "at night", "--edit", "make the ball blue", "--extend", "she runs",
         "--seconds", "1", "--loop", "--style", "anime", "--out", str(made / "b.mp4"), "--save-board",
         str(made / "b.json"))  # fmt: skip
    board = read_storyboard((made / "b.json").read_bytes())
    assert [shot.time_of_day for shot in board.shots] == ["night"] * 3
    assert {shot.style for shot in board.shots} == {"anime"}
    assert board.loops
    assert any(thing.colour == "blue" for thing in board.shots[1].things if thing.kind == "ball")
    assert poster(made / "b.mp4").mean() < poster(made / "a.mp4").mean()


def test_a_film_begins_with_a_picture(made: Path) -> None:
    picture, out = made / "field.png", made / "opened.mp4"
    picture.write_bytes(png_of(scenery(108, 192)))
    film("a red ball in a park", "--seconds", "1", "--size", "108x192", "--input-reference", str(picture), "--out",
         str(out))  # fmt: skip
    assert np.abs(next(iter(read_frames(out))).astype(int) - scenery(108, 192)).mean() < 6
    with pytest.raises(InvalidInput, match="108x192 and the film 192x108"):
        film("a ball", "--size", "192x108", "--input-reference", str(picture), "--out", str(made / "x.mp4"))


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not a size"):
        film("a ball", "--size", "big", "--out", str(tmp_path / "x.mp4"))
    with pytest.raises(InvalidInput, match="empty"):
        film("", "--out", str(tmp_path / "x.mp4"))
    assert not list(tmp_path.iterdir())


def test_a_strip_fits_into_its_bytes() -> None:
    import numpy as np

    noise: Frame = np.random.default_rng(1).integers(0, 255, (160, 90, 3), np.uint8)
    row = strip([noise] * 4, 120)
    assert row.shape[0] == 120
    assert len(jpeg_within(row, 60_000)) <= 60_000
