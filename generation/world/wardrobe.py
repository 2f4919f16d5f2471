"""What figures wear and hold: shirts, coats, dresses, hats, scarves; umbrellas, bags and the like."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from generation.storyboard import Garment
from generation.world.brush import DARK, WARM, WHITE, Brush
from generation.world.look import Rgb, mix, scaled
from generation.world.paint import Painter, Sprite
from generation.world.vocabulary import COLOURS


@dataclass(frozen=True, slots=True)
class Wear:
    """Colours of what someone wears, by kind of garment; and a costume that takes the place of all of it."""

    pieces: dict[str, Rgb] = field(default_factory=dict)
    costume: str = ""

    @classmethod
    def of(cls, clothing: Sequence[Garment], b: Brush, costume: str = "") -> "Wear":
        """Return the clothes of a thing; colours that nobody named are chosen by the brush's dice."""
        return cls({
            piece.kind: tuple(map(float, COLOURS[piece.colour][0])) if piece.colour else b.rng.choice(WARM)  # type: ignore[misc]
            for piece in clothing
        }, costume)  # fmt: skip

    def top(self, usual: Rgb) -> Rgb:
        """Return the colour of the trunk and upper arms."""
        for kind in ("coat", "dress", "shirt"):
            if kind in self.pieces:
                return self.pieces[kind]
        return usual


def paint_headwear(p: Painter, b: Brush, wear: Wear, x: float, y: float, half: float) -> None:
    """Paint hat, cap and glasses on a head whose crown is at (x, y) and ``half`` wide to either side."""
    del b
    pieces = wear.pieces
    if "hat" in pieces:
        colour = pieces["hat"]
        p.blob([(x - half * 0.72, y + 2), (x - half * 0.6, y - 15), (x, y - 19), (x + half * 0.6, y - 15),
                (x + half * 0.72, y + 2)], colour)  # fmt: skip
        p.box(x - half * 0.74, y - 4, half * 1.48, 5, scaled(colour, 0.72), plain=True)
        p.ellipse(x, y + 2, half * 1.5, 5, colour)
    elif "cap" in pieces:
        colour = pieces["cap"]
        p.blob([(x - half, y + 6), (x - half * 0.9, y - 8), (x, y - 14), (x + half * 0.9, y - 8), (x + half, y + 6)],
            colour)  # fmt: skip
        p.blob([(x + half * 0.3, y + 1), (x + half * 1.6, y + 3), (x + half * 1.55, y + 7), (x + half * 0.3, y + 7)],
            scaled(colour, 0.86))  # fmt: skip
    if "glasses" in pieces:
        dark = mix(pieces["glasses"], DARK, 0.65)
        for ex in (x + half * 0.06, x + half * 0.6):
            p.ellipse(ex, y + 13, 5.4, 5.0, dark, plain=True, alpha=0.85)
        p.line([(x - half * 0.8, y + 12), (x + half * 0.4, y + 12)], 1.4, dark, plain=True)


def paint_torso(b: Brush, shirt: Rgb, wear: Wear, robot: bool) -> Sprite:
    """Paint the trunk, down to the hem of a coat or dress. Pivot: the hip."""
    p = b.canvas(76, 96, (38, 58))
    x = 8.0
    if "cape" in wear.pieces:
        p.blob([(17 + x, 14), (30 + x, 12), (26 + x, 60), (4 + x, 86), (2 + x, 74)], wear.pieces["cape"])
    if "dress" in wear.pieces:
        p.blob([(20 + x, 14), (30 + x, 11), (40 + x, 14), (41 + x, 40), (55 + x, 84), (30 + x, 88), (5 + x, 84),
                (19 + x, 40)], wear.pieces["dress"])  # fmt: skip
    else:
        low = 76 if "coat" in wear.pieces else 60
        p.blob([(19 + x, 14), (30 + x, 11), (41 + x, 14), (42 + x, 36), (42 + x, low), (30 + x, low + 3), (18 + x, low),
                (18 + x, 36)], shirt)  # fmt: skip
    if robot:
        p.box(22 + x, 26, 16, 12, (60, 70, 96), radius=3, plain=True)
        p.ellipse(27 + x, 32, 2, 2, (120, 240, 220), plain=True, raw=True)
        p.ellipse(33 + x, 32, 2, 2, (255, 190, 90), plain=True, raw=True)
    elif "coat" in wear.pieces:
        p.line([(31 + x, 16), (32 + x, 74)], 1.4, scaled(shirt, 0.66), plain=True)
        for y in (26.0, 40.0, 54.0):
            p.ellipse(34.5 + x, y, 1.7, 1.7, scaled(shirt, 0.5), plain=True)
    elif "dress" not in wear.pieces and b.rng.random() < 0.5:
        p.box(18.5 + x, 34, 23, 6, mix(shirt, WHITE, 0.6), plain=True, alpha=0.8)
    if "scarf" in wear.pieces:
        scarf = wear.pieces["scarf"]
        p.box(17 + x, 11, 27, 8, scarf, radius=4)
        p.box(20 + x, 15, 8, 24, scaled(scarf, 0.9), radius=3)
    return p.sprite()


def paint_held(b: Brush, kind: str) -> Sprite | None:
    """Paint what a hand holds. Pivot: the hand."""
    if not kind:
        return None
    p = b.canvas(120, 130, (60, 96))
    _HELD.get(kind, _stick)(p, b, b.rng.choice(WARM))
    return p.sprite()


def _umbrella(p: Painter, b: Brush, colour: Rgb) -> None:
    del b
    p.line([(60, 104), (60, 22)], 2.4, (96, 78, 66), plain=True)
    dome = [(60 + 52 * math.cos(math.pi * at / 23), 42 - 34 * math.sin(math.pi * at / 23)) for at in range(24)]
    p.polygon([*dome, (34, 36), (60, 42), (86, 36)], colour)
    for share in (0.25, 0.5, 0.75):
        p.line([(60, 10), (8 + 104 * share, 42)], 1.0, scaled(colour, 0.75), plain=True)


def _flag(p: Painter, b: Brush, colour: Rgb) -> None:
    del b
    p.line([(60, 108), (60, 20)], 2.2, (120, 96, 76), plain=True)
    p.blob([(61, 22), (84, 28), (110, 22), (108, 46), (84, 54), (61, 48)], colour)


def _phone(p: Painter, b: Brush, colour: Rgb) -> None:
    del colour
    p.box(54, 84, 10, 17, (46, 48, 58), radius=2)
    p.box(55.4, 86, 7.2, 12, b.look.glow((150, 214, 246)), plain=True, raw=True)


def _bag(p: Painter, b: Brush, colour: Rgb) -> None:
    del b
    p.line([(52, 106), (56, 96), (64, 96), (68, 106)], 2.0, scaled(colour, 0.6), plain=True)
    p.box(46, 104, 28, 22, colour, radius=4)


def _guitar(p: Painter, b: Brush, colour: Rgb) -> None:
    del b, colour
    p.line([(60, 96), (98, 66)], 4, (120, 84, 58))
    p.ellipse(44, 104, 15, 13, (196, 132, 76))
    p.ellipse(58, 94, 11, 10, (196, 132, 76))
    p.ellipse(50, 99, 4.4, 4.4, (70, 44, 32), plain=True)


def _flower(p: Painter, b: Brush, colour: Rgb) -> None:
    del b
    p.line([(60, 100), (62, 68)], 1.8, (92, 140, 82), plain=True)
    for step in range(6):
        a = step * math.pi / 3
        p.ellipse(62 + 6 * math.cos(a), 64 + 6 * math.sin(a), 4.6, 4.6, colour)
    p.ellipse(62, 64, 3.8, 3.8, (248, 214, 96), plain=True)


def _balloon(p: Painter, b: Brush, colour: Rgb) -> None:
    del b
    p.line([(60, 98), (64, 48)], 0.9, (110, 104, 116), plain=True)
    p.ellipse(65, 26, 18, 22, colour)
    p.ellipse(59, 18, 4, 6, WHITE, turn=-0.4, plain=True, raw=True, alpha=0.6)


def _book(p: Painter, b: Brush, colour: Rgb) -> None:
    del b
    p.polygon([(46, 88), (60, 84), (60, 104), (46, 108)], colour)
    p.polygon([(60, 84), (75, 88), (75, 108), (60, 104)], scaled(colour, 0.85))


def _cup(p: Painter, b: Brush, colour: Rgb) -> None:
    del b
    p.box(54, 84, 13, 16, colour, radius=3)
    p.ellipse(60.5, 84.6, 6, 2, (92, 60, 44), plain=True)


def _lantern(p: Painter, b: Brush, colour: Rgb) -> None:
    del colour
    p.light(60, 112, 34, b.look.glow((255, 214, 120)), 0.6)
    p.line([(60, 96), (60, 102)], 1.6, DARK, plain=True)
    p.box(52, 102, 16, 21, b.look.glow((255, 226, 150)), radius=4, raw=True)


def _stick(p: Painter, b: Brush, colour: Rgb) -> None:
    del b, colour
    p.line([(52, 108), (80, 56)], 3.0, (126, 92, 64))


_HELD: dict[str, Callable[[Painter, Brush, Rgb], None]] = {
    "umbrella": _umbrella, "flag": _flag, "phone": _phone, "bag": _bag, "guitar": _guitar, "flower_held": _flower,
    "balloon_held": _balloon, "book_held": _book, "cup_held": _cup, "lantern_held": _lantern, "wand": _stick,
}  # fmt: skip
