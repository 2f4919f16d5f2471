"""One function per scene of the vocabulary: which layers make the place."""

from collections.abc import Callable
from random import Random

from generation.world.interiors import INTERIORS
from generation.world.look import Look, Rgb, mix, scaled
from generation.world.paint import Painter
from generation.world.plan import Plan
from generation.world.scenery import Scenery, SetBuilder, plan_seed, scatter

_GRASS_FAR: Rgb = (158, 192, 112)
_GRASS_NEAR: Rgb = (92, 148, 74)
_SAND_FAR: Rgb = (244, 222, 172)
_SAND_NEAR: Rgb = (222, 184, 126)


def build_set(scene: str, plan: Plan, look: Look) -> Scenery:
    """Return the painted set of a scene."""
    builder = SetBuilder(plan, look)
    if scene in INTERIORS:
        INTERIORS[scene](builder)
    else:
        _OUTDOORS[scene](builder)
    return builder.finished()


def _open_sky(b: SetBuilder, clouds: int = 4) -> None:
    if b.look.is_dark:
        b.stars(70)
    b.sun()
    if b.look.weather != "clear":
        clouds += 3
    b.clouds(clouds, 10, b.plan.horizon * 0.75)


def _grass(b: SetBuilder, top: float) -> None:
    rng = Random(plan_seed(b.plan, "grass"))

    def tufts(painter: Painter, width: float, height: float) -> None:
        for x, y, near in scatter(rng, int(width * 0.34), width, height):
            tall = 2 + 7 * near
            shade = rng.choice([(76, 132, 66), (122, 172, 86), (94, 150, 72)])
            for lean in (-0.5, 0.0, 0.5):
                painter.line([(x, y), (x + lean * tall * 0.6, y - tall)], 0.5 + 0.8 * near, shade, plain=True)

    b.ground(top, _GRASS_FAR, _GRASS_NEAR, tufts)

    def blades(painter: Painter, width: float) -> None:
        for _ in range(int(width / 9)):
            x, tall = rng.uniform(0, width), rng.uniform(16, 46)
            lean = rng.uniform(-12, 12)
            shade = rng.choice([(58, 108, 60), (74, 128, 66), (46, 92, 58)])
            painter.polygon([(x - 2.4, 92), (x + lean, 62 - tall), (x + 2.4, 92)], shade, edge=False)

    b.foreground(blades, 62)


def _meadow(b: SetBuilder) -> None:
    _open_sky(b)
    h = b.plan.horizon
    b.hills(h - 6, 22, (142, 178, 140), 0.18, 0.55)
    b.hills(h + 8, 16, (136, 184, 112), 0.4, 0.28, trees=9)
    _grass(b, h + 26)


def _forest(b: SetBuilder) -> None:
    _open_sky(b, 2)
    h = b.plan.horizon
    b.woods(h - 4, 130, (112, 156, 128), 0.15, 0.6, pointed=True, gap=26)
    b.woods(h + 10, 210, (84, 134, 96), 0.35, 0.33, pointed=True, gap=46)
    b.woods(h + 24, 290, (64, 112, 78), 0.6, 0.12, pointed=True, gap=96)
    _grass(b, h + 34)


def _mountains(b: SetBuilder) -> None:
    _open_sky(b)
    h = b.plan.horizon
    b.ridge(h + 6, h * 0.52, (146, 158, 188), 0.1, 0.52, snow=True)
    b.ridge(h + 20, h * 0.30, (120, 138, 160), 0.25, 0.3)
    b.woods(h + 30, 64, (74, 116, 92), 0.5, 0.15, pointed=True, gap=22)
    _grass(b, h + 44)


def _water_bed(b: SetBuilder, top: float, far: Rgb, near: Rgb) -> None:
    rng = Random(plan_seed(b.plan, "water"))

    def shimmer(painter: Painter, width: float, height: float) -> None:
        lit = mix(b.look.horizon, (255, 255, 255), 0.35)
        for x, y, near_by in scatter(rng, int(width * 0.5), width, height * 0.7, 0.9):
            half = 4 + 22 * near_by
            painter.line([(x - half, y), (x + half, y)], 0.5 + 0.9 * near_by, lit, plain=True, raw=True, alpha=0.22)

    b.ground(top, far, near, shimmer)


def _lake(b: SetBuilder) -> None:
    _open_sky(b)
    h = b.plan.horizon
    b.ridge(h, h * 0.42, (140, 156, 184), 0.1, 0.5, snow=True)
    b.hills(h + 2, 12, (116, 158, 118), 0.25, 0.3, trees=0)
    b.woods(h + 6, 52, (78, 122, 94), 0.4, 0.2, pointed=True, gap=17)
    _water_bed(b, h + 8, mix((150, 196, 214), b.look.horizon, 0.3), (44, 116, 150))


def _beach(b: SetBuilder) -> None:
    _open_sky(b)
    h = b.plan.horizon
    rng = Random(plan_seed(b.plan, "beach"))
    b.hills(h + 2, 10, (132, 164, 150), 0.12, 0.55)

    def sea(painter: Painter, width: float) -> None:
        painter.gradient([(0, 0), (width, 0), (width, 70), (0, 70)], (86, 176, 200), (120, 208, 206))
        for x, y, near in scatter(rng, 60, width, 60):
            painter.line([(x, y), (x + 12 + 20 * near, y)], 0.7 + near, (236, 250, 248), plain=True, alpha=0.5)

    b.layer(h, h + 70, 0.3, 0.1, sea)

    def ripples(painter: Painter, width: float, height: float) -> None:
        painter.gradient([(0, 0), (width, 0), (width, 9), (0, 5)], (252, 250, 240), (230, 214, 178))
        for x, y, near in scatter(rng, int(width * 0.22), width, height):
            painter.line([(x, y + 14), (x + 10 + 26 * near, y + 14)], 0.5 + near, (204, 168, 116), plain=True,
                alpha=0.5)  # fmt: skip
        for x, y, near in scatter(rng, 14, width, height):
            painter.ellipse(x, y + 18, 1.5 + 2.5 * near, 1.2 + 1.6 * near, (250, 236, 220), edge=False)

    b.ground(h + 56, _SAND_FAR, _SAND_NEAR, ripples)


def _ocean(b: SetBuilder) -> None:
    _open_sky(b, 5)
    h = b.plan.horizon
    b.hills(h + 4, 12, (138, 158, 184), 0.1, 0.62)
    _water_bed(b, h, mix((120, 186, 214), b.look.horizon, 0.35), (26, 92, 140))


def _underwater(b: SetBuilder) -> None:
    plan, look = b.plan, b.look
    rng = Random(plan_seed(plan, "underwater"))
    shallow, deep = look.tone((92, 202, 216)), look.tone((14, 74, 122))

    def water(painter: Painter) -> None:
        w, h = plan.width, plan.height
        painter.gradient([(0, 0), (w, 0), (w, h), (0, h)], shallow, deep, raw=True)
        for _ in range(7):
            x, wide = rng.uniform(-40, w), rng.uniform(14, 46)
            lean = rng.uniform(40, 130)
            ray = [(x, 0), (x + wide, 0), (x + wide * 1.8 + lean, h), (x + lean, h)]
            painter.gradient(ray, mix(shallow, (255, 255, 255), 0.6), deep, raw=True, alpha=0.14)

    b.on_sky(water)
    h = plan.horizon
    b.look.haze = look.tone((40, 126, 164))
    b.hills(h + 60, 40, (40, 108, 140), 0.2, 0.45)
    b.hills(h + 92, 30, (46, 104, 128), 0.45, 0.2)

    def corals(painter: Painter, width: float) -> None:
        for _ in range(int(width / 34)):
            x, size = rng.uniform(0, width), rng.uniform(14, 40)
            shade = rng.choice([(236, 120, 128), (244, 166, 104), (176, 120, 196), (248, 200, 112), (104, 190, 170)])
            if rng.random() < 0.5:
                for lean in (-0.5, -0.2, 0.15, 0.5):
                    painter.line([(x, 96), (x + lean * size, 96 - size * rng.uniform(0.7, 1.2))], size * 0.16, shade,
                        edge=False)  # fmt: skip
            else:
                painter.ellipse(x, 96, size * 0.62, size * 0.5, shade, edge=False)

    b.layer(b.plan.floor - 130, b.plan.floor - 30, 0.75, 0.14, corals)

    def pebbles(painter: Painter, width: float, height: float) -> None:
        for x, y, near in scatter(rng, int(width * 0.16), width, height):
            painter.ellipse(x, y + 4, 2 + 5 * near, 1.2 + 2.4 * near, rng.choice([(186, 178, 150), (150, 158, 150)]),
                edge=False)  # fmt: skip

    b.ground(plan.floor - 40, (150, 190, 180), (204, 196, 150), pebbles)


def _street(b: SetBuilder) -> None:
    _open_sky(b, 3)
    h = b.plan.horizon
    b.skyline(h, h * 0.62, (150, 160, 186), 0.15, 0.5, 34)
    b.skyline(h + 34, h * 0.50, (206, 150, 128), 0.5, 0.12, 66)
    _road(b, h + 34)


def _road(b: SetBuilder, top: float) -> None:
    floor = b.plan.floor

    def road(painter: Painter, width: float, height: float) -> None:
        kerb = floor - top - 34
        painter.box(0, kerb, width, 5, (226, 222, 214), plain=True)
        painter.gradient([(0, kerb + 5), (width, kerb + 5), (width, height), (0, height)], (98, 100, 112), (70, 72, 86))
        x = 0.0
        while x < width:
            painter.polygon([(x, kerb + 62), (x + 46, kerb + 62), (x + 42, kerb + 69), (x - 6, kerb + 69)], (244,
                226, 160), plain=True)  # fmt: skip
            x += 92
        for joint in range(0, int(width), 40):
            painter.line([(joint, 0), (joint - 8, kerb)], 0.8, (158, 154, 150), plain=True)

    b.ground(top, (206, 200, 192), (186, 180, 172), road)


def _city(b: SetBuilder) -> None:
    if b.look.is_dark:
        b.stars(40)
    b.sun(0.3, 0.28)
    b.clouds(3, 10, b.plan.horizon * 0.6)
    h = b.plan.horizon
    b.skyline(h + 40, h * 0.82, (150, 160, 196), 0.1, 0.62, 30)
    b.skyline(h + 60, h * 0.68, (122, 132, 172), 0.25, 0.36, 42)
    b.skyline(h + 80, h * 0.46, (96, 104, 142), 0.5, 0.14, 60)

    def roof(painter: Painter, width: float, height: float) -> None:
        painter.box(0, 0, width, 7, (176, 170, 172), plain=True)
        for x in range(0, int(width), 48):
            painter.line([(x, 7), (x - 16, height)], 0.8, (108, 106, 118), plain=True, alpha=0.6)
        for y in (34, 76, 132):
            painter.line([(0, y), (width, y)], 0.8, (108, 106, 118), plain=True, alpha=0.6)

    b.ground(b.plan.floor - 40, (146, 142, 150), (112, 108, 122), roof)


def _park(b: SetBuilder) -> None:
    _open_sky(b, 4)
    h = b.plan.horizon
    b.skyline(h + 4, h * 0.32, (176, 188, 206), 0.08, 0.68, 28)
    b.woods(h + 16, 92, (124, 172, 112), 0.25, 0.36, pointed=False, gap=40)
    b.woods(h + 28, 140, (106, 162, 92), 0.5, 0.12, pointed=False, gap=104)
    _grass(b, h + 34)


def _desert(b: SetBuilder) -> None:
    _open_sky(b, 2)
    h = b.plan.horizon
    b.ridge(h + 4, 110, (206, 150, 116), 0.12, 0.5)
    b.hills(h + 14, 22, (236, 192, 128), 0.3, 0.3)
    b.hills(h + 40, 20, (226, 172, 106), 0.6, 0.12)
    rng = Random(plan_seed(b.plan, "sand"))

    def ripples(painter: Painter, width: float, height: float) -> None:
        for x, y, near in scatter(rng, int(width * 0.3), width, height):
            half = 8 + 26 * near
            painter.line([(x - half, y + 4), (x, y), (x + half, y + 4)], 0.6 + near, (188, 132, 82), plain=True,
                alpha=0.45)  # fmt: skip

    b.ground(h + 58, (238, 196, 134), (206, 148, 90), ripples)


def _snowfield(b: SetBuilder) -> None:
    _open_sky(b, 4)
    h = b.plan.horizon
    b.ridge(h + 4, h * 0.40, (176, 192, 220), 0.1, 0.5, snow=True)
    b.hills(h + 16, 14, (226, 234, 246), 0.3, 0.22)
    b.woods(h + 26, 72, (98, 134, 130), 0.45, 0.26, pointed=True, gap=44)
    rng = Random(plan_seed(b.plan, "snow"))

    def drifts(painter: Painter, width: float, height: float) -> None:
        for x, y, near in scatter(rng, int(width * 0.12), width, height):
            painter.ellipse(x, y + 6, 14 + 34 * near, 2 + 4 * near, (214, 224, 244), plain=True, alpha=0.6)
        for x, y, near in scatter(rng, int(width * 0.2), width, height):
            painter.ellipse(x, y, 0.5 + near * 0.6, 0.5 + near * 0.6, (255, 255, 255), plain=True, raw=True, alpha=0.9)

    b.ground(h + 36, (232, 240, 250), (250, 250, 253), drifts)


def _sky_scene(b: SetBuilder) -> None:
    plan = b.plan
    if b.look.is_dark:
        b.stars(90, low=plan.height)
    b.sun(0.62, 0.5, 32)
    b.clouds(4, plan.height * 0.04, plan.height * 0.34, 0.08, 0.7)
    b.clouds(4, plan.height * 0.34, plan.height * 0.68, 0.3, 1.1)
    b.clouds(6, plan.height * 0.70, plan.height * 0.94, 0.6, 1.7)
    b.clouds(8, plan.height * 0.84, plan.height * 1.06, 1.0, 2.2)


def _space(b: SetBuilder) -> None:
    plan, look = b.plan, b.look
    rng = Random(plan_seed(plan, "space"))

    def deep(painter: Painter) -> None:
        w, h = plan.width, plan.height
        painter.gradient([(0, 0), (w, 0), (w, h), (0, h)], (8, 8, 30), (28, 16, 58), raw=True)
        hues: list[Rgb] = [(120, 60, 190), (40, 110, 200), (200, 70, 140), (30, 150, 170)]
        for _ in range(9):
            painter.light(rng.uniform(0, w), rng.uniform(0, h), rng.uniform(90, 230), look.glow(rng.choice(hues)), 0.34)

    b.on_sky(deep)
    b.stars(150, low=plan.height)

    def curve(painter: Painter, width: float) -> None:
        painter.light(width * 0.5, 330, 420, look.glow((90, 160, 255)), 0.5)
        painter.ellipse(width * 0.5, 700, 660, 640, scaled((70, 116, 190), 0.9), plain=True, raw=True)
        painter.ellipse(width * 0.52, 712, 660, 640, (40, 66, 124), plain=True, raw=True, alpha=0.75)

    b.layer(plan.height * 0.84, plan.height + 20, 0.2, 0.0, curve)


def _cave(b: SetBuilder) -> None:
    plan, look = b.plan, b.look
    rng = Random(plan_seed(plan, "cave"))

    def dark(painter: Painter) -> None:
        w, h = plan.width, plan.height
        painter.gradient([(0, 0), (w, 0), (w, h), (0, h)], (30, 28, 52), (58, 52, 88), raw=True)
        painter.light(w * 0.55, plan.horizon * 0.8, 230, look.glow((110, 150, 220)), 0.7)

    b.on_sky(dark)
    b.look.haze = (74, 76, 122)
    for depth, parallax, drop, shade in ((0.5, 0.2, 90, (96, 92, 130)), (0.12, 0.6, 150, (70, 64, 98))):

        def rocks(painter: Painter, width: float, drop: float = drop, shade: Rgb = shade) -> None:
            x = -20.0
            while x < width + 20:
                half, fall = rng.uniform(14, 34), drop * rng.uniform(0.3, 1.0)
                painter.polygon([(x - half, 0), (x + half, 0), (x + rng.uniform(-4, 4), fall + 30)], shade, edge=False)
                x += half * 1.3
            painter.box(0, 0, width, 34, shade, plain=True)

        b.layer(0, drop + 44, parallax, depth, rocks)
    b.hills(plan.horizon + 44, 30, (84, 78, 112), 0.4, 0.25)

    def stones(painter: Painter, width: float, height: float) -> None:
        for x, y, near in scatter(rng, int(width * 0.14), width, height):
            painter.ellipse(x, y + 4, 4 + 12 * near, 2 + 5 * near, rng.choice([(92, 86, 116), (74, 70, 98)]),
                edge=False)  # fmt: skip

    b.ground(plan.floor - 46, (96, 88, 120), (60, 54, 82), stones)


def _blank(b: SetBuilder) -> None:
    """A plain backdrop with a light in its middle, on which nothing distracts."""
    plan = b.plan

    def paper(painter: Painter) -> None:
        corners = [(0.0, 0.0), (plan.width, 0.0), (plan.width, plan.height), (0.0, plan.height)]
        painter.gradient(corners, (238, 236, 230), (196, 198, 206))

    b.on_sky(paper)


_OUTDOORS: dict[str, Callable[[SetBuilder], None]] = {
    "meadow": _meadow, "forest": _forest, "mountains": _mountains, "lake": _lake, "beach": _beach, "ocean": _ocean,
    "underwater": _underwater, "street": _street, "city": _city, "park": _park, "desert": _desert,
        "snowfield": _snowfield,
    "sky": _sky_scene, "space": _space, "cave": _cave, "blank": _blank,
}  # fmt: skip
