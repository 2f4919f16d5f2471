"""The truth of a film: where everything was, how fast it went, what touched what, who was where in the picture.

What the world backend draws it also knows exactly. A video model can be trained on that and measured against it.
Positions are in frame widths, x to the right and y down, as a camera at rest would see them; boxes are in shares of the
frame, through the camera as it was. Times are in seconds from the start of the film.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame
from generation.storyboard import Storyboard
from generation.world.casting import Member
from generation.world.film import Staged, stage_all
from generation.world.paint import Sprite
from generation.world.props import BOXES, RADII
from generation.world.simulation import Contact
from generation.world.view import View
from generation.world.vocabulary import THINGS

_SHOWS = 40  # of 255: what is fainter does not count as part of a thing

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ObjectTrack:
    """One object through one shot. Rows are frames; NaN wherever it is not there yet.

    ``positions`` (frames, 2) and ``velocities`` (frames, 2; widths a second) are of its middle (a person's: of the
    face); ``angles`` (frames,) in radians; ``boxes`` (frames, 4) left, top, right, bottom as shares of the frame, NaN
    while nothing of it is in the picture; ``visible`` (frames,) whether something is. ``radius`` is in frame widths, 0
    for what has no one size. ``simulated`` says whether the physics engine moved it (else it went by its own gait).
    """

    id: str
    identity: str
    kind: str
    character: str
    material: str
    simulated: bool
    radius: float
    positions: Floats
    velocities: Floats
    angles: Floats
    boxes: Floats
    visible: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Impact:
    """Two things that met: when, where, how fast they closed (widths a second), of what, and which (empty: the set)."""

    t: float
    x: float
    y: float
    closing: float
    material: str
    other_material: str
    id: str
    other_id: str


@dataclass(frozen=True, slots=True)
class ShotTruth:
    """One shot: its first frame and how many, all objects, all impacts, and the camera (frames, 3): x, up and zoom."""

    first_frame: int
    frames: int
    scene: str
    objects: tuple[ObjectTrack, ...]
    impacts: tuple[Impact, ...]
    camera: Floats

    def find(self, identity: str) -> ObjectTrack | None:
        """Return the first object that goes by an identity."""
        return next((item for item in self.objects if item.identity == identity), None)


@dataclass(frozen=True, slots=True)
class Tracks:
    """The truth of a film, shot by shot."""

    width: int
    height: int
    fps: int
    shots: tuple[ShotTruth, ...]

    @property
    def impacts(self) -> tuple[Impact, ...]:
        """All impacts of the film, in order."""
        return tuple(impact for shot in self.shots for impact in shot.impacts)


def simulate(storyboard: Storyboard) -> Tracks:
    """Return the truth of a film without drawing it. It is the truth of the very frames that the backend draws."""
    staged, _ = stage_all(storyboard, {}, lambda: False)
    shots: list[ShotTruth] = []
    first = 0
    for number, item in enumerate(staged):
        shots.append(_shot(item, number, first, storyboard))
        first += item.frames
    return Tracks(storyboard.width, storyboard.height, storyboard.fps, tuple(shots))


def _shot(item: Staged, number: int, first: int, board: Storyboard) -> ShotTruth:
    times = (np.arange(item.frames) + item.lead_in) / board.fps
    eyes = [item.rig.eye(float(t)) for t in times]
    camera = np.array([(eye.x / item.plan.width, eye.up / item.plan.width, eye.zoom) for eye in eyes]).reshape(-1, 3)
    names = {member.body: _id(number, member) for member in item.cast.members if member.body >= 0}
    objects = tuple(_object(item, member, number, times) for member in item.cast.members)
    start_s = first / board.fps - item.lead_in / board.fps
    shown = [one for one in item.cast.take.contacts if times[0] <= one.t <= times[-1]] if len(times) else []
    impacts = tuple(_impact(contact, start_s, item.plan.width, names) for contact in shown)
    return ShotTruth(first, item.frames, item.shot.scene, objects, impacts, camera)


def _id(shot: int, member: Member) -> str:
    return f"{shot}:{member.thing.identity}:{member.number}"


def _impact(contact: Contact, start_s: float, width: float, names: dict[int, str]) -> Impact:
    return Impact(
        start_s + contact.t, contact.x / width, contact.y / width, contact.closing / width, contact.material,
        contact.other, names.get(contact.body, ""), names.get(contact.partner, ""),
    )  # fmt: skip


def _object(item: Staged, member: Member, number: int, times: Floats) -> ObjectTrack:
    plan, take, thing = item.plan, item.cast.take, member.thing
    if member.body >= 0:
        rows = slice(item.lead_in, item.lead_in + item.frames)
        positions, speeds = take.poses[rows, member.body], take.velocities[rows, member.body]
        places, velocities, angles = positions[:, :2], speeds[:, :2], positions[:, 2]
    else:
        places = np.array([member.actor.spot(float(t)) for t in times], np.float64).reshape(-1, 2)
        velocities = np.asarray(np.gradient(places, times, axis=0)) if len(times) > 1 else np.zeros_like(places)
        angles = np.zeros(len(times))
    extents: dict[int, tuple[float, float, float, float]] = {}
    boxes = np.array([_box(item, member, float(t), extents) for t in times], np.float64).reshape(-1, 4)
    radius = RADII.get(thing.kind, max(BOXES.get(thing.kind, (0.0,)))) * thing.size
    return ObjectTrack(
        _id(number, member), thing.identity, thing.kind, thing.character, thing.material or THINGS[thing.kind].material,
        member.body >= 0, radius / plan.width, places / plan.width, velocities / plan.width, angles, boxes,
        ~np.isnan(boxes[:, 0]),
    )  # fmt: skip


@dataclass(slots=True)
class _Tracer(View):
    """A view that draws nothing and notes where in the picture everything would be."""

    bounds: list[float] = field(default_factory=lambda: [math.inf, math.inf, -math.inf, -math.inf])
    extents: dict[int, tuple[float, float, float, float]] = field(default_factory=dict)

    def put(
        self, sprite: Sprite, x: float, y: float, *, turn: float = 0.0, grow: tuple[float, float] = (1.0, 1.0),
        alpha: float = 1.0, parallax: float = 1.0,
    ) -> None:  # fmt: skip
        """Note the corners of a sprite, unless it is a shadow."""
        if sprite.is_shadow or alpha <= 0.01:
            return
        px, py = self.pixel(x, y, parallax)
        cos, sin = math.cos(turn), math.sin(turn)
        left, top, right, bottom = self._extent(sprite)
        for cx in (left - sprite.pivot_x, right - sprite.pivot_x):
            for cy in (top - sprite.pivot_y, bottom - sprite.pivot_y):
                dx, dy = cx * grow[0], cy * grow[1]
                self._note(px + dx * cos - dy * sin, py + dx * sin + dy * cos)

    def line(self, points: list[tuple[float, float]], width: float, colour: object) -> None:
        """Lines (strings, paddles) are not part of a thing's box."""

    def _extent(self, sprite: Sprite) -> tuple[float, float, float, float]:
        """Return between which columns and rows a sprite shows anything."""
        known = self.extents.get(id(sprite))
        if known is None:
            shown = sprite.rgba[..., 3] > _SHOWS
            columns, rows = np.flatnonzero(shown.any(axis=0)), np.flatnonzero(shown.any(axis=1))
            middle = (sprite.pivot_x, sprite.pivot_y, sprite.pivot_x, sprite.pivot_y)
            known = (columns[0], rows[0], columns[-1] + 1.0, rows[-1] + 1.0) if len(columns) else middle
            self.extents[id(sprite)] = known
        return known

    def _note(self, x: float, y: float) -> None:
        low_x, low_y, high_x, high_y = self.bounds
        self.bounds = [min(low_x, x), min(low_y, y), max(high_x, x), max(high_y, y)]


def _box(
    item: Staged, member: Member, t: float, extents: dict[int, tuple[float, float, float, float]]
) -> tuple[float, float, float, float]:
    """Return where in the picture someone is, as shares of the frame; NaN if nowhere in it."""
    plan = item.plan
    eye = item.rig.eye(t)
    tracer = _Tracer(_NO_FRAME, plan, eye.x, eye.up, item.rig.focus(t, eye), extents=extents)
    member.actor.draw(tracer, t)
    width, height = plan.width * plan.scale, plan.height * plan.scale
    corners = [item.rig.zoomed(eye, x, y) for x, y in (tracer.bounds[:2], tracer.bounds[2:]) if math.isfinite(x)]
    if not corners:
        return (math.nan,) * 4
    (left, top), (right, bottom) = corners
    if right <= 0 or bottom <= 0 or left >= width or top >= height:
        return (math.nan,) * 4
    return max(0.0, left / width), max(0.0, top / height), min(1.0, right / width), min(1.0, bottom / height)


_NO_FRAME: Frame = np.zeros((0, 0, 3), np.uint8)
