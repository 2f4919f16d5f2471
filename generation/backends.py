"""What a backend is, and the registry that finds the one for a model's name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

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

    def models(self) -> tuple[ModelInfo, ...]:
        """Return every model, the default backend's first."""
        backends = dict.fromkeys([self._default, *self._by_model.values()])
        return tuple(info for backend in backends for info in backend.models())
