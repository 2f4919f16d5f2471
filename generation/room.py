"""The generation room's façade: words to storyboard, storyboard to film."""

from collections.abc import Sequence

from core.media.film import Film
from core.settings import Settings
from generation.backends import Backend, Cancelled, ModelInfo, Portraits, Progress, Registry
from generation.parsing import parse
from generation.storyboard import Storyboard
from generation.world.backend import WorldBackend


class Generation:
    """Everything that makes films. Opening it is quick: models load when a film first needs them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @classmethod
    def open(cls, settings: Settings) -> "Generation":
        """Register the backends that the settings allow."""
        world = WorldBackend()
        backends: list[Backend] = [world]
        if settings.diffusers_model:
            from generation.diffusion.backend import DiffusersBackend, DiffusersConfig

            config = DiffusersConfig(model=settings.diffusers_model, revision=settings.diffusers_revision)
            backends.append(DiffusersBackend(config))
        default = backends[-1] if settings.generation_backend == "diffusers" else world
        return cls(Registry(backends, default))

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
        """Read a prompt into a storyboard, locally. Raises ``InvalidInput`` naming the field."""
        return parse(prompt, seconds=seconds, width=width, height=height, seed=seed, style=style, characters=characters)

    def generate(
        self,
        storyboard: Storyboard,
        portraits: Portraits,
        progress: Progress,
        cancelled: Cancelled,
        model: str = "world",
    ) -> Film:
        """Make the film. Raises ``GenerationCancelled`` (here, or while the frames are read) once cancelled."""
        return self._registry.backend(model).generate(storyboard, portraits, progress, cancelled, model)

    def models(self) -> tuple[ModelInfo, ...]:
        """Return what films can be made with, the default first."""
        return self._registry.models()
