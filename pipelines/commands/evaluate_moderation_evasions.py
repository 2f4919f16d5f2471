"""``kindling eval moderation-evasions``: what undoing disguises costs on ordinary prompts."""

from pathlib import Path

import typer


def command(
    prompts: Path = typer.Option(..., exists=True, dir_okay=False, help="Benign video prompts and captions, .jsonl."),
    count: int = typer.Option(200, min=20, help="How many of them to disguise by each method."),
) -> None:
    """Disguise ordinary prompts by every method and tell which share is refused, for adults and for teens."""
    from core.encoder import TextEncoder
    from core.settings import Settings
    from pipelines.offline.moderation.evasions import refusals_of_ordinary
    from safety.room import Safety

    settings = Settings()
    encoder = TextEncoder(settings.models / "encoder", threads=settings.encoder_threads)
    safety = Safety.open(encoder, keys=settings.keys, overrides=settings.policies)
    for method, found in refusals_of_ordinary(safety, prompts, count).items():
        typer.echo(f"{method:16s} adult {found['adult']:6.1%}  teen {found['teen']:6.1%}  n {found['n']}")
