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
    """Export the text encoder and its adapted variant into ``settings.models`` unless whole ones are there."""
    from rich.console import Console

    with Console(stderr=True).status("Exporting the text encoder to int8 ONNX, if it is not there (about 40 s)"):
        # Imported here: exporting needs torch.
        from pipelines.offline.encoder import export_what_is_missing

        made = export_what_is_missing(settings.models / "encoder", SystemClock(), force=force)
    for manifest in made:
        typer.echo(f"{manifest.name} ready: revision {manifest.revision}")
