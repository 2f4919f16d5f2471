"""What every prop and creature is painted with: a painter factory, a colour of its own, and dice of its own."""

from dataclasses import dataclass
from random import Random

from generation.world.look import Look, Rgb
from generation.world.paint import Painter
from generation.world.vocabulary import COLOURS

WARM: tuple[Rgb, ...] = ((232, 104, 84), (244, 168, 86), (246, 206, 98), (108, 176, 158), (92, 148, 206), (176, 124,
    190), (238, 148, 170))  # fmt: skip
SKINS: tuple[Rgb, ...] = ((250, 218, 190), (236, 190, 150), (206, 156, 116), (160, 112, 82), (116, 80, 62))
HAIRS: tuple[Rgb, ...] = ((58, 42, 40), (104, 70, 48), (172, 118, 66), (226, 188, 110), (146, 66, 46), (206, 206, 212))
_LARGE = 2.2  # pixels a unit
DARK: Rgb = (46, 38, 50)
WHITE: Rgb = (252, 250, 246)


@dataclass(frozen=True, slots=True)
class Brush:
    """Paints one thing: in ``colour`` (already chosen), at ``size`` times its usual size."""

    look: Look
    scale: float
    size: float
    colour: Rgb
    rng: Random

    def canvas(self, width: float, height: float, pivot: tuple[float, float]) -> Painter:
        """Return an empty canvas in the thing's own units; ``pivot`` is the point that is placed on the stage."""
        scale = self.scale * self.size
        # Sprites that are large on screen have pixels enough for smooth edges with less supersampling.
        return Painter(width, height, self.look, scale, origin=pivot, supersample=3 if scale < _LARGE else 2)


def colour_of(name: str, fallback: str, rng: Random) -> Rgb:
    """Return the colour a thing was asked to have, or usually has, or any that suits."""
    for chosen in (name, fallback):
        if chosen:
            return COLOURS[chosen][0]
    return rng.choice(WARM)
