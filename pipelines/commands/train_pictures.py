"""``kindling train picture-heads``: heads over a configured open_clip model, from a folder of labelled frames."""

from pathlib import Path

import typer


def command(
    frames: Path = typer.Option(
        ..., exists=True, file_okay=False, help="Folder of pictures with labels.jsonl (see docs/media-safety.md)."
    ),
    target: Path = typer.Option(..., file_okay=False, help="Folder to write the heads to; set KINDLING_CLIP_HEADS."),
) -> None:
    """Train, calibrate and measure heads over the vectors of the model in KINDLING_CLIP_MODEL; write the artifact."""
    import json

    from core.clock import SystemClock
    from core.errors import InvalidInput
    from core.settings import Settings
    from pipelines.offline.moderation.picture_heads import train_picture_heads
    from safety.picture.vision import ClipModel

    settings = Settings()
    if not settings.clip_model:
        raise InvalidInput(
            "no_picture_model", "No picture model is configured.", "KINDLING_CLIP_MODEL", "An open_clip model."
        )
    model = ClipModel(
        settings.clip_model, weights=settings.clip_weights, revision=settings.clip_revision,
        device=settings.detector_device,
    )  # fmt: skip
    manifest = train_picture_heads(frames, target, model.look, checkpoint=model.checkpoint, clock=SystemClock())
    typer.echo(json.dumps(manifest.metrics, indent=2))
    typer.echo(f"Wrote {target}, revision {manifest.revision}, for checkpoint {model.checkpoint}.")
