"""``kindling train av``: the small audio-video model, from nothing, in pieces."""

from pathlib import Path

import typer


def command(
    scratch: Path = typer.Option(..., file_okay=False, help="Folder that a broken-off training goes on from."),
    recipe: str = typer.Option("cpu", help="`cpu` (two cores) or `gpu` (one large GPU)."),
    minutes: float = typer.Option(10.0, min=0.05, help="Length of this piece; run again to go on."),
    part: list[str] = typer.Option(
        ["codecs", "transformer"], help="What this process trains; both can be trained beside one another."
    ),
    out: Path | None = typer.Option(None, file_okay=False, help="Where to write it; the shipped folder by default."),
    threads: int = typer.Option(2, min=1, help="Threads to train with."),
    compiled: bool = typer.Option(False, "--compile", help="Compile the transformer: faster; needs a C++ compiler."),
    processes: int = typer.Option(1, min=1, help="Processes that share each step of the transformer, a thread each."),
    as_it_is: bool = typer.Option(False, help="Write what was learned so far, and train nothing."),
) -> None:
    """Train kindling-av from nothing on films of the world backend, in pieces, and write the checkpoint."""
    import torch
    from rich.console import Console

    from core.clock import SystemClock
    from core.errors import InvalidInput
    from generation.av.backend import SHIPPED
    from pipelines.offline.av.config import RECIPES
    from pipelines.offline.av.training import PARTS, AvTraining, OutOfTime

    if recipe not in RECIPES:
        raise InvalidInput("unknown_recipe", f"There is no recipe {recipe!r}.", "recipe", f"One of {list(RECIPES)}.")
    if not set(part) <= set(PARTS):
        raise InvalidInput("unknown_part", f"{part} are not parts of the model.", "part", f"Of {list(PARTS)}.")
    torch.set_num_threads(threads if processes == 1 else 1)
    device = "cuda" if recipe == "gpu" and torch.cuda.is_available() else "cpu"
    with Console(stderr=True).status("starting") as status:
        training = AvTraining(
            RECIPES[recipe], scratch, minutes, status.update, device, processes=processes, compiled=compiled
        )
        try:
            if not as_it_is:
                training.run(part)
        except OutOfTime:
            typer.echo("This piece is over and kept; run the same command to go on.")
            return
    if as_it_is or set(part) == set(PARTS):
        training.write(out or SHIPPED, SystemClock(), f"kindling train av --recipe {recipe} --scratch FOLDER")
        typer.echo(f"Wrote {out or SHIPPED}")
