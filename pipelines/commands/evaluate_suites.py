"""``kindling eval moderation-suites``: the text check on the frozen suites."""

from pathlib import Path

import typer


def command(
    out: Path | None = typer.Option(None, dir_okay=False, help="File for the whole report, JSON."),
    prompts: Path | None = typer.Option(
        None,
        exists=True,
        dir_okay=False,
        help="Benign prompts, .jsonl; rows kept for evaluation join the ordinary ones.",
    ),
) -> None:
    """Measure what is ranked, caught and refused on the frozen suites, per kind, function and disguise."""
    import json

    from core.encoder import TextEncoder
    from core.settings import Settings
    from pipelines.offline.moderation.suite_report import lines_of, measure_suites
    from safety.room import Safety

    settings = Settings()
    encoder = TextEncoder(settings.models / "encoder", threads=settings.encoder_threads)
    report = measure_suites(Safety.open(encoder, keys=settings.keys, overrides=settings.policies), prompts)
    if out is not None:
        out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for line in lines_of(report):
        typer.echo(line)
