"""``kindling eval social``: recall and NDCG of the social recommender on files of your own."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pipelines.offline.social.data import SocialData

_TSV = "tab-separated with a header"


def command(
    train: Path | None = typer.Option(None, exists=True, dir_okay=False, help=f"Training pairs user, item; {_TSV}."),
    val: Path | None = typer.Option(
        None, exists=True, dir_okay=False, help="Validation pairs; every choice is made here."
    ),
    test: Path | None = typer.Option(None, exists=True, dir_okay=False, help="Test pairs; looked at once, at the end."),
    net: Path | None = typer.Option(None, exists=True, dir_okay=False, help=f"Friendships user, friend; {_TSV}."),
    atomic: Path | None = typer.Option(None, exists=True, file_okay=False, help="Instead: RecBole's .inter and .net."),
    seeds: int = typer.Option(3, min=1, max=20, help="How many seeds; the mean is printed last."),
    first_seed: int = typer.Option(
        2020, min=0, help="The first seed. With --atomic, each seed also has its own split."
    ),
    k: str = typer.Option("10,20", help="Cutoffs; choices are made by NDCG at the first."),
    ablation: bool = typer.Option(False, "--ablation", help="Also measure the same without any friendship."),
    graph_seconds: float = typer.Option(900.0, min=1.0, help="Most seconds that one graph convolution may train."),
) -> None:
    """Train on the training pairs, choose by validation, and print Recall@k and NDCG@k of the full ranking on test."""
    from pipelines.offline.social.config import GraphSettings, SocialSettings
    from pipelines.offline.social.data import read_atomic, read_split
    from pipelines.offline.social.evaluation import figures_line, mean_of, peak_memory_mb, run_seeds

    cutoffs = _cutoffs(k)

    def read(seed: int) -> "SocialData":
        if atomic is not None:
            return read_atomic(atomic, seed)
        if train is None or val is None or test is None:
            raise typer.BadParameter("give --train, --val and --test, or --atomic")
        return read_split(train, val, test, net)

    settings = SocialSettings(graph=GraphSettings(seconds=graph_seconds))
    numbers = tuple(range(first_seed, first_seed + seeds))
    results = run_seeds(read, settings, seeds=numbers, cutoffs=cutoffs, ablation=ablation, say=typer.echo)
    typer.echo(f"{sum(result.seconds for result in results):.0f} s, at most {peak_memory_mb():.0f} MB of memory")
    if ablation:
        typer.echo(f"mean of {seeds} without friends: {figures_line(mean_of([r.without_friends for r in results]))}")
    typer.echo(f"mean of {seeds}: {figures_line(mean_of([r.test for r in results]))}")


def _cutoffs(text: str) -> tuple[int, ...]:
    try:
        found = tuple(int(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or min(found) < 1:
        raise typer.BadParameter(f"{text!r} is no list of cutoffs; write for example 10,20", param_hint="--k")
    return found
