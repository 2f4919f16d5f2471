"""The look of a shot: how its style, palette, hour and weather turn any colour into the one that is painted."""

import colorsys
from dataclasses import dataclass

from generation.storyboard import Shot

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Hour:
    """The light of an hour: the sky from zenith to horizon, what distance fades to, and what light does to colours."""

    zenith: Rgb
    horizon: Rgb
    haze: Rgb
    light: Rgb
    sun: Rgb


@dataclass(frozen=True, slots=True)
class Family:
    """What a palette does to every colour: saturation and lightness factors, and a tint with its weight."""

    saturation: float
    lift: float
    tint: Rgb
    weight: float


_HOURS = {
    "day": Hour((78, 156, 222), (204, 232, 244), (205, 226, 236), (1.0, 1.0, 1.0), (255, 246, 214)),
    "dawn": Hour((126, 158, 216), (255, 214, 184), (247, 213, 196), (1.0, 0.93, 0.90), (255, 226, 170)),
    "dusk": Hour((72, 66, 138), (255, 158, 104), (238, 150, 122), (0.94, 0.77, 0.76), (255, 196, 120)),
    "night": Hour((12, 18, 50), (58, 78, 140), (44, 60, 112), (0.50, 0.57, 0.86), (236, 240, 255)),
}
_FAMILIES = {
    "natural": Family(0.95, 0.0, (255, 240, 220), 0.03),
    "pastel": Family(0.70, 0.20, (255, 236, 236), 0.06),
    "vivid": Family(1.28, 0.0, (255, 255, 255), 0.0),
    "warm": Family(1.02, 0.02, (255, 186, 104), 0.15),
    "cool": Family(0.86, 0.02, (120, 172, 232), 0.16),
    "candy": Family(1.05, 0.10, (255, 156, 214), 0.16),
    "noir": Family(0.10, -0.04, (206, 200, 196), 0.10),
}
_LIT_SCENES = {"room", "kitchen", "court", "workshop", "stage"}
_LAMPLIGHT: dict[str, Rgb] = {"night": (0.86, 0.78, 0.76), "dusk": (0.98, 0.90, 0.84)}
_NEON_SKY = {"day": (28, 18, 66), "dawn": (44, 20, 72), "dusk": (46, 14, 66), "night": (10, 10, 34)}
_NEON_LOW = {"day": (96, 40, 140), "dawn": (150, 56, 130), "dusk": (176, 48, 120), "night": (46, 24, 104)}
_GREY_SKY = {"cloudy": 0.45, "rain": 0.6, "snow": 0.5, "fog": 0.7}


def mix(first: Rgb, second: Rgb, weight: float) -> Rgb:
    """Return ``first`` moved towards ``second`` by ``weight`` (0 to 1)."""
    return (
        first[0] + (second[0] - first[0]) * weight,
        first[1] + (second[1] - first[1]) * weight,
        first[2] + (second[2] - first[2]) * weight,
    )


def scaled(colour: Rgb, factor: float) -> Rgb:
    """Return a colour made lighter or darker by a factor, within what a screen can show."""
    return (
        max(0.0, min(255.0, colour[0] * factor)),
        max(0.0, min(255.0, colour[1] * factor)),
        max(0.0, min(255.0, colour[2] * factor)),
    )


def brightness(colour: Rgb) -> float:
    """Return how light a colour is, 0 to 1."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


class Look:
    """Colours of one shot. All colours are RGB, 0 to 255."""

    def __init__(self, style: str, palette: str, time_of_day: str, weather: str, *, indoors: bool = False) -> None:
        self.style, self.palette, self.time_of_day, self.weather = style, palette, time_of_day, weather
        self._hour = _HOURS[time_of_day]
        self._light = _LAMPLIGHT.get(time_of_day, self._hour.light) if indoors else self._hour.light
        self._family = _FAMILIES[palette]
        self.is_neon = style == "neon"
        self.is_dark = time_of_day == "night" or self.is_neon
        grey = _GREY_SKY.get(weather, 0.0)
        self.zenith = self._sky(self._hour.zenith, _NEON_SKY[time_of_day], grey)
        self.horizon = self._sky(self._hour.horizon, _NEON_LOW[time_of_day], grey)
        self.haze = self._sky(self._hour.haze, _NEON_LOW[time_of_day], grey * 0.7)
        self.sun = self._family_tint(self._hour.sun)
        self.ink: Rgb = (44, 36, 52) if not self.is_dark else (16, 16, 36)

    @classmethod
    def of(cls, shot: Shot) -> "Look":
        """Return the look that a shot asks for."""
        indoors = shot.scene in _LIT_SCENES
        return cls(shot.style, shot.palette, shot.time_of_day, shot.weather, indoors=indoors)

    def tone(self, colour: Rgb, depth: float = 0.0) -> Rgb:
        """Return how a colour looks at ``depth``: 0 is on stage, 1 is at the horizon, lost in haze."""
        painted = self._family_tint(colour)
        if not self.is_neon:
            light = self._light
            # What is near keeps more of its own colour, so that the eye finds it.
            kept = 0.72 + 0.28 * depth
            painted = (
                painted[0] * (1 + (light[0] - 1) * kept),
                painted[1] * (1 + (light[1] - 1) * kept),
                painted[2] * (1 + (light[2] - 1) * kept),
            )
        haze = depth * (0.9 if self.weather != "fog" else 1.0)
        return scaled(mix(painted, self.haze, min(1.0, haze)), 1.0)

    def glow(self, colour: Rgb) -> Rgb:
        """Return the colour of a light: the hour does not dim it."""
        return scaled(self._family_tint(colour), 1.0)

    def _sky(self, natural: Rgb, neon: Rgb, grey: float) -> Rgb:
        colour = neon if self.is_neon else natural
        level = 255 * brightness(colour)
        overcast = (level * 0.93, level * 0.97, level * 1.02)
        return self._family_tint(mix(colour, overcast, 0.0 if self.is_neon else grey))

    def _family_tint(self, colour: Rgb) -> Rgb:
        hue, light, saturation = colorsys.rgb_to_hls(*(max(0.0, min(255.0, part)) / 255 for part in colour))
        family = self._family
        light = light + (1 - light) * family.lift if family.lift >= 0 else light * (1 + family.lift)
        red, green, blue = colorsys.hls_to_rgb(hue, min(1.0, light), min(1.0, saturation * family.saturation))
        # A tint multiplies as light does, so that darks stay dark.
        tint = family.tint
        tinted = (red * tint[0], green * tint[1], blue * tint[2])
        weight = family.weight * 2 if family.weight > 0.08 else family.weight
        return mix((red * 255, green * 255, blue * 255), tinted, min(1.0, weight))
