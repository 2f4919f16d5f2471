"""``kindling train moderation``: trains the text classifier again from its data."""

from pathlib import Path

import typer


def command(
    data: Path = typer.Option(..., exists=True, dir_okay=False, help="Texts with partial labels, .jsonl or .jsonl.gz."),
    prompts: Path = typer.Option(..., exists=True, dir_okay=False, help="Benign video prompts and captions, .jsonl."),
    target: Path | None = typer.Option(None, help="Folder to write to; the one that is shipped if left out."),
    scratch: Path | None = typer.Option(None, help="Folder that keeps text vectors between runs."),
) -> None:
    """Train the moderation text classifier, measure it on held-out texts, and write the artifact with its manifest."""
    import json

    from core.clock import SystemClock
    from core.encoder import TextEncoder
    from core.settings import Settings
    from pipelines.offline.moderation.training import train_moderation
    from safety.text.classifier import SHIPPED

    settings = Settings()
    encoder = TextEncoder(settings.models / "encoder", threads=settings.encoder_threads)
    manifest = train_moderation(
        encoder, data, prompts, target or SHIPPED, scratch=scratch or settings.home / "scratch", clock=SystemClock()
    )
    typer.echo(json.dumps(manifest.metrics, indent=2))
    typer.echo(f"Wrote {target or SHIPPED}, revision {manifest.revision}.")
