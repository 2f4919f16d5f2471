"""All that a journey needs, opened once per process."""

from dataclasses import dataclass

from core.clock import Clock, SystemClock
from core.encoder import TextEncoder
from core.media.store import MediaStore
from core.settings import Settings
from core.storage.database import Database
from core.storage.migrate import require_current
from generation.room import Generation
from pipelines.online.charter import CharterWatch
from pipelines.online.policy_shadow import ShadowRunner
from pipelines.online.policy_watch import ModerationWatch
from ranking.room import Ranking
from ranking.steering.llm import SteerReader
from safety.film.detectors import detector_config
from safety.room import Safety
from wellbeing.room import Wellbeing


@dataclass(frozen=True, slots=True)
class Rooms:
    """The four rooms, the state they decide about, and the clock."""

    settings: Settings
    clock: Clock
    database: Database
    media: MediaStore
    encoder: TextEncoder
    ranking: Ranking
    safety: Safety
    wellbeing: Wellbeing
    generation: Generation
    charter: CharterWatch


def open_rooms(settings: Settings, clock: Clock | None = None) -> Rooms:
    """Load every policy, model and store.

    Raises ``BrokenPolicy`` or ``BrokenArtifact`` if one cannot be used, ``Unavailable`` if the
    database has an old schema.
    """
    clock = clock or SystemClock()
    database = Database(settings.resolved_database_url)
    require_current(database)
    wellbeing = Wellbeing.open(overrides=settings.policies)
    encoder = TextEncoder(settings.models / "encoder", threads=settings.encoder_threads)
    safety = Safety.open(encoder, keys=settings.keys, overrides=settings.policies, detectors=detector_config(settings))
    watch = ModerationWatch(database, safety.moderation)
    watch()  # a stored policy that cannot be used stops the start-up
    return Rooms(
        settings=settings,
        clock=clock,
        database=database,
        media=MediaStore(settings.resolved_media_url),
        encoder=encoder,
        ranking=Ranking.open(settings.snapshots, encoder, overrides=settings.policies, reader=_reader(settings)),
        safety=safety.following(watch, beside=ShadowRunner(database, watch, encoder, clock).offer),
        wellbeing=wellbeing,
        generation=Generation.open(settings),
        charter=CharterWatch(database, wellbeing.policy.charter),
    )


def _reader(settings: Settings) -> SteerReader | None:
    """Return the language model that reads steers, if one is configured."""
    if not settings.steer_llm_url:
        return None
    key = settings.steer_llm_key.get_secret_value() if settings.steer_llm_key else ""
    return SteerReader(
        settings.steer_llm_url, model=settings.steer_llm_model, key=key, timeout_s=settings.steer_llm_timeout_s
    )
