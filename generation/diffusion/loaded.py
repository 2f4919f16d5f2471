"""A model in memory: the pipeline, its siblings of the same parts, and what it can do."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generation.diffusion.call import Call
from generation.diffusion.conditioning import Pin, held
from generation.diffusion.config import DiffusersConfig, DiffusersPolicy, Family
from generation.diffusion.face import Face, face_of
from generation.diffusion.fitting import Grid, grid_of
from generation.diffusion.loading import sibling
from generation.diffusion.options import Extras, apply_options
from generation.diffusion.parallel import Group, Order
from generation.diffusion.segments import Reach
from generation.diffusion.sound import rate_of
from generation.diffusion.weights import index_of, memory_of


@dataclass(slots=True)
class Loaded:
    """What films of one model are made with. One film, or batch, at a time: hold ``lock`` meanwhile."""

    config: DiffusersConfig
    family: Family
    pipeline: Any
    lock: threading.Lock = field(default_factory=threading.Lock)
    active: Any = None
    extras: Extras = field(default_factory=Extras)
    group: Group | None = None  # the processes that it runs in; None: in this one alone
    _stages: dict[str, tuple[Any, Face]] = field(default_factory=dict)

    @property
    def face(self) -> Face:
        """What the pipeline that was read takes."""
        return self.stage("")[1]

    @property
    def steps(self) -> int:
        """Denoising steps of a call."""
        return self.config.steps or self.family.steps or self.face.steps

    @property
    def grid(self) -> Grid:
        """What its codec holds."""
        return grid_of(self.pipeline, self.family.side)

    @property
    def sound_rate_hz(self) -> int:
        """The rate of its sound; 0 if it makes none."""
        return rate_of(self.pipeline)

    @property
    def most_pixels(self) -> int:
        """Most pixels of a frame it makes; 0: no bound."""
        return self.config.most_pixels or self.family.most_pixels

    @property
    def takes_pictures(self) -> bool:
        """Whether a shot can begin with a picture."""
        return any(face.holds(0, 1) for face in self.faces())

    def reach(self, fps: int) -> Reach:
        """Return what decides how a film at ``fps`` is cut into calls."""
        own_fps = self.config.fps or self.family.fps or float(fps)
        longest = self.config.longest_frames or self.family.longest_frames
        return Reach(own_fps, self.grid, longest, self.takes_pictures)

    def stage(self, name: str) -> tuple[Any, Face]:
        """Return the pipeline of a class (empty: the one that was read), and its face."""
        if name not in self._stages:
            pipeline = sibling(self.pipeline, name) if name else self.pipeline
            self._stages[name] = (pipeline, face_of(pipeline))
        return self._stages[name]

    def stage_for(self, pins: Sequence[Pin], frames: int, used: int) -> tuple[Any, Face] | None:
        """Return the pipeline that holds the most of these pins; None if all of them need a picture and there is none.

        The one that was read comes first, then those of its family that are made of the same parts.
        """
        able = [stage for stage in self._all() if pins or not stage[1].needs_picture]
        opens = any(pin.at == 0 for pin in pins)
        able = [stage for stage in able if opens or not stage[1].needs_picture]
        return max(able, key=lambda stage: len(held(stage[1], pins, frames, used)[0]), default=None)

    def announce(self, call: Call, pipeline: Any) -> None:
        """Tell those who follow which call is made next."""
        if self.group is not None and self.group.leads:
            name = next(name for name, (stage, _) in self._stages.items() if stage is pipeline)
            self.group.send(Order(self.config.title, call=call, stage=name, options=self.extras.names))

    def faces(self) -> list[Face]:
        """Return what each of its pipelines takes, the one that was read first."""
        return [face for _, face in self._all()]

    def _all(self) -> list[tuple[Any, Face]]:
        names = dict.fromkeys(["", self.family.text, self.family.pictures])
        return [self.stage(name) for name in names if name != type(self.pipeline).__name__]


def family_for(policy: DiffusersPolicy, config: DiffusersConfig) -> Family:
    """Return a model's family before it is read: by its folder, by the class it is read with, or by its hub id."""
    index = index_of(Path(config.model))
    name = config.pipeline or str(index.get("_class_name", ""))
    return policy.family_of(name, dict(index)) if name else policy.family_of_hub(config.model)


def settled(policy: DiffusersPolicy, config: DiffusersConfig) -> DiffusersConfig:
    """Return a model's configuration with what its family says of how it is read."""
    return config if config.wide is not None else config.model_copy(update={"wide": family_for(policy, config).wide})


def memory_for(config: DiffusersConfig) -> int:
    """Return the memory that a model takes: as configured, or counted from its folder; 0 for a hub id."""
    counted = memory_of(Path(config.model), config.precision, config.variant, config.wide or ())
    return config.memory_bytes or counted


def load(
    config: DiffusersConfig, policy: DiffusersPolicy, read: Callable[[DiffusersConfig], Any], group: Group | None = None
) -> Loaded:
    """Read a model and make it ready. Raises ``Unavailable``."""
    pipeline = read(config)
    family = policy.family_of(type(pipeline).__name__, dict(pipeline.config))
    loaded = Loaded(config, family, pipeline, group=group)
    loaded.active = pipeline
    loaded.extras = apply_options(pipeline, config, loaded.steps, lambda: loaded.active)
    return loaded
