"""Paints shapes into sprites: supersampled, shaded the way the shot's style wants it, then brought to size.

Lengths are in stage units (the shorter side of the film is 360 units); a painter turns them into pixels once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import cv2
import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame
from generation.world.look import Look, Rgb, brightness, mix, scaled

Point = tuple[float, float]
Mask = NDArray[np.uint8]
_SHIFT_BITS = 4
_FINE_BLUR_PX = 3.5


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture with premultiplied alpha (h, w, 4) uint8, and the pixel in it that is placed and turned about."""

    rgba: Frame
    pivot_x: float
    pivot_y: float
    is_shadow: bool = False


class How(TypedDict, total=False):
    """How a shape is laid down: flat, in a colour that light does not change, see-through, with an ink line."""

    plain: bool
    raw: bool
    alpha: float
    edge: bool


class Painter:
    """A canvas of ``width`` x ``height`` units. ``origin`` is the unit point that becomes the sprite's pivot."""

    def __init__(
        self, width: float, height: float, look: Look, scale: float, *, origin: Point = (0, 0), depth: float = 0.0,
        supersample: int = 3, shading: bool = True,
    ) -> None:  # fmt: skip
        self.look, self._scale, self._ss, self.depth, self.shading = look, scale, supersample, depth, shading
        self._px_w, self._px_h = max(2, math.ceil(width * scale)), max(2, math.ceil(height * scale))
        self._k = scale * supersample
        self._origin = origin
        self._rgba = np.zeros((self._px_h * supersample, self._px_w * supersample, 4), np.float32)

    # Shapes ----------------------------------------------------------------------------------------------------------

    def polygon(self, points: Sequence[Point], colour: Rgb, **how: Unpack[How]) -> None:
        """Fill a polygon."""
        window = self._window(points, 2)
        if window is not None:
            x, y, mask = window
            cv2.fillPoly(mask, [self._fixed(points, x, y)], 255, cv2.LINE_AA, _SHIFT_BITS)
            self._compose(mask, (x, y), colour, **how)

    def panes(self, corners: Sequence[Point], w: float, h: float, colour: Rgb) -> None:
        """Fill many equal rectangles at once in one flat colour that light does not change."""
        if not corners:
            return
        (x_low, y_low), (x_high, y_high) = np.min(corners, axis=0), np.max(corners, axis=0)
        window = self._window([(x_low, y_low), (x_high + w, y_high + h)], 2)
        if window is None:
            return
        left, top, mask = window
        boxes = [self._fixed([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], left, top) for x, y in corners]
        cv2.fillPoly(mask, boxes, 255, cv2.LINE_AA, _SHIFT_BITS)
        self._compose(mask, (left, top), colour, plain=True, raw=True)

    def ellipse(
        self, x: float, y: float, rx: float, ry: float, colour: Rgb, *, turn: float = 0.0, **how: Unpack[How]
    ) -> None:
        """Fill an ellipse; ``turn`` in radians."""
        self.polygon(ellipse_points(x, y, rx, ry, turn), colour, **how)

    def blob(self, points: Sequence[Point], colour: Rgb, **how: Unpack[How]) -> None:
        """Fill the smooth closed curve through ``points``."""
        self.polygon(smooth(points), colour, **how)

    def box(
        self, x: float, y: float, w: float, h: float, colour: Rgb, *, radius: float = 0.0, **how: Unpack[How]
    ) -> None:
        """Fill a rectangle from its top left corner, with rounded corners."""
        self.polygon(rounded_box(x, y, w, h, radius), colour, **how)

    def line(self, points: Sequence[Point], width: float, colour: Rgb, **how: Unpack[How]) -> None:
        """Draw an open line with round ends."""
        thickness = max(1, round(width * self._k))
        window = self._window(points, thickness)
        if window is not None:
            x, y, mask = window
            cv2.polylines(mask, [self._fixed(points, x, y)], False, 255, thickness, cv2.LINE_AA, _SHIFT_BITS)
            self._compose(mask, (x, y), colour, **how)

    def gradient(self, points: Sequence[Point], top: Rgb, low: Rgb, *, raw: bool = False, alpha: float = 1.0) -> None:
        """Fill a polygon from one colour at its top to another at its foot, in every style."""
        window = self._window(points, 2)
        if window is None:
            return
        x, y, mask = window
        cv2.fillPoly(mask, [self._fixed(points, x, y)], 255, cv2.LINE_AA, _SHIFT_BITS)
        first, last = (top, low) if raw else (self._toned(top), self._toned(low))
        heights = [point[1] * self._k - y for point in points]
        high, deep = min(heights), max(heights)
        h, w = mask.shape
        down = np.clip((np.arange(h, dtype=np.float32) - high) / max(deep - high, 1.0), 0, 1)[:, None, None]
        colour = np.array(first, np.float32) * (1 - down) + np.array(last, np.float32) * down
        _over(self._rgba[y : y + h, x : x + w], mask.astype(np.float32) * (alpha / 255), colour)

    def light(self, x: float, y: float, radius: float, colour: Rgb, strength: float = 1.0) -> None:
        """Add a soft round light, brightest in the middle."""
        h, w = self._rgba.shape[:2]
        cx, cy, r = x * self._k, y * self._k, radius * self._k
        x0, x1 = max(0, int(cx - r)), min(w, int(cx + r) + 1)
        y0, y1 = max(0, int(cy - r)), min(h, int(cy + r) + 1)
        if x0 >= x1 or y0 >= y1:
            return
        dy, dx = np.ogrid[y0:y1, x0:x1]
        far = np.sqrt((dx - cx) ** 2 + (dy - cy) ** 2) / max(r, 1e-6)
        fall = (np.clip(1 - far, 0, 1) ** 2 * strength).astype(np.float32)[..., None]
        part = self._rgba[y0:y1, x0:x1]
        # Light adds to what is there and hides nothing: colour rises, alpha only as far as the light shows by itself.
        part[..., :3] += fall * np.array(colour, np.float32)
        part[..., 3:] += fall * (1 - part[..., 3:]) * 0.55

    def picture(self, image: Frame, x: float, y: float, radius: float) -> None:
        """Put a round picture (a portrait) with its middle at (x, y)."""
        side = max(2, round(2 * radius * self._k))
        small = cv2.resize(_square(image), (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
        mask = np.zeros((side, side), np.uint8)
        cv2.circle(mask, (side // 2, side // 2), side // 2 - 1, 255, -1, cv2.LINE_AA)
        left, top = round(x * self._k) - side // 2, round(y * self._k) - side // 2
        part = self._rgba[max(0, top) : top + side, max(0, left) : left + side]
        alpha = mask[: part.shape[0], : part.shape[1], None].astype(np.float32) / 255
        part[..., :3] = part[..., :3] * (1 - alpha) + small[: part.shape[0], : part.shape[1]] * alpha
        part[..., 3:] = part[..., 3:] * (1 - alpha) + alpha

    def blur(self, radius: float) -> None:
        """Soften all that is painted so far, as a lens does with what is out of focus."""
        self._rgba = np.asarray(cv2.GaussianBlur(self._rgba, (0, 0), max(0.3, radius * self._k)), np.float32)

    def fade(self, factor: float) -> None:
        """Make all that is painted so far more transparent."""
        self._rgba *= factor

    def sprite(self) -> Sprite:
        """Return what was painted, at its final size."""
        small = cv2.resize(self._rgba, (self._px_w, self._px_h), interpolation=cv2.INTER_AREA)
        small[..., 3] *= 255
        rgba = np.clip(small + 0.5, 0, 255).astype(np.uint8)
        x, y = self._origin[0] * self._scale, self._origin[1] * self._scale
        if self._ss == 1:
            return Sprite(rgba, x, y)
        # Empty margins are not carried along: what is drawn every frame is as small as it can be.
        shown = rgba.any(axis=2)
        columns, rows = np.flatnonzero(shown.any(axis=0)), np.flatnonzero(shown.any(axis=1))
        if not len(columns):
            return Sprite(rgba[:1, :1], 0.0, 0.0)
        left, top = max(0, int(columns[0]) - 1), max(0, int(rows[0]) - 1)
        cut = rgba[top : int(rows[-1]) + 2, left : int(columns[-1]) + 2]
        return Sprite(np.ascontiguousarray(cut), x - left, y - top)

    # Shading ---------------------------------------------------------------------------------------------------------

    def _fixed(self, points: Sequence[Point], left: int = 0, top: int = 0) -> NDArray[np.int32]:
        array = np.asarray(points, np.float64) * self._k - 0.5 - np.array([left, top])
        return np.asarray(np.round(array * (1 << _SHIFT_BITS)), np.int32)

    def _window(self, points: Sequence[Point], reach: int) -> tuple[int, int, Mask] | None:
        """Return the corner and an empty mask of the smallest window that a shape needs, or None if it is outside."""
        array = np.asarray(points, np.float64) * self._k
        pad = reach + 2 + (round(5 * self._k) if self.look.is_neon and self.shading else 0)
        h, w = self._rgba.shape[:2]
        x0, y0 = max(0, math.floor(array[:, 0].min()) - pad), max(0, math.floor(array[:, 1].min()) - pad)
        x1, y1 = min(w, math.ceil(array[:, 0].max()) + pad), min(h, math.ceil(array[:, 1].max()) + pad)
        if x0 >= x1 or y0 >= y1:
            return None
        return x0, y0, np.zeros((y1 - y0, x1 - x0), np.uint8)

    def _toned(self, colour: Rgb) -> Rgb:
        painted = self.look.tone(colour, self.depth)
        # In neon, broad surfaces of the set are dark: only lines and lights shine.
        return mix(scaled(painted, 0.42), (34, 14, 78), 0.5) if self.look.is_neon and self._ss == 1 else painted

    def _compose(
        self, mask: Mask, corner: tuple[int, int], colour: Rgb, *, plain: bool = False, raw: bool = False,
        alpha: float = 1.0, edge: bool = True,
    ) -> None:  # fmt: skip
        """Lay a mask in a colour: shaded unless ``plain``; through the hour's light unless ``raw`` (a light, "
        "an eye)."""  # fmt: skip
        x, y = corner
        part = self._rgba[y : y + mask.shape[0], x : x + mask.shape[1]]
        if plain or not self.shading:
            painted = colour if raw else self._toned(colour)
            _over(part, mask.astype(np.float32) * (alpha / 255), np.array(painted, np.float32))
        else:
            self._shade(part, mask, colour if raw else self.look.tone(colour, self.depth), alpha, edge)

    def _shade(self, part: NDArray[np.float32], cut: Mask, colour: Rgb, alpha: float, edge: bool) -> None:
        cover = cut.astype(np.float32) * (alpha / 255)
        style = self.look.style
        if style == "neon":
            self._neon(part, cut, colour, alpha)
        elif style in {"cinematic", "realistic"}:
            _over(part, cover, self._gradient(cut.shape, colour, 1.0 if style == "cinematic" else 1.35))
        elif style == "anime":
            self._cel(part, cut, cover, colour, edge)
        else:
            self._cut_out(part, cut, cover, colour)

    def _gradient(self, shape: tuple[int, ...], colour: Rgb, depth: float) -> NDArray[np.float32]:
        """Light from above and a little from the left, cooler below: soft and round, the rounder the more ``depth``."""
        top = mix(scaled(colour, 1 + 0.16 * depth), self.look.sun, 0.14)
        low = mix(scaled(colour, 1 - 0.34 * depth), self.look.zenith, 0.12)
        down = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None, None]
        across = np.linspace(-0.18, 0.18, shape[1], dtype=np.float32)[None, :, None]
        place = np.clip(down + across, 0, 1) ** 1.15
        return np.asarray(np.array(top, np.float32) * (1 - place) + np.array(low, np.float32) * place)

    def _cel(
        self, part: NDArray[np.float32], cut: Mask, cover: NDArray[np.floating[Any]], colour: Rgb, edge: bool
    ) -> None:
        """Two flat tones and an ink line, as in drawn animation."""
        if edge and self._ss > 1:
            ring = cv2.dilate(cut, _disc(max(1, round(0.9 * self._k))))
            _over(part, np.asarray(ring, np.float32) / 255 * float(cover.max()), np.array(self.look.ink, np.float32))
        _over(part, cover, np.array(scaled(colour, 1.06), np.float32))
        reach = max(2, round(min(cut.shape) * 0.16))
        shifted = np.zeros_like(cut)
        shifted[: cut.shape[0] - reach, : cut.shape[1] - reach // 2] = cut[reach:, reach // 2 :]
        dark = cv2.subtract(cut, shifted).astype(np.float32) / 255 * float(cover.max())
        _over(part, dark, np.array(mix(scaled(colour, 0.78), self.look.zenith, 0.12), np.float32))

    def _cut_out(self, part: NDArray[np.float32], cut: Mask, cover: NDArray[np.floating[Any]], colour: Rgb) -> None:
        """Flat card with a light upper edge and a little shade under the lower one."""
        _over(part, cover, np.array(colour, np.float32))
        step = max(1, round(0.7 * self._k))
        lower, upper = np.zeros_like(cut), np.zeros_like(cut)
        lower[step:, :] = cut[:-step, :]
        upper[:-step, :] = cut[step:, :]
        top = cv2.subtract(cut, lower).astype(np.float32) / 255 * 0.55
        low = cv2.subtract(cut, upper).astype(np.float32) / 255 * 0.45
        _over(part, top * float(cover.max()), np.array(mix(colour, (255, 252, 240), 0.5), np.float32))
        _over(part, low * float(cover.max()), np.array(scaled(colour, 0.74), np.float32))

    def _neon(self, part: NDArray[np.float32], cut: Mask, colour: Rgb, alpha: float) -> None:
        """A dark body with a bright, glowing outline."""
        bright = mix(scaled(colour, 1.35 if brightness(colour) < 0.6 else 1.1), (255, 255, 255), 0.12)
        body = mix(scaled(colour, 0.22), (18, 12, 44), 0.55)
        _over(part, cut.astype(np.float32) * (alpha / 255), np.array(body, np.float32))
        ring = cv2.morphologyEx(cut, cv2.MORPH_GRADIENT, _disc(max(1, round(0.6 * self._k)))).astype(np.float32) / 255
        halo = _glow(ring, max(1.0, 2.0 * self._k))[..., None] * (1.1 * alpha)
        part[..., :3] += halo * np.array(bright, np.float32)
        part[..., 3:] += halo * (1 - part[..., 3:]) * 0.5
        _over(part, ring * alpha, np.array(bright, np.float32))


def _glow(ring: NDArray[np.floating[Any]], radius: float) -> NDArray[np.float32]:
    """Return a ring blurred wide: over large shapes at a quarter of the size, where nobody can tell."""
    height, width = ring.shape
    if radius < _FINE_BLUR_PX or min(height, width) < 8 * _FINE_BLUR_PX:
        return np.asarray(cv2.GaussianBlur(ring, (0, 0), radius), np.float32)
    small = cv2.resize(ring, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), radius / 4)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _over(part: NDArray[np.float32], cover: NDArray[np.floating[Any]], colour: NDArray[np.float32]) -> None:
    alpha = np.asarray(cover[..., None], np.float32)
    part *= 1 - alpha
    part[..., :3] += colour * alpha
    part[..., 3:] += alpha


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)


def _square(image: Frame) -> Frame:
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return np.ascontiguousarray(image[top : top + side, left : left + side, :3])


def ellipse_points(x: float, y: float, rx: float, ry: float, turn: float = 0.0, count: int = 40) -> list[Point]:
    """Return points around an ellipse."""
    cos, sin = math.cos(turn), math.sin(turn)
    points = []
    for step in range(count):
        angle = 2 * math.pi * step / count
        px, py = rx * math.cos(angle), ry * math.sin(angle)
        points.append((x + px * cos - py * sin, y + px * sin + py * cos))
    return points


def rounded_box(x: float, y: float, w: float, h: float, radius: float) -> list[Point]:
    """Return points around a rectangle with rounded corners."""
    radius = min(radius, w / 2, h / 2)
    if radius <= 0:
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    corners = [(x + w - radius, y + radius, -90), (x + w - radius, y + h - radius, 0), (x + radius, y + h - radius, 90)]
    corners.append((x + radius, y + radius, 180))
    points = []
    for cx, cy, start in corners:
        for step in range(7):
            angle = math.radians(start + 15 * step)
            points.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
    return points


def smooth(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """Return the closed Catmull-Rom curve through ``points``."""
    ring = np.asarray(points, np.float64)
    before, after, beyond = np.roll(ring, 1, 0), np.roll(ring, -1, 0), np.roll(ring, -2, 0)
    t = (np.arange(steps) / steps)[None, :, None]
    p0, p1, p2, p3 = (part[:, None, :] for part in (before, ring, after, beyond))
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    return [(float(x), float(y)) for x, y in curve.reshape(-1, 2)]
