"""What a backend is, and the registry that finds the one for a model's name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from core.errors import InvalidInput
from core.media.film import Film, Frame
from generation.storyboard import Storyboard

Portraits = Mapping[str, Frame]
Progress = Callable[[int], None]
Cancelled = Callable[[], bool]


class GenerationCancelled(Exception):
    """The person cancelled while the film was being made; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that films can be made with."""

    name: str
    backend: str
    description: str
    makes_sound: bool
    sizes: tuple[str, ...]
    max_seconds: int
    batch: int = 1  # most films of one size and length that one call makes together
    memory_bytes: int = 0  # what it takes while loaded; 0: nothing to speak of
    goes_on: bool = False  # a shot that crossfades in goes on from the last frame of the one before, where it can


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A picture (RGB) that the film shall show at a time; ``strength`` (0 to 1) says how closely."""

    at_s: float
    picture: Frame
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Take:
    """One film that is to be made: what it shows, with whom, and how its maker is told and may stop it."""

    storyboard: Storyboard
    portraits: Portraits
    progress: Progress
    cancelled: Cancelled
    keyframes: tuple[Keyframe, ...] = ()


class Backend(Protocol):
    """Makes films from storyboards. Every backend passes ``tests/generation/contract.py``.

    ``generate`` reports progress in percent (0 to 100, never falling), looks at ``cancelled`` at least once a second of
    film or step, and raises ``GenerationCancelled`` soon after it turns true. It may do its work while the frames are
    being read: progress and cancelling hold there too.
    """

    def models(self) -> tuple[ModelInfo, ...]:
        """Return the models that this backend makes films with."""
        ...

    def generate(
        self, storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled, model: str
    ) -> Film:
        """Return the film. ``portraits`` are RGB pictures of the storyboard's characters, by name."""
        ...


@runtime_checkable
class BatchBackend(Protocol):
    """A backend whose models make several films by one call, as many as their ``ModelInfo.batch`` says."""

    def generate_many(self, takes: Sequence[Take], model: str) -> list[Film | None]:
        """Return the films in order; None for each that was cancelled meanwhile."""
        ...


@runtime_checkable
class KeyframeBackend(Protocol):
    """A backend whose models can be given pictures that a film shall show."""

    def generate_take(self, take: Take, model: str) -> Film:
        """Return the film, as ``generate`` does; the film's notes name keyframes that could not be held."""
        ...


@runtime_checkable
class UnloadingBackend(Protocol):
    """A backend that can give a model's memory back."""

    def unload(self, model: str) -> None:
        """Forget a loaded model; the next film that needs it loads it again."""
        ...


@runtime_checkable
class FollowingBackend(Protocol):
    """A backend whose models may run in several processes, of which the first takes the films."""

    def follow(self) -> bool:
        """Help the first process until it dismisses this one; False at once in the first, or in one that is alone."""
        ...

    def dismiss(self) -> None:
        """Let the others go; called in the first process when it ends."""
        ...


class Registry:
    """Finds the backend that claims a model's name; names no backend claims go to the default one."""

    def __init__(self, backends: Iterable[Backend], default: Backend) -> None:
        self._by_model = {info.name: backend for backend in backends for info in backend.models()}
        self._default = default

    def backend(self, model: str) -> Backend:
        """Return the backend for ``model``: any name is accepted, as in OpenAI's API."""
        if not model.strip():
            raise InvalidInput(
                code="model_missing", detail="The model has no name.", field="model",
                expected=f"One of: {', '.join(self._by_model)}.",
            )  # fmt: skip
        return self._by_model.get(model, self._default)

    def info(self, model: str) -> ModelInfo:
        """Return what is known of the model that makes films for this name."""
        models = self.backend(model).models()
        return next((item for item in models if item.name == model), models[0])

    def models(self) -> tuple[ModelInfo, ...]:
        """Return every model, the default backend's first."""
        return tuple(info for backend in self.backends() for info in backend.models())

    def backends(self) -> tuple[Backend, ...]:
        """Return every backend, the default one first."""
        return tuple(dict.fromkeys([self._default, *self._by_model.values()]))
