"""``kindling film``: make a film from words, or from another film's storyboard, into a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.media.film import Film, Frame
    from generation.backends import Keyframe
    from generation.room import Generation
    from generation.storyboard import Storyboard

_STRIP_FRAMES, _STRIP_BYTES = 6, 150_000


def command(
    prompt: Annotated[str, typer.Argument(help="What the film is to show. May be empty with --board.")] = "",
    out: Annotated[Path, typer.Option(help="The MP4 to write.")] = Path("film.mp4"),
    seconds: Annotated[float, typer.Option(help="How long it lasts.")] = 8.0,
    size: Annotated[str, typer.Option(help="Width x height in pixels.")] = "720x1280",
    seed: Annotated[int, typer.Option(help="Decides what the words leave open.")] = 1,
    style: Annotated[
        str, typer.Option(help="realistic, cinematic, anime, paper or neon; empty: as the words say.")
    ] = "",
    model: Annotated[str, typer.Option(help="Which model makes it.")] = "world",
    board: Annotated[
        Path | None, typer.Option(help="Start from this storyboard instead of reading the prompt.")
    ] = None,
    remix: Annotated[str, typer.Option(help="Tell the film anew with these words.")] = "",
    edit: Annotated[str, typer.Option(help="Change one thing, as in 'make the car red'.")] = "",
    extend: Annotated[str, typer.Option(help="Let this follow, for as many --seconds.")] = "",
    input_reference: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Begin with this picture, in its colours.")
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Let its end run into its beginning.")] = False,
    save_board: Annotated[Path | None, typer.Option(help="Write the storyboard here, to remix or edit later.")] = None,
    strip: Annotated[Path | None, typer.Option(help="Write a row of frames here, as JPEG.")] = None,
) -> None:
    """Make a film on this machine, for looking at what words give.

    Nothing is checked, marked or signed here, and no one's character can be used: what people see is made by
    ``POST /v1/videos``.
    """
    from core.media.codec import write_mp4
    from core.settings import Settings
    from generation.room import Generation

    generation = Generation.open(Settings())
    storyboard = _board(prompt, board, seconds, size, seed, style, generation)
    storyboard = _edited(storyboard, remix, edit, extend, loop, seconds)
    if board is not None and style:
        from generation.edits import restyle

        storyboard = restyle(storyboard, style)
    keyframes: list[Keyframe] = []
    if input_reference is not None:
        storyboard = _begun(storyboard, input_reference, keyframes)
    if save_board is not None:
        save_board.write_text(storyboard.model_dump_json(indent=1), encoding="utf-8")
    film = generation.generate(storyboard, {}, lambda _percent: None, lambda: False, model, keyframes=keyframes)
    kept: list[Frame] = []
    write_mp4(_watched(film, kept), out)
    if strip is not None:
        _write_strip(kept, strip)
    for note in film.notes:
        typer.secho(note, fg="yellow", err=True)
    shots = "1 shot" if len(storyboard.shots) == 1 else f"{len(storyboard.shots)} shots"
    typer.echo(f"{out}: {film.seconds:g} s, {shots}, {film.width}x{film.height}")


def _board(
    prompt: str, board: Path | None, seconds: float, size: str, seed: int, style: str, generation: "Generation"
) -> "Storyboard":
    from core.errors import InvalidInput
    from generation.storyboard import read_storyboard

    if board is not None:
        return read_storyboard(board.read_bytes())
    sides = size.split("x")
    if len(sides) != 2 or not all(side.isdigit() for side in sides):
        raise InvalidInput("bad_size", f"{size!r} is not a size.", "size", "Width x height, like 720x1280.")
    return generation.storyboard(
        prompt, seconds=seconds, width=int(sides[0]), height=int(sides[1]), seed=seed, style=style or None
    )


def _begun(storyboard: "Storyboard", path: Path, keyframes: "list[Keyframe]") -> "Storyboard":
    """Return the film in a picture's colours; the picture itself goes to ``keyframes``, as its first frame."""
    from generation.backends import Keyframe
    from generation.edits import restyle
    from pipelines.online.references import palette_of, read_reference

    reference = read_reference(path.read_bytes())
    keyframes.append(Keyframe(0.0, reference.fitted(f"{storyboard.width}x{storyboard.height}")))
    return restyle(storyboard, palette=palette_of(reference.picture))


def _edited(storyboard: "Storyboard", remix: str, edit: str, extend: str, loop: bool, seconds: float) -> "Storyboard":
    from generation import edits

    if remix:
        storyboard = edits.remix(storyboard, remix)
    if edit:
        storyboard = edits.change_thing(storyboard, edit)
    if extend:
        storyboard = edits.extend(storyboard, extend, seconds)
    return edits.loop(storyboard) if loop else storyboard


def _watched(film: "Film", kept: "list[Frame]") -> "Film":
    """Return a film that keeps a few of its frames, evenly spaced, as they are read."""
    from dataclasses import replace

    wanted = {int((number + 0.5) * film.frame_count / _STRIP_FRAMES) for number in range(_STRIP_FRAMES)}

    def frames() -> "Iterator[Frame]":
        for number, frame in enumerate(film.frames):
            if number in wanted:
                kept.append(frame.copy())
            yield frame

    return replace(film, frames=frames())


def _write_strip(kept: "list[Frame]", path: Path) -> None:
    from core.media.strip import jpeg_within
    from core.media.strip import strip as strip_of

    path.write_bytes(jpeg_within(strip_of(kept), _STRIP_BYTES))
