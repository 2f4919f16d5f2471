"""``kindling bench``: measure the demo city on this machine and print each figure beside its goal and a peer."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from core.settings import Settings
from pipelines.offline.bench.figures import Figure, machine

app = typer.Typer(no_args_is_help=True, help="Measure speed against the goals.")


@app.callback()
def _group() -> None:
    """Keep sub-commands named even while there is one of them."""


@app.command("all")
def run_all() -> None:
    """Feed, moderation, rendering, cold start and memory, for the demo city in KINDLING_HOME."""
    from generation.room import Generation
    from pipelines.offline.bench import measures

    settings = Settings()
    typer.echo(f"On {machine()}.")
    _show(measures.feed_over_http(settings))
    _moderation(settings)
    _show(measures.rendering(Generation.open(settings)))


@app.command("moderation")
def run_moderation() -> None:
    """Judge prompts one at a time on one thread, and many on two, beside the bare encoder and a linear model."""
    typer.echo(f"On {machine()}.")
    _moderation(Settings())


def _moderation(settings: Settings) -> None:
    from core.encoder import TextEncoder
    from pipelines.offline.bench.moderation import moderation_speed
    from safety.room import Safety

    encoder = TextEncoder(settings.models / "encoder", threads=1)
    safety = Safety.open(encoder, keys=settings.keys, overrides=settings.policies)
    _show(moderation_speed(safety, encoder.encode_one))


@app.command("feed")
def run_feed(
    videos: int = typer.Option(1_000_000, min=1000, help="Published videos of the drawn world."),
    people: int = typer.Option(100_000, min=1000, help="People in it."),
    follows: int = typer.Option(50, min=1, help="How many people each of them follows, on average."),
    viewers: int = typer.Option(300, min=20, help="How many different people ask for a page."),
    world: Path | None = typer.Option(None, help="A folder to keep the drawn world in; one found there is used."),
    peers: bool = typer.Option(True, help="Also time LensKit and implicit (extra `bench`)."),
    http: bool = typer.Option(True, help="Also time whole pages from a server."),
) -> None:
    """Rank in a drawn world of any size, on one core: time, memory, recall, freshness, and peers in the same run."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"  # before NumPy and FAISS are loaded
    from pipelines.offline.bench import feed
    from pipelines.offline.bench.world import WorldConfig

    settings = Settings()
    typer.echo(f"On {machine()}; {videos:,} videos, {people:,} people, {follows} follows each.")
    with TemporaryDirectory() as scratch:
        home = world or Path(scratch)
        if not (home / "snapshots" / "CURRENT").exists():
            _show(feed.make_world(WorldConfig(videos=videos, people=people, follows=follows), settings, home))
        _show(feed.measure(settings, home, viewers, with_peers=peers, over_http=http))


@app.command("policy")
def run_policy(
    decisions: int = typer.Option(2_000_000, min=10_000, help="Drawn decisions to decide again."),
) -> None:
    """Decide a drawn history again under another policy, on two threads, and beside it a sample one by one."""
    for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = "2"  # before polars and NumPy are loaded
    from pipelines.offline.bench.policy import measure_backtest

    typer.echo(f"On {machine()}; {decisions:,} decisions.")
    with TemporaryDirectory() as scratch:
        _show(measure_backtest(Path(scratch), decisions))


@app.command("queue")
def run_queue(
    jobs: int = typer.Option(1000, min=10, help="Films that are asked for before any is made."),
    people: int = typer.Option(60, min=2, help="People who ask, a few of them for very many."),
    workers: int = typer.Option(4, min=1, max=64, help="Worker processes."),
    kills: int = typer.Option(25, min=0, help="Workers killed (-9) with a film in hand."),
    film_ms: int = typer.Option(30, min=1, help="How long a film takes: a pause takes its place."),
    postgresql: bool = typer.Option(False, help="Also on a PostgreSQL that is started for it (extra `dev`)."),
) -> None:
    """Kill workers at random while they empty a long queue: what is lost, what is made twice, how fair the order is."""
    from contextlib import ExitStack

    from core.storage.database import Database
    from core.storage.migrate import upgrade
    from pipelines.offline.bench import queue

    load = queue.Load(jobs=jobs, people=people, workers=workers, most_kills=kills, film_ms=film_ms)
    typer.echo(f"On {machine()}; {jobs:,} jobs of {people} people, {workers} workers, {film_ms} ms a film.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        urls = [f"sqlite:///{folder / 'queue.db'}"]
        if postgresql:
            from pgserver.postgres_server import get_server

            server = get_server(folder / "postgresql")
            stack.callback(server.cleanup)
            urls.append(server.get_uri())
        for url in urls:
            database = Database(url)
            stack.callback(database.close)
            upgrade(database)
            typer.echo(database.engine.dialect.name)
            _show(queue.figures(queue.load_test(database, load), load))


@app.command("generation")
def run_generation(
    only: list[str] = typer.Option([], help="Only these models; all that there are by default."),
    films: int = typer.Option(12, min=2, help="Unseen films for every row of a table."),
    steps: int = typer.Option(12, min=1, help="Denoising steps."),
    threads: int = typer.Option(2, min=1, help="Threads."),
    strips: Path | None = typer.Option(None, file_okay=False, help="A folder for pictures of what was measured."),
) -> None:
    """What films cost and, for models that were trained, how true to the world and to their words they are."""
    os.environ["OMP_NUM_THREADS"] = str(threads)  # before torch is loaded
    from core.errors import InvalidInput
    from generation.room import Generation
    from pipelines.offline.bench.generation import SECTIONS, Load, Titled

    if not set(only) <= set(SECTIONS):
        raise InvalidInput("unknown_model", f"There is no section {only}.", "only", f"Of {list(SECTIONS)}.")
    generation = Generation.open(Settings())
    typer.echo(f"On {machine()}; {threads} threads, {films} films a row.")
    for name in only or SECTIONS:
        for item in SECTIONS[name](generation, Load(films, steps, strips)):
            if isinstance(item, Titled):
                typer.echo("\n".join(item.lines()))
            elif isinstance(item, str):
                typer.echo(item)
            else:
                _show([item])


@app.command("moderations")
def run_moderations() -> None:
    """Ask a server of the demo city in KINDLING_HOME to judge texts: latency and rate, beside the classifier alone."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"  # before NumPy is loaded; servers run so too
    from core.encoder import TextEncoder
    from pipelines.offline.bench import moderations
    from safety.room import Safety

    settings = Settings()
    typer.echo(f"On {machine()}.")
    encoder = TextEncoder(settings.models / "encoder", threads=settings.encoder_threads)
    _show(moderations.measure(settings, Safety.open(encoder, keys=settings.keys, overrides=settings.policies)))


def _show(figures: Iterable[Figure]) -> None:
    for figure in figures:
        goal = (
            ""
            if figure.goal is None
            else f"  goal {'>=' if figure.at_least else '<='} {figure.goal:g} {'met' if figure.met else 'MISSED'}"
        )
        ratio = "" if figure.ratio is None else f"  {figure.ratio:.2f}x {figure.peer} ({figure.peer_value:.3g})"
        typer.echo(f"{figure.name:46} {figure.value:8.3g} {figure.unit:3}{goal}{ratio}")
