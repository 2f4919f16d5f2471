"""Builds the demo city: draws it, renders its films, plays its sixty days, stores everything and trains on it."""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from core.clock import ManualClock
from core.encoder import TextEncoder
from core.errors import Conflict
from core.hashing import stable_int
from core.settings import Settings
from core.storage.bulk_load import empty_all_tables
from core.storage.database import Database
from core.storage.migrate import upgrade
from core.storage.people import People
from generation.storyboard import Storyboard
from pipelines.offline.city.asked import ask_everyone, store_answers
from pipelines.offline.city.catalogue import Creator, Likeness, Piece, Studio, creators, likenesses
from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.crew import WORLD, Crew, PromptTask, Reading, RenderedFilm, RenderTask, hire
from pipelines.offline.city.days import Simulation, draw_visits, gather_facts
from pipelines.offline.city.families import form_families, store_families
from pipelines.offline.city.faring import draw_faring, save_faring
from pipelines.offline.city.graph import Graph, weave
from pipelines.offline.city.manifest import BUILDING, CityManifest, write_manifest
from pipelines.offline.city.scenes import plan_films
from pipelines.offline.city.society import Citizen, Community, communities, populate
from pipelines.offline.city.store import City, Screening, clip_key, portrait_key, store_city
from pipelines.offline.city.tastes import Truth, draw_truth
from pipelines.offline.city.truth import save_truth
from pipelines.offline.stages import Stages
from pipelines.online.films import poster_key
from pipelines.online.judging import FilmFlags
from wellbeing.room import Wellbeing

_CHUNK = 20
_CITY = "demo city"
_SECONDS = (4, 4, 4, 4, 4, 4, 5, 6)  # most films are short; rendering takes as long as they are
_SIZE, _SMALL_SIZE = (360, 640), (180, 320)


class Drawn(BaseModel):
    """The city before anything is rendered or played."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    groups: list[Community]
    citizens: list[Citizen]
    makers: list[Creator]
    graph: Graph
    stars: list[Likeness]
    pieces: list[Piece]


def build_city(
    settings: Settings, config: CityConfig, *, processes: int = 2, train: bool = True, stages: Stages | None = None
) -> CityManifest:
    """Build the city into the settings' home, database and media store; whatever demo city was there is replaced.

    Needs the exported encoder in ``settings.models``. ``processes`` render and read beside this one (0: this one does).
    Raises ``Conflict`` when the database holds people who are not from a demo city.
    """
    stages = stages or Stages(quiet=True)
    folder = settings.home / "city"
    database = Database(settings.resolved_database_url)
    try:
        _begin(database, folder, settings.snapshots)
        with hire(settings, config.now, processes) as crew:
            city_counts, films = _build(settings, config, database, crew, stages)
        if train:
            _train(settings, config, database, stages)
        manifest = CityManifest(config=config, films=films, counts=city_counts, timings_s=stages.timings)
        write_manifest(settings.home, manifest)
    finally:
        database.close()
    return manifest


def draw(config: CityConfig) -> Drawn:
    """Draw people, edges, creators, characters and videos: all that needs neither a model nor a renderer."""
    groups = communities(config)
    citizens = populate(config, groups)
    makers = creators(config, citizens, groups)
    graph = weave(config, citizens, [maker.weight + 0.3 for maker in makers])
    stars = likenesses(config, citizens, graph)
    pieces = Studio(config, citizens, makers, graph, stars).make_all()
    return Drawn(groups=groups, citizens=citizens, makers=makers, graph=graph, stars=stars, pieces=pieces)


def _begin(database: Database, folder: Path, snapshots: Path) -> None:
    upgrade(database)
    with database.read() as tx:
        anyone = bool(People(tx).page(limit=1))
    if anyone and not folder.exists():
        raise Conflict(
            code="database_in_use",
            detail="This database holds people who are not from a demo city.",
            expected="Set KINDLING_HOME to another folder, or KINDLING_DATABASE_URL to an empty database.",
        )
    empty_all_tables(database)
    for old in (folder, snapshots):
        shutil.rmtree(old, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / BUILDING).write_text("A build is under way, or was interrupted: it will start over.\n", encoding="utf-8")


def _build(
    settings: Settings, config: CityConfig, database: Database, crew: Crew, stages: Stages
) -> tuple[dict[str, int], int]:
    with stages.stage("People and videos"):
        drawn = draw(config)
        families = form_families(config, drawn.citizens, Wellbeing.open(overrides=settings.policies))
    readings = _read(config, drawn, crew, stages)
    screenings, films = _films(config, drawn, readings, crew, stages)
    _draw_characters(config, drawn, settings.home / "city", crew, stages)
    with stages.stage("Sixty days", 100) as advance:
        truth, city = _play(config, drawn, screenings, advance)
    with stages.stage("Storing"):
        counts = store_city(database, city, screenings)
        with database.write() as tx:
            counts |= store_families(tx, families)
        _keep_truth(settings.home / "city" / "truth", city, truth)
    with stages.stage("Asking how people fare"):
        counts["polls"] += _ask(settings, database, city, truth)
    return counts, films


def _read(config: CityConfig, drawn: Drawn, crew: Crew, stages: Stages) -> list[Reading]:
    tasks = [_prompt_task(config, drawn, index) for index in range(len(drawn.pieces))]
    chunks = [(tasks[start : start + _CHUNK],) for start in range(0, len(tasks), _CHUNK)]
    with stages.stage("Reading and judging prompts", len(chunks)) as advance:
        parts: Sequence[list[Reading]] = crew.run("read", chunks, lambda: advance(1))
    return [reading for part in parts for reading in part]


def _prompt_task(config: CityConfig, drawn: Drawn, index: int) -> PromptTask:
    piece = drawn.pieces[index]
    width, height = _SIZE if config.films else _SMALL_SIZE
    seed = stable_int(config.seed, "film", index, bits=31)
    seconds = _SECONDS[seed % len(_SECONDS)] if config.films else 2
    stars = tuple(drawn.stars[star].name for star in piece.stars)
    return PromptTask(piece.wish.text(), piece.caption, stars, seed, seconds, width, height)


def _films(
    config: CityConfig, drawn: Drawn, readings: list[Reading], crew: Crew, stages: Stages
) -> tuple[list[Screening], int]:
    """Render the films and return what each video's row will say, and how many films there are."""
    alone = [row for row, piece in enumerate(drawn.pieces) if piece.stars] if config.films else []
    plan = plan_films([reading.board for reading in readings], alone[: max(0, config.films // 3)], max(1, config.films))
    shared_by = Counter(plan.film_of)
    tasks = [
        _render_task(config, drawn, readings, lead, is_shared=shared_by[film] > 1)
        for film, lead in enumerate(plan.leads)
    ]
    # Films drawn alike have one key and are rendered once; the longest first, so that no process ends up waiting.
    unique = sorted({task.key: task for task in tasks}.values(), key=lambda task: (-task.board.seconds, task.key))
    with stages.stage("Rendering films", len(unique)) as advance:
        made: list[RenderedFilm] = crew.run("render", [(task,) for task in unique], lambda: advance(1))
    by_key = {film.film_key: film for film in made}
    films = [by_key[tasks[film].key] for film in plan.film_of]
    if not config.films:
        films = _copies(config, made[0], len(readings), crew)
    boards = [tasks[film].board for film in plan.film_of]
    return [_screening(*row) for row in zip(readings, films, boards, strict=True)], len(unique)


def _copies(config: CityConfig, film: RenderedFilm, count: int, crew: Crew) -> list[RenderedFilm]:
    """Give every video a copy of one film under a key of its own: a feed takes equal keys for the same film."""
    keys = [f"films/{config.ident('city', row).replace('_', '-')}.mp4" for row in range(count)]
    crew.run("copy_film", [(film.film_key, key) for key in keys], lambda: None)
    return [replace(film, film_key=key, poster_key=poster_key(key)) for key in keys]


def _render_task(
    config: CityConfig, drawn: Drawn, readings: list[Reading], lead: int, *, is_shared: bool
) -> RenderTask:
    piece = drawn.pieces[lead]
    shown = [(drawn.stars[star].name, config.ident("char", star)) for star in piece.stars] if config.films else []
    return RenderTask(
        board=readings[lead].board,
        video_id=config.ident("video", lead),
        maker=_CITY if is_shared else f"@{drawn.citizens[piece.creator].person.handle}",
        faces=tuple(shown),
        made_at=piece.published_at,
    )


def _screening(reading: Reading, film: RenderedFilm, board: Storyboard) -> Screening:
    return Screening(
        film_key=film.film_key,
        poster_key=film.poster_key,
        fingerprint=film.fingerprint,
        embedding=reading.embedding,
        teen_allowed=reading.teen_allowed and film.teen_allowed,
        adult_allowed=reading.adult_allowed and film.adult_allowed,
        limited=reading.limited or film.limited,
        style=board.style,
        size=f"{board.width}x{board.height}",
        seconds=round(board.seconds),
        model=WORLD,
        film_flags=FilmFlags(film.adult_allowed, film.teen_allowed, film.limited),
        words=reading.words,
    )


def _draw_characters(config: CityConfig, drawn: Drawn, scratch: Path, crew: Crew, stages: Stages) -> None:
    idents = [config.ident("char", index) for index in range(len(drawn.stars))]
    tasks = [(ident, portrait_key(ident), clip_key(ident), scratch) for ident in idents]
    with stages.stage("Drawing characters", len(tasks)) as advance:
        crew.run("draw_character", tasks, lambda: advance(1))


def _play(config: CityConfig, drawn: Drawn, screenings: list[Screening], advance: Any) -> tuple[Truth, City]:
    teen = np.array([item.teen_allowed for item in screenings])
    adult = np.array([item.adult_allowed for item in screenings])
    truth = draw_truth(config, drawn.citizens, drawn.groups, drawn.makers, drawn.pieces)
    facts = gather_facts(drawn.citizens, drawn.makers, drawn.graph, drawn.pieces, teen, adult)
    shown = 0

    def progress(share: float) -> None:
        nonlocal shown
        advance(int(share * 100) - shown)
        shown = int(share * 100)

    log = Simulation(config, drawn.citizens, facts, truth).play(draw_visits(config, drawn.citizens), progress)
    return truth, City(config, drawn.citizens, drawn.graph, drawn.stars, drawn.pieces, log)


def _keep_truth(folder: Path, city: City, truth: Truth) -> None:
    people = [citizen.person.id for citizen in city.citizens]
    videos = [city.video_id(index) for index in range(len(city.pieces))]
    makers = [city.person_id(piece.creator) for piece in city.pieces]
    friends = [(people[a], people[b]) for a, b in city.graph.friends()]
    save_truth(folder, truth, people, videos, friends, makers)


def _ask(settings: Settings, database: Database, city: City, truth: Truth) -> int:
    """Draw how everyone fares, ask as the product asks, store the answers, keep the truth aside; return how many."""
    faring = draw_faring(city.config, city, truth)
    policy = Wellbeing.open(overrides=settings.policies).policy.polls
    asked = ask_everyone(city.config, city, faring, policy)
    with database.write() as tx:
        stored = store_answers(tx, city.config, city, asked)
    save_faring(settings.home / "city" / "truth", faring, [citizen.person.id for citizen in city.citizens])
    return stored


def _train(settings: Settings, config: CityConfig, database: Database, stages: Stages) -> None:
    from pipelines.offline.heads import train_and_publish

    encoder = TextEncoder(settings.models / "encoder")
    with stages.stage("Training heads, snapshot") as advance:
        train_and_publish(database, encoder, settings, ManualClock(config.now), progress=lambda _: advance(0))
