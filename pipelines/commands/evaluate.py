"""``kindling eval``: measures parts of Kindling on files of your own."""

from pathlib import Path

import typer

from pipelines.commands import evaluate_moderation, evaluate_ope, evaluate_social, evaluate_value

app = typer.Typer(no_args_is_help=True, help="Measure parts of Kindling on files of your own.")
app.command("moderation")(evaluate_moderation.command)
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
    count = rank_by_steers(videos, instructions, out, encoder, AttributeModel.open())
    typer.echo(f"Ranked for {count} instructions: {out}")
