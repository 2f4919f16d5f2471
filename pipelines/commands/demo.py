"""``kindling demo``: a city of people to try everything on."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.records import Person
    from core.settings import Settings
    from core.storage.database import Transaction
    from pipelines.offline.city.config import CityConfig
    from pipelines.offline.city.manifest import CityManifest

app = typer.Typer(no_args_is_help=True, help="The demo city.")


class Role(StrEnum):
    """Who can be looked for in the city."""

    ADULT = "adult"
    TEEN = "teen"
    GUARDIAN = "guardian"
    CREATOR = "creator"


Seed = Annotated[int, typer.Option(min=0, help="Decides everything that is left to chance.")]
People = Annotated[int, typer.Option(min=12, max=20_000, help="How many people live there.")]
Videos = Annotated[int, typer.Option(min=8, max=20_000, help="How many videos they have published.")]
Films = Annotated[int, typer.Option(min=0, help="Films to render; 0: one small film, copied for every video.")]
Home = Annotated[Path | None, typer.Option(help="Folder to build in; by default KINDLING_HOME.")]
_HOUR_S = 3600
_LOOKED_AT = 60


@app.command()
def build(
    seed: Seed = 7,
    people: People = 600,
    videos: Videos = 1200,
    films: Films = 160,
    home: Home = None,
    now: Annotated[datetime | None, typer.Option(help="End of the sixty days, UTC; by default today's start.")] = None,
    processes: Annotated[int, typer.Option(min=0, max=64, help="Processes that render; 0: this one does.")] = 2,
    force: Annotated[bool, typer.Option("--force", help="Build again although there is a city.")] = False,
) -> None:
    """Build the city, replacing an unfinished one. The same options (and --now) give the same rows."""
    from pipelines.offline.city.manifest import read_manifest

    settings = _settings(home)
    standing = read_manifest(settings.home)
    if standing is not None and not force:
        typer.echo(
            f"There is a city in {settings.home / 'city'} already ({_words(standing)}). --force builds it again."
        )
        return
    _encoder(settings)
    config = _config(now, seed=seed, people=people, videos=videos, films=films)
    typer.echo(f"The city is built: {_words(_build(settings, config, processes))}.")


@app.command()
def up(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: KINDLING_PORT.")] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on; empty: KINDLING_HOST.")] = "",
) -> None:
    """Build what is missing, start the server and a generation worker, and print the addresses."""
    import os

    from pipelines.offline.city.manifest import read_manifest

    settings = _settings(None)
    if read_manifest(settings.home) is None:
        _encoder(settings)
        _build(settings, _config(None), 2)
    os.environ["KINDLING_DEMO"] = "true"
    address, chosen = host or settings.host, port or settings.port
    # Passkeys belong to a name: a browser makes none for a number.
    url = f"http://{'localhost' if address == '127.0.0.1' else address}:{chosen}"
    os.environ.setdefault("KINDLING_PUBLIC_URL", url)
    typer.echo(_welcome(settings, url))
    from pipelines.commands.serving import serve

    serve(address, chosen, max(1, settings.workers))


@app.command()
def person(
    role: Annotated[Role, typer.Argument(help="Whom to look for.")] = Role.ADULT,
    home: Home = None,
) -> None:
    """Print the id of someone in the city: for scripts and for trying things out."""
    from core.clock import SystemClock
    from core.storage.database import Database

    database = Database(_settings(home).resolved_database_url)
    with database.read() as tx:
        found = _someone(tx, role, SystemClock().now())
    database.close()
    typer.echo(found.id)


@app.command()
def judge(
    people: Annotated[int, typer.Option(min=2, help="How many people to ask about.")] = 200,
    size: Annotated[int, typer.Option(min=1, max=30, help="Videos on a page.")] = 8,
    home: Home = None,
) -> None:
    """Ask the city's truth how well the engine's pages suit people. Nothing here feeds the ranker."""
    from rich.console import Console
    from rich.table import Table

    from core.clock import ManualClock
    from pipelines.offline.city.judge import judge as ask
    from pipelines.offline.city.manifest import read_manifest
    from pipelines.offline.city.truth import CityTruth
    from pipelines.online.rooms import open_rooms

    settings = _settings(home)
    truth = CityTruth.open(settings.home / "city" / "truth")
    manifest = read_manifest(settings.home)
    clock = ManualClock(manifest.config.now) if manifest else None
    table = Table("pages", "people", "true satisfaction", "chance to create", title="Means with 95 % intervals")
    for row in ask(open_rooms(settings, clock), truth, people=people, size=size):
        figures = (f"{f.mean:.4f} [{f.low:.4f}, {f.high:.4f}]" for f in (row.satisfaction, row.creation))
        table.add_row(row.name, str(row.people), *figures)
    Console().print(table)


def _settings(home: Path | None) -> "Settings":
    from core.settings import Settings

    return Settings() if home is None else Settings(home=home)


def _config(now: datetime | None, **chosen: int) -> "CityConfig":
    from datetime import UTC

    from core.clock import SystemClock
    from pipelines.offline.city.config import CityConfig, start_of_today

    end = start_of_today(SystemClock().now()) if now is None else now.replace(tzinfo=now.tzinfo or UTC)
    return CityConfig.model_validate({"now": end, **chosen})


def _encoder(settings: "Settings") -> None:
    from pipelines.commands.setup import ensure_encoder

    ensure_encoder(settings)


def _build(settings: "Settings", config: "CityConfig", processes: int) -> "CityManifest":
    from pipelines.offline.city.build import build_city
    from pipelines.offline.stages import Stages

    stages = Stages()
    with stages.shown():
        return build_city(settings, config, processes=processes, stages=stages)


def _words(manifest: "CityManifest") -> str:
    counts = manifest.counts
    parts = (("people", "people"), ("videos", "videos"), ("impressions", "impressions"), ("events", "events"))
    took = sum(manifest.timings_s.values())
    return ", ".join(f"{counts[key]:,} {word}" for key, word in parts) + f", {manifest.films} films, {took:.0f} s"


def _welcome(settings: "Settings", url: str) -> str:
    token = _token(settings)
    return (
        f"\n  Feed        {url}/\n  API docs    {url}/docs\n\n  A page of the feed, as a person of the city "
        f"(the token holds for an hour):\n\n  curl -s {url}/v1/feed -H 'Authorization: Bearer {token}' "
        "-H 'Content-Type: application/json' -d '{\"size\": 8}'\n"
    )


def _someone(tx: "Transaction", role: Role, now: datetime) -> "Person":
    """Return the first person in that role. Raises ``NotFound`` when the city has none."""
    from core.errors import NotFound
    from core.storage.demo import DemoPeople
    from core.storage.people import People

    look = DemoPeople(tx)
    ids = {
        Role.ADULT: lambda: [ident for ident, _ in look.most_following(_LOOKED_AT)],
        Role.CREATOR: lambda: [ident for ident, _ in look.busiest_creators(_LOOKED_AT)],
        Role.GUARDIAN: lambda: [guardian for guardian, _ in look.families(_LOOKED_AT)],
        Role.TEEN: lambda: [teen for _, teen in look.families(_LOOKED_AT)],
    }[role]()
    people = People(tx).many(ids)
    for ident in ids:
        if ident in people and people[ident].is_minor(now) == (role is Role.TEEN):
            return people[ident]
    raise NotFound(code="no_one", detail=f"There is no {role} here.", expected="Run `kindling demo build` first.")


def _token(settings: "Settings") -> str:
    """Return a token of the city's first grown-up."""
    from core.clock import SystemClock
    from core.storage.database import Database
    from core.tokens import TokenIssuer, open_key
    from core.vocabulary import Scope

    clock = SystemClock()
    database = Database(settings.resolved_database_url)
    with database.read() as tx:
        person = _someone(tx, Role.ADULT, clock.now())
    database.close()
    issuer = TokenIssuer(open_key(settings.keys), issuer=settings.issuer, audience=settings.audience, clock=clock)
    return issuer.mint(person.id, [Scope.PERSON], _HOUR_S)
