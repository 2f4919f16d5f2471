"""``kindling eval``: measures parts of Kindling on files of your own."""

from pathlib import Path

import typer

from pipelines.commands import (
    evaluate_moderation,
    evaluate_moderation_evasions,
    evaluate_moderation_transfer,
    evaluate_ope,
    evaluate_social,
    evaluate_suites,
    evaluate_value,
)

app = typer.Typer(no_args_is_help=True, help="Measure parts of Kindling on files of your own.")
app.command("moderation")(evaluate_moderation.command)
app.command("moderation-suites")(evaluate_suites.command)
app.command("moderation-evasions")(evaluate_moderation_evasions.command)
app.command("moderation-transfer")(evaluate_moderation_transfer.command)
app.command("ope")(evaluate_ope.command)
app.command("social")(evaluate_social.command)
app.command("value")(evaluate_value.command)


@app.command("steer")
def steer(
    videos: Path = typer.Option(..., exists=True, dir_okay=False, help='Videos, one {"id", "text"} a line.'),
    instructions: Path = typer.Option(..., exists=True, dir_okay=False, help='Wishes, one {"id", "text"} a line.'),
    out: Path = typer.Option(..., dir_okay=False, help='Rankings, one {"id", "ranking"} a line, best first.'),
) -> None:
    """Rank the videos for each instruction, for a viewer with no history."""
    from core.encoder import TextEncoder
    from core.settings import Settings
    from pipelines.offline.steer_evaluation import rank_by_steers
    from ranking.understanding.model import AttributeModel

    settings = Settings()
    encoder = TextEncoder(settings.models / "encoder", threads=settings.encoder_threads)
    count, lost = rank_by_steers(videos, instructions, out, encoder, AttributeModel.open())
    typer.echo(f"Ranked for {count} instructions ({lost} of them say nothing that can be followed): {out}")


@app.command("less")
def less(
    videos: Path = typer.Option(..., exists=True, dir_okay=False, help="Labelled videos, JSON Lines."),
) -> None:
    """Measure how much of each topic "less of it" removes from twenty, and what other pages keep of their nDCG."""
    from core.encoder import TextEncoder
    from core.settings import Settings
    from pipelines.offline.steer_less import measure_less
    from ranking.understanding.model import AttributeModel

    settings = Settings()
    encoder = TextEncoder(settings.models / "encoder", threads=settings.encoder_threads)
    rows = measure_less(videos, encoder, AttributeModel.open())
    for row in rows:
        told = f"{row.before:.0%} of twenty, then {row.after:.0%}; others keep {row.kept_elsewhere:.1%} of nDCG"
        typer.echo(f"{row.topic:14s} {told}")
    removed = 1.0 - sum(row.after for row in rows) / sum(row.before for row in rows)
    kept = sum(row.kept_elsewhere for row in rows) / len(rows)
    typer.echo(
        f"Removed {removed:.1%} over {len(rows)} topics; pages on other topics keep {kept:.1%} of their nDCG@20."
    )


@app.command("tradeoff")
def tradeoff(
    out: Path = typer.Option(Path("docs"), file_okay=False, help="Folder for the plot, the runs and the page."),
    seeds: int = typer.Option(5, min=2, max=100, help="Towns to play in."),
    people: int = typer.Option(200, min=20, max=5000, help="People of each town."),
    videos: int = typer.Option(800, min=50, max=20_000, help="Videos of each town."),
    days: int = typer.Option(14, min=2, max=180, help="Days that each engine makes the pages."),
    processes: int = typer.Option(2, min=1, max=64, help="Towns played at the same time."),
) -> None:
    """Compare Kindling with the same engine after watch time and with newest first, in towns of hidden tastes."""
    from core.settings import Settings
    from pipelines.offline.simulator.page import tables, write_study
    from pipelines.offline.simulator.study import StudyConfig, run_study

    config = StudyConfig(seeds=seeds, people=people, videos=videos, loop_days=days)
    with typer.progressbar(length=seeds, label="Towns") as bar:
        runs = run_study(config, Settings().models, processes=processes, done=lambda _: bar.update(1))
    files = write_study(runs, config, out)
    typer.echo(tables(runs, config))
    typer.echo(f"Written: {', '.join(map(str, files))}")
