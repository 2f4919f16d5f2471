"""``kindling eval ope``: what a policy would have earned, from the log of another one."""

import json
from pathlib import Path

import typer


def command(
    logs: Path = typer.Option(..., exists=True, dir_okay=False, help="Logged rounds, in Open Bandit columns."),
    target: Path = typer.Option(..., exists=True, dir_okay=False, help="The policy to judge; see docs/ope.md."),
    level: float = typer.Option(0.95, min=0.51, max=0.999, help="How often intervals should hold the truth."),
    bootstrap: bool = typer.Option(False, "--bootstrap", help="Intervals by resampling, not by a normal distribution."),
    seed: int = typer.Option(7, min=0, help="Decides folds and resamples."),
    out: Path | None = typer.Option(None, dir_okay=False, help="Also write everything as JSON."),
) -> None:
    """Estimate a target policy's click rate from logged propensities: IPS, clipped, SNIPS, DM and doubly robust."""
    from pipelines.offline.ope.estimators import OpeConfig
    from pipelines.offline.ope.evaluation import judge, lines
    from pipelines.offline.ope.logs import read_logs
    from pipelines.offline.ope.targets import read_target

    config = OpeConfig(level=level, interval="bootstrap" if bootstrap else "normal", seed=seed)
    logged = read_logs(logs)
    judged = judge(logged, read_target(target, logged), config)
    typer.echo("\n".join(lines(judged)))
    if out is not None:
        out.write_text(json.dumps(judged.as_json(), indent=1) + "\n", encoding="utf-8")
