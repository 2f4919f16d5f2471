"""``kindling train``: heads and snapshots from the database, the moderation classifier, the audio-video model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.commands import train_av, train_moderation, train_moderation_adapter, train_pictures

if TYPE_CHECKING:
    from core.clock import SystemClock
    from core.encoder import TextEncoder
    from core.settings import Settings
    from core.storage.database import Database

app = typer.Typer(no_args_is_help=True, help="Train models and build serving snapshots.")
app.command("av")(train_av.command)
app.command("moderation")(train_moderation.command)
app.command("moderation-adapter")(train_moderation_adapter.command)
app.command("picture-heads")(train_pictures.command)


@app.command("heads")
def heads(
    auc_drop: float = typer.Option(0.02, min=0.0, max=1.0, help="Largest drop in AUC of any head that is accepted."),
    ece_rise: float = typer.Option(0.02, min=0.0, max=1.0, help="Largest rise in calibration error accepted."),
    rounds: int = typer.Option(70, min=1, max=2000, help="Trees of each head."),
    threads: int = typer.Option(1, min=1, help="Threads to train with."),
    report: Path | None = typer.Option(
        None, file_okay=False, help="Folder for a page with figures, calibration plots and importance of every head."
    ),
) -> None:
    """Train the ranking heads, compare them with those in force, and publish a snapshot if nothing got worse."""
    from pipelines.offline.head_report import write_report
    from pipelines.offline.heads import Guardrails, HeadsConfig, train_and_publish

    with _tools() as (database, encoder, settings, clock, say):
        manifest = train_and_publish(
            database,
            encoder,
            settings,
            clock,
            config=HeadsConfig(rounds=rounds, threads=threads),
            guardrails=Guardrails(auc_drop=auc_drop, ece_rise=ece_rise),
            progress=say,
        )
    for name, figures in manifest.metrics.items():
        area = "-" if figures["auc"] is None else f"{figures['auc']:.3f}"
        typer.echo(
            f"{name:12s} AUC {area}  ECE {figures['ece']:.4f} (a perfect head: {figures['ece_floor']:.4f})"
            f"  debiased RMS gap {figures['calibration_rms']:.4f}"
            f"  {figures['rows']} later impressions, {figures['base_rate']:.1%} positive"
        )
    if not manifest.metrics:
        typer.echo("No head has enough to learn from yet: the declared priors serve.")
    typer.echo(f"Snapshot {manifest.revision} is in force.")
    if report is not None:
        typer.echo(f"Report: {write_report(manifest.metrics, manifest.revision, report)}")


@app.command("snapshot")
def snapshot() -> None:
    """Build a serving snapshot of the database as it is; the heads in force are carried over. An empty one will do."""
    from pipelines.offline.snapshot import build_snapshot

    with _tools() as (database, encoder, settings, clock, say):
        manifest = build_snapshot(database, encoder, settings, clock, progress=say)
    counts = ", ".join(f"{count} {name}" for name, count in manifest.data.items())
    typer.echo(f"Snapshot {manifest.revision} is in force ({counts}).")


@app.command("attributes")
def attributes(
    videos: Path = typer.Option(
        ..., exists=True, dir_okay=False, help="Labelled videos, JSON Lines (see docs/steering.md)."
    ),
    prompts: Path | None = typer.Option(
        None, exists=True, dir_okay=False, help="Prompts whose labels are shipped, JSON Lines with `text`."
    ),
    out: Path | None = typer.Option(None, help="Folder to publish in; the shipped one by default."),
) -> None:
    """Train the attribute heads from labelled videos, labelled prompts and our own texts (about three minutes)."""
    from pipelines.offline.attributes.train import train_attributes
    from ranking.understanding.model import SHIPPED

    with _tools() as (_, encoder, _, clock, say):
        say("training a head for each attribute")
        manifest = train_attributes(videos, encoder, out or SHIPPED, clock, prompts=prompts)
    mean = manifest.metrics["cross_validated_average_precision"]["mean"]
    typer.echo(f"Attribute heads {manifest.revision}: mean cross-validated average precision {mean}.")


@app.command("attribute-adapter")
def attribute_adapter(
    videos: Path = typer.Option(
        ..., exists=True, dir_okay=False, help="Labelled videos, JSON Lines (see docs/steering.md)."
    ),
    prompts: Path | None = typer.Option(
        None, exists=True, dir_okay=False, help="Prompts whose labels are shipped, JSON Lines with `text`."
    ),
    out: Path | None = typer.Option(None, help="Folder to write to; the one that is shipped if left out."),
    hold_out: float = typer.Option(0.0, min=0, max=0.5, help="Only measure: on this share, trained on the rest."),
) -> None:
    """Adapt the encoder to attributes (about six minutes); then run ``setup encoder`` and ``train attributes``."""
    from pipelines.offline.attributes import adapting, train
    from pipelines.offline.attributes.authored import authored_videos
    from ranking.understanding.model import ADAPTER

    labelled, own = train.labelled_videos(videos, prompts), authored_videos()
    with _tools() as (_, encoder, _, clock, say):
        say("adapting the encoder to attributes")
        if hold_out:
            for name, found in train.hold_out(labelled, own, encoder, adapting.CONFIG, hold_out).items():
                typer.echo(f"{name}: mean average precision {found['mean']}")
            return
        manifest = adapting.train_attribute_adapter(labelled, own, out or ADAPTER, clock)
    typer.echo(f"Wrote {out or ADAPTER}, revision {manifest.revision}. Now: setup encoder, then train attributes.")


@app.command("phrases")
def phrases(
    out: Path | None = typer.Option(None, help="Folder to publish in; the shipped one by default."),
) -> None:
    """Train what a phrase of a steer means that says no concept in known words (about a minute)."""
    from pipelines.offline.phrases.train import train_phrases
    from ranking.steering.concepts import load_concepts
    from ranking.steering.phrases import SHIPPED

    with _tools() as (_, encoder, settings, clock, say):
        say("training the phrase heads")
        manifest = train_phrases(load_concepts(settings.policies), encoder, out or SHIPPED, clock)
    typer.echo(f"Phrase heads {manifest.revision}: {manifest.metrics}.")


@contextmanager
def _tools() -> "Iterator[tuple[Database, TextEncoder, Settings, SystemClock, Callable[[str], None]]]":
    """Open what training needs, and show each step as it begins."""
    from rich.console import Console

    from core.clock import SystemClock
    from core.encoder import TextEncoder
    from core.settings import Settings
    from core.storage.database import Database

    settings = Settings()
    database = Database(settings.resolved_database_url)
    encoder = TextEncoder(settings.models / "encoder", threads=settings.encoder_threads)
    with Console(stderr=True).status("starting") as status:
        yield database, encoder, settings, SystemClock(), lambda step: status.update(step)
    database.close()
