"""Shoots a storyboard: simulates each shot, draws its frames as they are read, and lays the sound under them."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2

from core.hashing import stable_int
from core.media.film import Film, Frame
from generation.backends import Cancelled, GenerationCancelled, Portraits, Progress
from generation.storyboard import Shot, Storyboard
from generation.world.canvas import lay, zoomed
from generation.world.casting import Cast, cast_shot
from generation.world.effects import vignette
from generation.world.look import Look
from generation.world.plan import Plan
from generation.world.scenery import Scenery
from generation.world.sets import build_set
from generation.world.soundtrack import soundtrack
from generation.world.view import View

_VIGNETTE = {"cinematic": 0.34, "anime": 0.12, "paper": 0.16, "neon": 0.30}
_ACTS_BEFORE_FOREGROUND = 0.86


@dataclass(frozen=True, slots=True)
class Staged:
    """One shot ready to be drawn."""

    shot: Shot
    frames: int
    plan: Plan
    look: Look
    cast: Cast


def shoot(storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled) -> Film:
    """Return the film of a storyboard. All shots are simulated now; frames are drawn one by one while they are read."""
    staged = []
    for shot, frames in zip(storyboard.shots, storyboard.shot_frames, strict=True):
        if cancelled():
            raise GenerationCancelled
        staged.append(_stage(storyboard, shot, frames, portraits))
    parts = [(item.shot, item.frames, item.plan.extent, [*item.cast.take.contacts,
        *item.cast.sounds]) for item in staged]  # fmt: skip
    sound = soundtrack(parts, storyboard.fps, storyboard.seed)
    return Film(
        storyboard.width,
        storyboard.height,
        storyboard.fps,
        storyboard.frame_count,
        _frames(staged, storyboard, progress, cancelled),
        sound,
    )


def _stage(storyboard: Storyboard, shot: Shot, frames: int, portraits: Portraits) -> Staged:
    # Shots in the same place keep the same set: what the camera left is still there when it comes back.
    seed = stable_int(storyboard.seed, shot.scene, bits=31)
    look = Look.of(shot)
    exact = shot.model_copy(update={"seconds": max(1, frames) / storyboard.fps})
    plan = Plan.of(exact, storyboard.width, storyboard.height, seed)
    cast = cast_shot(exact, plan, look, portraits, max(1, frames), storyboard.fps)
    return Staged(exact, frames, plan, look, cast)


def _frames(staged: list[Staged], storyboard: Storyboard, progress: Progress, cancelled: Cancelled) -> Iterator[Frame]:
    done, total = 0, storyboard.frame_count
    progress(0)
    for item in staged:
        scenery = build_set(item.shot.scene, item.plan, item.look)
        lens = vignette(storyboard.height, storyboard.width, _VIGNETTE[item.shot.style])
        for number in range(item.frames):
            if cancelled():
                raise GenerationCancelled
            yield _frame(item, scenery, lens, number / storyboard.fps)
            done += 1
            progress(100 * done // total)


def _frame(item: Staged, scenery: Scenery, lens: Frame, t: float) -> Frame:
    plan = item.plan
    x, up, zoom = plan.camera_at(t)
    frame = scenery.sky.copy()
    for layer in scenery.behind:
        lay(frame, layer, x * plan.scale, up * plan.scale, t)
    view = View(frame, plan, x, up)
    for actor in item.cast.actors:
        if actor.depth <= _ACTS_BEFORE_FOREGROUND:
            actor.draw(view, t)
    for layer in scenery.before:
        lay(frame, layer, x * plan.scale, up * plan.scale, t)
    for actor in item.cast.actors:
        if actor.depth > _ACTS_BEFORE_FOREGROUND:
            actor.draw(view, t)
    frame = zoomed(frame, zoom, plan.width * plan.scale / 2, plan.floor * plan.scale * 0.85)
    cv2.multiply(frame, lens, dst=frame, scale=1 / 255)
    return frame
