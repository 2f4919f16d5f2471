"""``kindling eval value``: judges new value weights on our own logged pages."""

from pathlib import Path

import typer


def command(
    policy: Path = typer.Option(..., exists=True, dir_okay=False, help="The value policy to judge, like value.toml."),
    decisions: int = typer.Option(4000, min=50, help="Most logged positions to judge by."),
    alternatives: int = typer.Option(60, min=1, max=2000, help="Sampled alternatives of each."),
    temperature: float = typer.Option(1.0, min=0.01, max=10.0, help="How soft both policies are taken to be."),
    seed: int = typer.Option(7, min=0, help="Decides which decisions and alternatives are drawn."),
) -> None:
    """Estimate what new value weights would change, from our own logged propensities, before anyone ships them."""
    from core.encoder import TextEncoder
    from core.policies import load_policy
    from core.settings import Settings
    from core.storage.database import Database
    from pipelines.offline.ope.estimators import OpeConfig
    from pipelines.offline.ope.own_logs import later_decisions
    from pipelines.offline.ope.value_weights import WeightsConfig, judge_weights, lines
    from pipelines.offline.ranking_data import load_ranking_data
    from ranking.heads import Heads
    from ranking.snapshot import current_folder
    from ranking.value import ValuePolicy, load_value

    settings = Settings()
    new, in_force = load_policy(policy, ValuePolicy), load_value(settings.policies)
    heads = Heads.open(current_folder(settings.snapshots) / "heads")
    database = Database(settings.resolved_database_url)
    data = load_ranking_data(database, TextEncoder(settings.models / "encoder", threads=settings.encoder_threads))
    database.close()
    config = WeightsConfig(decisions=decisions, alternatives=alternatives, temperature=temperature)
    logged = later_decisions(data, most=config.decisions, alternatives=config.alternatives, seed=seed)
    judged = judge_weights(logged, heads, in_force, new, config, OpeConfig(seed=seed))
    typer.echo("\n".join(lines(judged)))
