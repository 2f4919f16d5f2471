"""The generation room's façade: words to storyboard, storyboard to film."""

from collections.abc import Sequence
from pathlib import Path

from core.errors import InvalidInput
from core.media.film import Film
from core.settings import Settings
from generation.av.backend import AvBackend, can_make_films
from generation.backends import (
    Backend,
    BatchBackend,
    Cancelled,
    FollowingBackend,
    GenerationCancelled,
    Keyframe,
    KeyframeBackend,
    ModelInfo,
    Portraits,
    Progress,
    Registry,
    Take,
    UnloadingBackend,
)
from generation.board_reader import BoardReader
from generation.diffusion.backend import DiffusersBackend
from generation.diffusion.config import DiffusersConfig, load_diffusers_policy
from generation.parsing import parse
from generation.queueing import load_queue_policy
from generation.residency import Residency
from generation.shot_list import assemble, read_specs
from generation.storyboard import Storyboard
from generation.webhooks import load_webhook_policy
from generation.world.backend import WorldBackend


class Generation:
    """Everything that makes films. Opening it is quick: models load when a film first needs them."""

    def __init__(
        self, registry: Registry, *, overrides: Path | None = None, memory_bytes: int = 0,
        reader: BoardReader | None = None,
    ) -> None:  # fmt: skip
        self._registry = registry
        self._reader = reader
        self.queue = load_queue_policy(overrides)
        self.webhooks = load_webhook_policy(overrides)
        self._residency = Residency(memory_bytes)

    @classmethod
    def open(cls, settings: Settings) -> "Generation":
        """Register the backends that the settings allow."""
        world = WorldBackend()
        backends: list[Backend] = [world]
        if can_make_films():
            backends.append(AvBackend())
        diffusers = load_diffusers_policy(settings.policies)
        models = [*diffusers.model, *_named(settings)]
        if models:
            backends.append(DiffusersBackend(models, policy=diffusers))
        default = backends[-1] if models and settings.generation_backend == "diffusers" else world
        registry = Registry(backends, default)
        return cls(
            registry, overrides=settings.policies, memory_bytes=settings.model_memory_bytes, reader=_reader(settings)
        )

    def storyboard(
        self,
        prompt: str,
        *,
        seconds: float,
        width: int,
        height: int,
        seed: int,
        style: str | None = None,
        characters: Sequence[str] = (),
    ) -> Storyboard:
        """Read a prompt into a storyboard. Raises ``InvalidInput`` naming the field.

        Read by our own parser, unless the settings name a language model that cuts it and its cut can be used.
        """
        local = parse(
            prompt, seconds=seconds, width=width, height=height, seed=seed, style=style, characters=characters
        )
        return local if self._reader is None else self._reader.better(local, style=style) or local

    def shot_list(
        self,
        shots: Sequence[object],
        *,
        width: int,
        height: int,
        seed: int,
        style: str | None = None,
        characters: Sequence[str] = (),
    ) -> Storyboard:
        """Return the storyboard of shots given one by one (``ShotSpec`` or dictionaries of its fields).

        Raises ``InvalidInput`` naming the shot and the field.
        """
        specs = read_specs(shots)
        return assemble(specs, width=width, height=height, seed=seed, style=style, characters=characters)

    def generate(
        self,
        storyboard: Storyboard,
        portraits: Portraits,
        progress: Progress,
        cancelled: Cancelled,
        model: str = "world",
        *,
        keyframes: Sequence[Keyframe] = (),
    ) -> Film:
        """Make the film. Raises ``GenerationCancelled`` (here, or while the frames are read) once cancelled.

        ``keyframes`` are pictures that the film shall show; a model that takes none is refused with ``InvalidInput``.
        """
        take = Take(storyboard, portraits, progress, cancelled, tuple(keyframes))
        return _film(self._ready(model), take, model)

    def check_takes_pictures(self, model: str) -> None:
        """Raise ``InvalidInput`` for a model that is known to take no pictures; some find out when they are loaded."""
        _check_takes_pictures(self._registry.backend(model), model)

    def generate_many(self, takes: Sequence[Take], model: str) -> list[Film | None]:
        """Make several films of one ``batch_key`` together where the backend can; None for each cancelled one."""
        backend = self._ready(model)
        if isinstance(backend, BatchBackend):
            return backend.generate_many(takes, model)
        return [_alone(backend, take, model) for take in takes]

    def batch_key(self, storyboard: Storyboard, model: str) -> str:
        """Return what films must share to be made by one call; empty when the model makes one at a time."""
        info = self._registry.info(model)
        if info.batch <= 1:
            return ""
        return f"{info.backend}/{info.name}/{storyboard.width}x{storyboard.height}/{storyboard.frame_count}"

    def batch_of(self, model: str) -> int:
        """Return how many films one call makes together: what the model can, within the policy."""
        return min(self._registry.info(model).batch, self.queue.films.most_batch)

    def _ready(self, model: str) -> Backend:
        """Return the backend of a model, once others' models have made room for it."""
        backend, info = self._registry.backend(model), self._registry.info(model)
        if info.memory_bytes:
            for name in self._residency.use(info.name, info.memory_bytes):
                other = self._registry.backend(name)
                if isinstance(other, UnloadingBackend):
                    other.unload(name)
        return backend

    def follow(self) -> bool:
        """Help another process that runs models in parallel, until it is done; False if this one is no such helper."""
        following = [backend for backend in self._registry.backends() if isinstance(backend, FollowingBackend)]
        return any(backend.follow() for backend in following)

    def dismiss(self) -> None:
        """Let processes go that helped this one."""
        for backend in self._registry.backends():
            if isinstance(backend, FollowingBackend):
                backend.dismiss()

    def info(self, model: str) -> ModelInfo:
        """Return what is known of the model that makes films for this name: any name is accepted."""
        return self._registry.info(model)

    def backend_of(self, model: str) -> str:
        """Return the name of the backend that makes films for ``model``."""
        return self._registry.backend(model).models()[0].backend

    def models(self) -> tuple[ModelInfo, ...]:
        """Return what films can be made with, the default first."""
        return self._registry.models()


def _alone(backend: Backend, take: Take, model: str) -> Film | None:
    try:
        return _film(backend, take, model)
    except GenerationCancelled:
        return None


def _film(backend: Backend, take: Take, model: str) -> Film:
    if not take.keyframes:
        return backend.generate(take.storyboard, take.portraits, take.progress, take.cancelled, model)
    return _check_takes_pictures(backend, model).generate_take(take, model)


def _check_takes_pictures(backend: Backend, model: str) -> KeyframeBackend:
    if not isinstance(backend, KeyframeBackend):
        raise InvalidInput(
            "no_keyframes", f"The model {model!r} takes no pictures.", "keyframes", "None, or another model."
        )
    return backend


def _named(settings: Settings) -> list[DiffusersConfig]:
    """Return the model that the settings name, if they do."""
    if not settings.diffusers_model:
        return []
    return [DiffusersConfig(model=settings.diffusers_model, revision=settings.diffusers_revision)]


def _reader(settings: Settings) -> BoardReader | None:
    if not settings.storyboard_llm_url:
        return None
    key = settings.storyboard_llm_key
    return BoardReader(
        settings.storyboard_llm_url, model=settings.storyboard_llm_model, key=key.get_secret_value() if key else "",
        timeout_s=settings.storyboard_llm_timeout_s,
    )  # fmt: skip
