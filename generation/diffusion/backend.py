"""The diffusers backend: any text- or image-to-video pipeline as a backend, one film or several by one call."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from core.errors import InvalidInput, KindlingError, NotFound
from core.media.film import Film, Frame
from generation.backends import Cancelled, GenerationCancelled, ModelInfo, Portraits, Progress, Take
from generation.diffusion.call import Call
from generation.diffusion.calls import attempt, check_call, run
from generation.diffusion.conditioning import Pin
from generation.diffusion.config import DiffusersConfig, DiffusersPolicy, load_diffusers_policy
from generation.diffusion.face import Face
from generation.diffusion.loaded import Loaded, family_for, load, memory_for, settled
from generation.diffusion.loading import load_pipeline
from generation.diffusion.parallel import Group, Order, is_in_group, joined
from generation.diffusion.reel import Reel, check_take
from generation.diffusion.segments import Segment
from generation.diffusion.steps import Steps
from generation.storyboard import Storyboard

_log = structlog.get_logger(__name__)
Read = Callable[[DiffusersConfig], Any]


class DiffusersBackend:
    """Makes films with the configured models; each is read when its first film is asked for, and stays in memory.

    ``read`` gives the pipeline of a model; by default it comes from the model's folder or hub id.
    """

    def __init__(
        self, configs: DiffusersConfig | Sequence[DiffusersConfig], *, policy: DiffusersPolicy | None = None,
        read: Read = load_pipeline,
    ) -> None:  # fmt: skip
        listed = (configs,) if isinstance(configs, DiffusersConfig) else configs
        self._policy = policy or load_diffusers_policy()
        self._configs = {config.title: settled(self._policy, config) for config in listed}
        self._read = read
        self._loaded: dict[str, Loaded] = {}
        self._group: Group | None = None
        self._infos = tuple(_info(config, self._policy) for config in self._configs.values())

    def models(self) -> tuple[ModelInfo, ...]:
        """Return the configured models."""
        return self._infos

    def generate(
        self, storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled, model: str
    ) -> Film:
        """Return the film. The work is done here, before the first frame is read."""
        return self.generate_take(Take(storyboard, portraits, progress, cancelled), model)

    def generate_take(self, take: Take, model: str) -> Film:
        """Return the film, its keyframes pinned where the model can hold them; the film's notes name what it cannot.

        Raises ``InvalidInput`` for characters or missing pictures that the model cannot do with.
        """
        (film,) = self._made([take], model)
        if film is None:
            raise GenerationCancelled
        return film

    def generate_many(self, takes: Sequence[Take], model: str) -> list[Film | None]:
        """Return the films in order; None for each that was cancelled. Films that take the same calls share them.

        What is wrong with one take alone is raised when its film's frames are read.
        """
        found: dict[int, Film | None] = {}
        alike: dict[tuple[Segment, ...], list[int]] = {}
        loaded = self._ready(model)
        for number, take in enumerate(takes):
            try:
                check_take(loaded, take)
                alike.setdefault(Reel(loaded, take).segments, []).append(number)
            except KindlingError as error:
                found[number] = _failed(take.storyboard, error)
        for numbers in alike.values():
            found |= dict(zip(numbers, self._made([takes[number] for number in numbers], model), strict=True))
        return [found[number] for number in range(len(takes))]

    def loaded_class(self, model: str) -> str:
        """Return the pipeline class of a model in memory; empty while it is not there."""
        return type(self._loaded[model].pipeline).__name__ if model in self._loaded else ""

    def options_in_use(self, model: str) -> tuple[str, ...]:
        """Return which options that may fail (compile, caches) a loaded model is run with; what failed is not there."""
        return self._loaded[model].extras.names if model in self._loaded else ()

    def follow(self) -> bool:
        """Do what the leading process does, until it dismisses this one; False if this one leads or is alone."""
        sizes = [config.parallel.size for config in self._configs.values() if config.parallel is not None]
        if not sizes or not is_in_group():
            return False
        self._group = joined(max(sizes))
        if self._group.leads:
            return False
        while (order := self._group.receive()).model:
            try:
                self._obey(order, self._group)
            except GenerationCancelled:
                continue
            except Exception as error:  # the leader has met it too, and decides what becomes of the film
                _log.warning("diffusers_follower_failed", model=order.model, error=str(error))
        return True

    def dismiss(self) -> None:
        """Let the followers go, if there are any."""
        if self._group is not None and self._group.leads:
            self._group.send(Order())
            self._group = None

    def _obey(self, order: Order, group: Group) -> None:
        if not order.loads:
            self.unload(order.model)
            return
        loaded = self._ready(order.model)
        if order.call is None:
            return
        loaded.extras.match(order.options)
        attempt(loaded, loaded.stage(order.stage), order.call, Steps(1, loaded.steps, group.agree))

    def unload(self, model: str) -> None:
        """Forget a loaded model; the next film that needs it reads it again."""
        if self._loaded.pop(model, None) is None:
            return
        if self._group is not None and self._group.leads and self._configs[model].parallel:
            self._group.send(Order(model, loads=False))
        import torch

        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _ready(self, model: str) -> Loaded:
        # A name that no backend claims comes to the default one: then the first model makes the film.
        title = model if model in self._configs else next(iter(self._configs), "")
        if not title:
            raise NotFound("model_not_found", "There is no diffusers model here.")
        if title not in self._loaded:
            config = self._configs[title]
            loaded = load(config, self._policy, self._read, self._joined(config))
            check_call(loaded, loaded.faces())
            self._loaded[title] = loaded
        return self._loaded[title]

    def _joined(self, config: DiffusersConfig) -> Group | None:
        """Return the group that a model runs in, its followers told to load it too; None for one that runs alone."""
        if config.parallel is None:
            return None
        if self._group is None:
            self._group = joined(config.parallel.size)
        if self._group.leads:
            self._group.send(Order(config.title))
        return self._group

    def _made(self, takes: Sequence[Take], model: str) -> list[Film | None]:
        for take in takes:
            take.progress(0)
        loaded = self._ready(model)
        for take in takes:
            check_take(loaded, take)
        reels = [Reel(loaded, take) for take in takes]
        with loaded.lock:
            return _Round(loaded, reels).films()


class _Round:
    """Films that take the same calls, made side by side: one call for all where it can be, else one for each."""

    def __init__(self, loaded: Loaded, reels: Sequence[Reel]) -> None:
        self._loaded = loaded
        self._reels = list(reels)
        self._alive = dict(enumerate(reels))
        self._together = len(reels) > 1 and loaded.face.takes_batches

    def films(self) -> list[Film | None]:
        """Make them; None for each that was cancelled."""
        segments = len(self._reels[0].segments)
        calls = segments * (1 if self._together else len(self._reels))
        group = self._loaded.group
        steps = Steps(calls, self._loaded.steps) if group is None else Steps(calls, self._loaded.steps, group.agree)
        for number in range(segments):
            self._segment(number, steps)
        for at, reel in list(self._alive.items()):
            if reel.take.cancelled():
                del self._alive[at]
            else:
                reel.take.progress(100)
        return [self._alive[at].film() if at in self._alive else None for at in range(len(self._reels))]

    def _segment(self, number: int, steps: Steps) -> None:
        calls = {at: reel.call(reel.segments[number], self._face_for) for at, reel in self._alive.items()}
        plain = all(not call.pins and not call.references for call in calls.values())
        groups = [list(calls)] if self._together and plain else [[at] for at in calls]
        for group in groups:
            if group:
                self._run(group, _joined([calls[at] for at in group]), number, steps)

    def _run(self, group: Sequence[int], call: Call, number: int, steps: Steps) -> None:
        stage = self._loaded.stage_for(call.pins, call.canvas.frames, call.canvas.frames)
        if stage is None:
            raise _picture_missing()
        steps.told([self._alive[at].take for at in group])
        try:
            pieces = run(self._loaded, stage, call, steps)
        except GenerationCancelled:
            for at in group:
                del self._alive[at]
            return
        for at, piece in zip(group, pieces, strict=True):
            self._alive[at].add(self._alive[at].segments[number], piece)

    def _face_for(self, pins: Sequence[Pin], frames: int, used: int) -> Face:
        stage = self._loaded.stage_for(pins, frames, used)
        if stage is None:
            raise _picture_missing()
        return stage[1]


def _joined(calls: Sequence[Call]) -> Call:
    """Return one call for all of several films."""
    prompts = tuple(prompt for call in calls for prompt in call.prompts)
    return replace(calls[0], prompts=prompts, seeds=tuple(seed for call in calls for seed in call.seeds))


def _picture_missing() -> InvalidInput:
    return InvalidInput(
        "picture_missing", "This model makes films out of a picture, and none was given.", "keyframes",
        "A first picture, another model, or `first_picture = \"world\"` for this one in diffusers.toml.",
    )  # fmt: skip


def _failed(board: Storyboard, error: KindlingError) -> Film:
    """Return a film that cannot be watched: whoever reads its frames is told what was wrong."""

    def frame(_: int) -> Frame:
        raise error

    frames = map(frame, range(board.frame_count))
    return Film(board.width, board.height, board.fps, board.frame_count, frames, None)


def _info(config: DiffusersConfig, policy: DiffusersPolicy) -> ModelInfo:
    family = family_for(policy, config)
    sound = "video and sound" if family.sound else "video"
    return ModelInfo(
        name=config.title,
        backend="diffusers",
        description=config.description or f"A diffusion model that makes {sound}.",
        makes_sound=family.sound,
        sizes=config.sizes,
        max_seconds=config.max_seconds,
        batch=config.batch,
        memory_bytes=memory_for(config),
        goes_on=True,
    )
