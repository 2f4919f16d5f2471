"""``kindling train moderation-adapter``: adapts the text encoder to moderation."""

from pathlib import Path

import typer


def command(
    data: Path = typer.Option(..., exists=True, dir_okay=False, help="Texts with partial labels, .jsonl or .jsonl.gz."),
    prompts: Path = typer.Option(..., exists=True, dir_okay=False, help="Benign video prompts and captions, .jsonl."),
    target: Path | None = typer.Option(None, help="Folder to write to; the one that is shipped if left out."),
    texts: int | None = typer.Option(None, min=64, help="Texts to read in all; the usual number if left out."),
) -> None:
    """Adapt the text encoder; then run ``setup encoder`` and ``train moderation``, which fits the heads over it."""
    from core.clock import SystemClock
    from pipelines.offline.moderation.adapting import train_moderation_adapter
    from pipelines.offline.text_adapter import AdapterConfig
    from safety.text.classifier import ADAPTER

    config = AdapterConfig(texts=texts) if texts else AdapterConfig()
    manifest = train_moderation_adapter(data, prompts, target or ADAPTER, clock=SystemClock(), config=config)
    typer.echo(f"Wrote {target or ADAPTER}, revision {manifest.revision}. Now: setup encoder, then train moderation.")
