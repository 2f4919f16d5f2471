"""``kindling eval moderation``: scores and verdicts for a file of texts."""

from pathlib import Path

import typer


def command(
    source: Path = typer.Option(..., "--input", exists=True, dir_okay=False, help='Texts, one {"text": ...} a line.'),
    out: Path = typer.Option(..., "--out", dir_okay=False, help="Answers, one a line, in the same order."),
) -> None:
    """Judge every text as a prompt: probability of any harm, scores, and the verdict for adults and for teens."""
    from core.encoder import TextEncoder
    from core.settings import Settings
    from pipelines.offline.moderation.evaluating import evaluate_file
    from safety.room import Safety

    settings = Settings()
    encoder = TextEncoder(settings.models / "encoder", threads=settings.encoder_threads)
    safety = Safety.open(encoder, keys=settings.keys, overrides=settings.policies)
    count = evaluate_file(safety, source, out)
    typer.echo(f"Judged {count} texts; policy {safety.moderation.version}, model {safety.classifier.revision}.")
