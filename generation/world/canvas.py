"""Puts sprites and layers into a frame, at positions between pixels, with as little arithmetic as will do."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from core.media.film import Frame
from generation.world.paint import Sprite

_HIDDEN = 0.004


@dataclass(slots=True)
class Layer:
    """A wide picture that scrolls at a share of the camera's speed.

    ``top`` is the frame row of its first row while the camera is at rest. ``rgb`` is premultiplied; ``veil`` (how much
    of what lies behind shows through, 0 to 255, three channels) ends where the picture becomes opaque in every column.
    """

    rgb: Frame
    veil: Frame
    top: int
    parallax: float
    drift: float = 0.0  # pixels a second that it moves by itself

    @classmethod
    def of(cls, rgba: Frame, top: int, parallax: float, drift: float) -> "Layer":
        """Split a picture with premultiplied alpha (h, w, 4), leaving out the empty rows above it."""
        alpha = rgba[..., 3]
        shown = np.flatnonzero(alpha.any(axis=1))
        first = int(shown[0]) if len(shown) else len(rgba) - 1
        rgba = rgba[first:]
        clear = np.flatnonzero(alpha[first:].min(axis=1) < 255)
        solid = int(clear[-1]) + 1 if len(clear) else 0
        veil = cv2.cvtColor(cv2.bitwise_not(np.ascontiguousarray(rgba[:solid, :, 3])),
            cv2.COLOR_GRAY2RGB) if solid else None  # fmt: skip
        rgb = np.ascontiguousarray(rgba[..., :3])
        return cls(rgb, np.zeros((0, *rgb.shape[1:]), np.uint8) if veil is None else np.asarray(veil, np.uint8),
            top + first, parallax, drift)  # fmt: skip

    def cut_below(self, row: int) -> None:
        """Drop the rows from frame row ``row`` on: something opaque hides them."""
        keep = max(1, row - self.top)
        self.rgb, self.veil = self.rgb[:keep], self.veil[:keep]

    @property
    def is_opaque(self) -> bool:
        """Whether nothing behind it shows."""
        return len(self.veil) == 0


def blit(
    frame: Frame, sprite: Sprite, x: float, y: float, *, turn: float = 0.0, grow: tuple[float, float] = (1.0, 1.0),
    alpha: float = 1.0,
) -> None:  # fmt: skip
    """Draw a sprite with its pivot at pixel (x, y), turned by ``turn`` radians and stretched by ``grow`` (x, y)."""
    if alpha <= _HIDDEN:
        return
    cos, sin = math.cos(turn), math.sin(turn)
    a, b, c, d = cos * grow[0], -sin * grow[1], sin * grow[0], cos * grow[1]
    h, w = sprite.rgba.shape[:2]
    left, right = -sprite.pivot_x, w - sprite.pivot_x
    up, down = -sprite.pivot_y, h - sprite.pivot_y
    xs = [x + a * px + b * py for px in (left, right) for py in (up, down)]
    ys = [y + c * px + d * py for px in (left, right) for py in (up, down)]
    x0, x1 = max(0, math.floor(min(xs))), min(frame.shape[1], math.ceil(max(xs)) + 1)
    y0, y1 = max(0, math.floor(min(ys))), min(frame.shape[0], math.ceil(max(ys)) + 1)
    if x0 >= x1 or y0 >= y1:
        return
    # Pixel centres lie at half-units: without the halves a sprite at rest would be smeared over two pixels.
    px, py = sprite.pivot_x - 0.5, sprite.pivot_y - 0.5
    matrix = np.array([[a, b, x - 0.5 - x0 - a * px - b * py], [c, d, y - 0.5 - y0 - c * px - d * py]], np.float64)
    patch = cv2.warpAffine(sprite.rgba, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR)
    if alpha < 1.0:
        patch = cv2.convertScaleAbs(patch, alpha=alpha)
    over(frame[y0:y1, x0:x1], np.asarray(patch, np.uint8))


def over(part: Frame, patch: Frame) -> None:
    """Lay a premultiplied RGBA patch over a part of a frame of the same size."""
    veil = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(patch, 3)), cv2.COLOR_GRAY2RGB)
    cv2.multiply(part, veil, dst=part, scale=1 / 255)
    cv2.add(part, cv2.cvtColor(patch, cv2.COLOR_RGBA2RGB), dst=part)


def lay(frame: Frame, layer: Layer, scroll_px: float, lift_px: float = 0.0, t: float = 0.0) -> None:
    """Draw a layer moved left by ``scroll_px`` and down by ``lift_px`` (both before parallax), at ``t`` seconds."""
    height, width = frame.shape[:2]
    spare = layer.rgb.shape[1] - width
    if spare < 0:
        return
    at = min(max(scroll_px * layer.parallax + layer.drift * t, 0.0), max(spare - 1.0, 0.0))
    top = layer.top + round(lift_px * layer.parallax)
    y0, y1 = max(0, top), min(height, top + layer.rgb.shape[0])
    # Rows with a veil are mixed with what lies behind; the opaque ones below them are simply put there.
    solid = min(max(top + len(layer.veil), y0), y1)
    if y0 < solid:
        part = frame[y0:solid]
        cv2.multiply(part, _slid(layer.veil[y0 - top : solid - top], at, width), dst=part, scale=1 / 255)
        cv2.add(part, _slid(layer.rgb[y0 - top : solid - top], at, width), dst=part)
    if solid < y1:
        frame[solid:y1] = _slid(layer.rgb[solid - top : y1 - top], at, width)


def _slid(rows: Frame, at: float, width: int) -> Frame:
    """Return ``width`` columns from column ``at``: between two columns, a mixture of both (a shift, without a warp)."""
    whole, part = int(at), at - int(at)
    if part < 0.02 or whole + 1 + width > rows.shape[1]:
        return rows[:, whole : whole + width]
    mixed = cv2.addWeighted(rows[:, whole : whole + width], 1 - part, rows[:, whole + 1 : whole + 1 + width], part, 0)
    return np.asarray(mixed, np.uint8)


def zoomed(frame: Frame, zoom: float, cx: float, cy: float) -> Frame:
    """Return the frame enlarged by ``zoom`` (at least 1) about a point."""
    if zoom <= 1.0005:
        return frame
    matrix = np.array([[zoom, 0, cx - zoom * cx], [0, zoom, cy - zoom * cy]], np.float64)
    turned = cv2.warpAffine(frame, matrix, (frame.shape[1], frame.shape[0]), flags=cv2.INTER_LINEAR)
    return np.asarray(turned, np.uint8)
