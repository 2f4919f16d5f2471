"""``kindling setup``: what is made once on a machine before anything can be served."""

import typer

from core.clock import SystemClock
from core.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Make what serving needs, once.")


@app.callback()
def _group() -> None:
    """Keep sub-commands named even while there is one of them."""


@app.command()
def encoder(force: bool = typer.Option(False, help="Export again even if one is there and whole.")) -> None:
    """Export the bundled text encoder to int8 ONNX (about half a minute; later runs see it is there)."""
    ensure_encoder(Settings(), force=force)


def ensure_encoder(settings: Settings, *, force: bool = False) -> None:
    """Export the text encoder into ``settings.models`` unless a whole one is there."""
    from rich.console import Console

    from core.artifacts import open_artifact
    from core.encoder import ENCODER_NAME, ENCODER_SCHEMA
    from core.errors import BrokenArtifact

    target = settings.models / "encoder"
    if not force:
        try:
            open_artifact(target, name=ENCODER_NAME, schema_version=ENCODER_SCHEMA)
            return
        except BrokenArtifact as error:
            typer.echo(
                f"Exporting the text encoder ({error.detail})" if target.exists() else "Exporting the text encoder"
            )
    with Console(stderr=True).status("Exporting the text encoder to int8 ONNX (about 30 s)"):
        from pipelines.offline.encoder import export_encoder

        manifest = export_encoder(target, SystemClock())
    typer.echo(f"Text encoder ready: revision {manifest.revision}")
