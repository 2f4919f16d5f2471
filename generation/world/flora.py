"""Painted props that stand on the ground. Pivot: the middle of their foot."""

import itertools
import math
from collections.abc import Callable

from generation.world.brush import DARK, WARM, WHITE, Brush
from generation.world.look import Rgb, mix, scaled
from generation.world.paint import Sprite

_BARK: Rgb = (122, 88, 66)
_LEAF: Rgb = (96, 156, 84)


def paint_standing(kind: str, b: Brush) -> Sprite:
    """Return the sprite of something that stands where it is put."""
    return _PAINTERS[kind](b)


def _tree(b: Brush) -> Sprite:
    p = b.canvas(150, 200, (75, 196))
    crown = b.colour if b.colour not in WARM else b.rng.choice([_LEAF, (130, 172, 84), (240, 166, 178), (232, 150, 74)])
    p.polygon([(68, 196), (71, 110), (79, 110), (83, 196), (92, 200), (60, 200)], _BARK)
    p.line([(75, 140), (52, 104)], 4.5, _BARK, edge=False)
    p.line([(76, 132), (98, 100)], 4.5, _BARK, edge=False)
    for dx, dy, r in ((-34, 86, 28), (34, 88, 27), (-18, 58, 33), (22, 56, 32), (0, 80, 36), (0, 40, 29)):
        p.ellipse(75 + dx, dy, r, r * 0.9, scaled(crown, 1.06 - dy * 0.0016), edge=dy < 85)
    for _ in range(22):
        x, y = 75 + b.rng.uniform(-46, 46), b.rng.uniform(26, 100)
        p.ellipse(x, y, 3.6, 2.4, mix(crown, WHITE, b.rng.uniform(0.1, 0.35)), turn=b.rng.uniform(0, 3), plain=True,
            alpha=0.7)  # fmt: skip
    return p.sprite()


def _pine(b: Brush) -> Sprite:
    p = b.canvas(110, 190, (55, 186))
    p.box(49, 156, 12, 32, _BARK, radius=2)
    for step in range(4):
        low, wide = 164 - 34 * step, 48 - 9.5 * step
        shade = mix(scaled((62, 122, 88), 0.9 + 0.08 * step), b.colour, 0.25)
        p.polygon([(55 - wide, low), (55, low - 58), (55 + wide, low), (55 + wide * 0.4, low - 5), (55, low + 2),
            (55 - wide * 0.4, low - 5)], shade)  # fmt: skip
        if b.look.weather == "snow" or b.size > 0:
            p.polygon([(55 - wide * 0.36, low - 36), (55, low - 58), (55 + wide * 0.36, low - 36), (55, low - 42)],
                (240, 246, 250), plain=True, alpha=0.85)  # fmt: skip
    return p.sprite()


def _palm(b: Brush) -> Sprite:
    p = b.canvas(170, 210, (76, 206))
    trunk = [(72, 206), (76, 150), (86, 96), (98, 58)]
    for (x0, y0), (x1, y1) in itertools.pairwise(trunk):
        p.line([(x0, y0), (x1, y1)], 9, (166, 126, 88), edge=False)
    for y in range(70, 204, 13):
        p.line([(72 + (206 - y) * 0.17 - 5, y), (72 + (206 - y) * 0.17 + 6, y + 2)], 1.2, (126, 92, 64), plain=True)
    for angle in (-2.9, -2.45, -1.9, -1.2, -0.6, -0.15, 0.25, 3.4):
        tip = (98 + 66 * math.cos(angle), 58 + 46 * math.sin(angle) + 16)
        bend = (98 + 36 * math.cos(angle), 58 + 40 * math.sin(angle) - 8)
        p.blob([(98, 56), bend, tip, (bend[0], bend[1] + 12)], scaled(b.colour, b.rng.uniform(0.85, 1.15)))
    for dx in (-5, 5):
        p.ellipse(98 + dx, 66, 5, 5, (116, 80, 56))
    return p.sprite()


def _cactus(b: Brush) -> Sprite:
    p = b.canvas(90, 120, (45, 116))
    for points in ([(24, 70), (24, 86), (45, 92)], [(66, 52), (66, 74), (45, 80)]):
        p.line(points, 12, b.colour, edge=False)
    p.box(36, 22, 18, 96, b.colour, radius=9)
    for x in (41, 45, 49):
        p.line([(x, 30), (x, 112)], 0.9, scaled(b.colour, 0.78), plain=True)
    p.ellipse(45, 21, 5, 4, (238, 120, 150), edge=False)
    return p.sprite()


def _flower(b: Brush) -> Sprite:
    p = b.canvas(44, 66, (22, 64))
    petal = b.rng.choice(WARM) if b.colour in WARM else b.colour
    p.line([(22, 64), (21, 44), (22, 22)], 2.4, (92, 146, 76), edge=False)
    p.blob([(22, 52), (32, 44), (37, 46), (30, 54)], (104, 160, 82), edge=False)
    for step in range(6):
        a = step * math.pi / 3
        p.ellipse(22 + 8.5 * math.cos(a), 18 + 8.5 * math.sin(a), 7, 5.4, petal, turn=a, edge=False)
    p.ellipse(22, 18, 5, 5, (250, 204, 88), edge=False)
    return p.sprite()


def _plant(b: Brush) -> Sprite:
    p = b.canvas(90, 110, (45, 108))
    for angle in (-2.5, -2.1, -1.75, -1.4, -1.05, -0.7):
        tip = (45 + 44 * math.cos(angle), 72 + 62 * math.sin(angle))
        side = (45 + 24 * math.cos(angle) + 8, 72 + 34 * math.sin(angle))
        p.blob([(45, 78), side, tip, (side[0] - 16, side[1] + 2)], scaled(b.colour, b.rng.uniform(0.85, 1.15)))
    p.polygon([(28, 74), (62, 74), (57, 108), (33, 108)], (206, 116, 84))
    p.box(25, 70, 40, 9, (222, 134, 98), radius=2)
    return p.sprite()


def _mushroom(b: Brush) -> Sprite:
    p = b.canvas(56, 56, (28, 54))
    p.blob([(21, 30), (35, 30), (37, 54), (19, 54)], (248, 236, 214))
    p.blob([(4, 32), (10, 12), (28, 4), (46, 12), (52, 32), (28, 36)], b.colour)
    for x, y, r in ((18, 16, 4), (32, 12, 3.4), (40, 23, 3.6), (26, 25, 3)):
        p.ellipse(x, y, r, r * 0.85, WHITE, plain=True)
    return p.sprite()


def _seaweed(b: Brush) -> Sprite:
    p = b.canvas(60, 150, (30, 148))
    for offset, tall in ((-10, 100), (0, 140), (11, 84)):
        stem = [(30 + offset + 5 * math.sin(step * 0.9 + offset), 148 - tall * step / 9) for step in range(10)]
        p.line(stem, 5, scaled(b.colour, 1 + offset * 0.012), edge=False)
        for x, y in stem[1:-1]:
            p.ellipse(x + 5, y, 6, 2.8, scaled(b.colour, 1.1), turn=-0.6, plain=True)
    return p.sprite()


def _crystal(b: Brush) -> Sprite:
    p = b.canvas(90, 100, (45, 96))
    p.light(45, 64, 46, b.look.glow(mix(b.colour, WHITE, 0.35)), 0.7)
    for x, wide, tall, lean in ((28, 9, 40, -12), (62, 9, 46, 12), (45, 13, 74, 2)):
        tip = (x + lean, 94 - tall)
        p.polygon([(x - wide, 94), (x - wide + lean * 0.7, 94 - tall * 0.7), tip, (x + lean * 0.4, 94)],
            mix(b.colour, WHITE, 0.35))  # fmt: skip
        p.polygon([(x + lean * 0.4, 94), tip, (x + wide + lean * 0.7, 94 - tall * 0.68), (x + wide, 94)],
            scaled(b.colour, 0.9))  # fmt: skip
    return p.sprite()


def _streetlight(b: Brush) -> Sprite:
    p = b.canvas(120, 200, (40, 198))
    p.line([(40, 198), (40, 40), (50, 26), (74, 26)], 4.6, (84, 86, 104), edge=False)
    p.box(33, 188, 14, 10, (84, 86, 104), radius=2)
    p.polygon([(66, 26), (90, 26), (84, 34), (72, 34)], (70, 72, 90))
    glow = b.look.glow((255, 222, 150))
    p.ellipse(78, 35, 7, 4, glow, plain=True, raw=True)
    p.light(78, 38, 40 if b.look.is_dark else 20, glow, 0.9 if b.look.is_dark else 0.35)
    return p.sprite()


def _lamp(b: Brush) -> Sprite:
    p = b.canvas(100, 150, (50, 148))
    p.light(50, 44, 50, b.look.glow((255, 220, 150)), 0.75)
    p.line([(50, 146), (50, 50)], 3.4, (112, 84, 66), edge=False)
    p.box(36, 142, 28, 6, (112, 84, 66), radius=3)
    p.polygon([(36, 18), (64, 18), (76, 54), (24, 54)], mix(b.colour, (255, 240, 210), 0.5))
    return p.sprite()


def _snowman(b: Brush) -> Sprite:
    p = b.canvas(90, 120, (45, 118))
    p.ellipse(45, 94, 30, 26, b.colour)
    p.ellipse(45, 56, 22, 20, b.colour)
    p.line([(24, 54), (6, 40)], 2.4, _BARK, plain=True)
    p.line([(66, 54), (84, 40)], 2.4, _BARK, plain=True)
    p.ellipse(45, 28, 16, 15, b.colour)
    p.box(32, 10, 26, 6, DARK, radius=2)
    p.box(36, -2, 18, 14, DARK, radius=2)
    p.box(33, 40, 24, 6, (222, 84, 80), radius=3)
    p.box(52, 42, 7, 18, (222, 84, 80), radius=2)
    for x in (39, 51):
        p.ellipse(x, 25, 1.8, 2.1, DARK, plain=True)
    p.polygon([(45, 29), (60, 32), (45, 33)], (240, 142, 58), plain=True)
    for y in (62, 88, 98):
        p.ellipse(45, y, 1.9, 1.9, DARK, plain=True)
    return p.sprite()


def _campfire(b: Brush) -> Sprite:
    p = b.canvas(100, 90, (50, 86))
    for turn in (-0.25, 0.25):
        dx, dy = 26 * math.cos(turn), 26 * math.sin(turn)
        p.line([(50 - dx, 80 - dy), (50 + dx, 80 + dy)], 8, (112, 76, 54), edge=False)
    for x in (18, 32, 68, 82):
        p.ellipse(x, 84, 8, 5, (128, 124, 132), edge=False)
    return p.sprite()


def _cup(b: Brush) -> Sprite:
    p = b.canvas(90, 80, (42, 78))
    colour = b.rng.choice(WARM) if b.colour in WARM else b.colour
    p.ellipse(42, 74, 34, 5, (250, 246, 238))
    for r, shade in ((13, colour), (8, (250, 246, 238))):
        p.ellipse(66, 46, r, r * 0.95, shade, edge=r > 10)
    p.blob([(18, 28), (66, 28), (63, 58), (54, 72), (30, 72), (21, 58)], colour)
    p.ellipse(42, 29, 24, 6, mix(colour, WHITE, 0.6), edge=False)
    p.ellipse(42, 30, 20, 4.4, (110, 70, 48), plain=True)
    p.ellipse(36, 30, 7, 1.6, (226, 190, 150), plain=True)
    for x in (36, 48):
        p.ellipse(x, 48, 2, 2.6, DARK, plain=True)
    p.line([(38, 55), (42, 58), (46, 55)], 1.4, DARK, plain=True)
    return p.sprite()


def _teapot(b: Brush) -> Sprite:
    p = b.canvas(110, 84, (54, 82))
    colour = b.rng.choice(WARM) if b.colour in WARM else b.colour
    p.line([(78, 56), (92, 44), (98, 28)], 8, colour, edge=False)
    p.ellipse(26, 52, 16, 17, colour)
    p.ellipse(26, 52, 9, 10, mix(b.look.haze, WHITE, 0.3), plain=True, raw=True)
    p.ellipse(54, 56, 32, 26, colour)
    p.ellipse(54, 33, 19, 6, scaled(colour, 1.1), edge=False)
    p.ellipse(54, 25, 5, 5, scaled(colour, 0.8), edge=False)
    p.ellipse(54, 60, 14, 9, mix(colour, WHITE, 0.5), plain=True, alpha=0.6)
    return p.sprite()


def _cake(b: Brush) -> Sprite:
    p = b.canvas(110, 110, (55, 108))
    p.ellipse(55, 103, 50, 6, (250, 246, 240))
    p.box(15, 66, 80, 36, (240, 206, 160), radius=6)
    p.box(15, 64, 80, 14, b.colour, radius=6)
    p.box(28, 38, 54, 30, (240, 206, 160), radius=6)
    p.box(28, 36, 54, 12, b.colour, radius=6)
    for x in (22, 36, 52, 66, 82):
        p.ellipse(x, 78, 5, 7, b.colour, plain=True)
    for x in (42, 55, 68):
        p.box(x - 1.6, 20, 3.2, 18, b.rng.choice(WARM), radius=1, plain=True)
        p.light(x, 15, 11, (255, 216, 130), 0.9)
        p.ellipse(x, 16, 1.8, 3.6, (255, 196, 90), plain=True, raw=True)
    return p.sprite()


def _book(b: Brush) -> Sprite:
    p = b.canvas(80, 60, (40, 58))
    y = 58.0
    for tall in (11, 9, 12):
        shade, inset = b.rng.choice([b.colour, *WARM]), b.rng.uniform(0, 12)
        y -= tall
        p.box(6 + inset, y, 60, tall, shade, radius=2)
        p.box(10 + inset, y + 2.4, 57, tall - 4.8, (250, 244, 228), plain=True)
    return p.sprite()


def _house(b: Brush) -> Sprite:
    p = b.canvas(170, 150, (85, 148))
    p.box(112, 18, 14, 40, (170, 112, 92))
    p.box(28, 66, 114, 82, (250, 238, 214), radius=2)
    p.polygon([(14, 72), (85, 18), (156, 72)], b.colour)
    p.box(72, 102, 26, 46, (150, 98, 70), radius=3)
    p.ellipse(92, 126, 1.8, 1.8, (246, 210, 110), plain=True)
    lit = b.look.glow((255, 220, 140)) if b.look.is_dark else b.look.tone((150, 200, 222))
    for x in (40, 108):
        p.box(x, 90, 22, 24, (246, 246, 240), radius=2)
        p.box(x + 3, 93, 16, 18, lit, plain=True, raw=True)
        p.line([(x + 11, 92), (x + 11, 112)], 1.6, (246, 246, 240), plain=True)
    return p.sprite()


_PAINTERS: dict[str, Callable[[Brush], Sprite]] = {
    "tree": _tree, "pine": _pine, "palm": _palm, "cactus": _cactus, "flower": _flower, "plant": _plant,
        "mushroom": _mushroom,
    "seaweed": _seaweed, "crystal": _crystal, "streetlight": _streetlight, "lamp": _lamp, "snowman": _snowman,
    "campfire": _campfire, "cup": _cup, "teapot": _teapot, "cake": _cake, "book": _book, "house": _house,
}  # fmt: skip
