"""``kindling eval moderation-transfer``: the text classifier on sources that it never saw."""

from pathlib import Path

import typer


def command(
    data: Path = typer.Option(..., exists=True, dir_okay=False, help="Texts with partial labels, .jsonl or .jsonl.gz."),
    prompts: Path = typer.Option(..., exists=True, dir_okay=False, help="Benign video prompts and captions, .jsonl."),
    adapt: int = typer.Option(0, min=0, help="Texts that each fold's adapter reads; 0 measures the encoder as it is."),
    fold: int | None = typer.Option(None, min=0, max=2, help="Leave out this third of the sources only."),
    out: Path | None = typer.Option(None, dir_okay=False, help="Also write the figures as JSON."),
) -> None:
    """Leave whole sources and authored entries out in turn, and measure on what was left out."""
    import json

    from pipelines.offline.moderation.dataset import load_dataset
    from pipelines.offline.moderation.fitting import FitConfig
    from pipelines.offline.moderation.transfer import FOLDS, adapted, frozen, measure_transfer, out_of_source
    from pipelines.offline.text_adapter import AdapterConfig

    texts = load_dataset(data, prompts)
    vectors = adapted(texts, AdapterConfig(texts=adapt)) if adapt else frozen(texts)
    folds = range(len(FOLDS)) if fold is None else [fold]
    figures = measure_transfer(texts, out_of_source(texts, vectors, FitConfig(), folds))
    written = json.dumps(figures, indent=2)
    if out is not None:
        out.write_text(written + "\n", encoding="utf-8")
    typer.echo(written)
