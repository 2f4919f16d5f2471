"""The physical parameters of a shot, as the model is told them: read from the storyboard, in training and after.

Lengths are in sides of the model's square picture, x to the right and y down, velocities in sides a second.
"""

from generation.storyboard import Shot, Storyboard, Thing
from generation.world.props import RADII
from generation.world.simulation import GRAVITY, MATERIALS

_SIDE_UNITS = 360.0  # the shorter side of a stage
_BODIES = 2
NAMES = (
    "gravity",
    *(f"{name}_{body}" for body in range(_BODIES) for name in ("radius", "x", "y", "vx", "vy", "bounce")),
)

LASTING = tuple(name for name in NAMES if name.startswith(("gravity", "radius", "bounce")))
"""Those that hold through a whole shot; the others say how it begins."""


def told_by(shot: Shot, board: Storyboard) -> dict[str, float]:
    """Return the parameters that a shot fixes, by name: of its first two placed bodies, and its gravity."""
    placed = [thing for thing in shot.things if thing.place is not None and thing.kind in RADII][:_BODIES]
    told: dict[str, float] = {}
    for body, thing in enumerate(placed):
        told |= {f"{name}_{body}": value for name, value in _body(thing, board.width, board.height).items()}
    if shot.gravity is not None:
        told["gravity"] = shot.gravity * GRAVITY / _SIDE_UNITS
    return told


def _body(thing: Thing, width: int, height: int) -> dict[str, float]:
    # A film that is not square is cut from the middle of the model's square picture.
    side = max(width, height)
    across, down = width / side, height / side
    x, y = thing.place or (0.5, 0.5)
    vx, vy = thing.velocity or (0.0, 0.0)
    return {
        "radius": RADII[thing.kind] * thing.size / _SIDE_UNITS * min(across, down),
        "x": 0.5 + (x - 0.5) * across, "y": 0.5 + (y - 0.5) * down, "vx": vx * across, "vy": vy * across,
        "bounce": MATERIALS[thing.material].bounce if thing.material else MATERIALS["rubber"].bounce,
    }  # fmt: skip
