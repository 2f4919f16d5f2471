"""Trained trees, evaluated through LightGBM's C interface.

``import lightgbm`` pulls in scikit-learn, SciPy and pandas where they are installed, which takes seconds that a
starting server does not have. Predicting needs two C functions, so they are called directly from the library in the
package.
"""

import ctypes
import importlib.util
import platform
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BrokenArtifact

_FLOAT32 = 0  # C_API_DTYPE_FLOAT32
_RAW_SCORE = 1  # C_API_PREDICT_RAW_SCORE
_ONE_THREAD = b"num_threads=1 predict_disable_shape_check=false"
_NAMES = {"Windows": "lib_lightgbm.dll", "Darwin": "lib_lightgbm.dylib"}


class Trees:
    """One trained booster: raw scores (log-odds) for rows of features, on the calling thread."""

    def __init__(self, path: Path) -> None:
        self._library = _library()
        self._handle = ctypes.c_void_p()
        rounds = ctypes.c_int()
        _check(
            self._library.LGBM_BoosterLoadModelFromString(
                ctypes.c_char_p(path.read_bytes()), ctypes.byref(rounds), ctypes.byref(self._handle)
            ),
            path,
        )
        self._path = path

    def raw(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return raw scores of shape (n,) for features of shape (n, f). A row's score does not depend on the others."""
        rows = np.ascontiguousarray(features, dtype=np.float32)
        scores = np.zeros(len(rows), dtype=np.float64)
        if not len(rows):
            return scores
        written = ctypes.c_int64()
        _check(
            self._library.LGBM_BoosterPredictForMat(
                self._handle,
                rows.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_int(_FLOAT32),
                ctypes.c_int32(rows.shape[0]),
                ctypes.c_int32(rows.shape[1]),
                ctypes.c_int(1),  # row by row
                ctypes.c_int(_RAW_SCORE),
                ctypes.c_int(0),
                ctypes.c_int(-1),
                ctypes.c_char_p(_ONE_THREAD),
                ctypes.byref(written),
                scores.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            ),
            self._path,
        )
        return scores

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self._library.LGBM_BoosterFree(self._handle)


@cache
def _library() -> ctypes.CDLL:
    spec = importlib.util.find_spec("lightgbm")
    places = [] if spec is None else [Path(place) for place in spec.submodule_search_locations or ()]
    name = _NAMES.get(platform.system(), "lib_lightgbm.so")
    for path in (place / folder / name for place in places for folder in ("lib", "bin", ".")):
        if path.is_file():
            library = ctypes.CDLL(str(path))
            library.LGBM_GetLastError.restype = ctypes.c_char_p
            return library
    raise BrokenArtifact(
        code="no_lightgbm",
        detail=f"LightGBM's library {name} is not installed.",
        expected="Install the locked requirements again.",
    )


def _check(status: int, path: Path) -> None:
    if status != 0:
        message = _library().LGBM_GetLastError().decode(errors="replace")
        raise BrokenArtifact(
            code="broken_artifact",
            detail=f"The trees in {path.name} cannot be used: {message}.",
            expected="Train them again with `kindling train heads`.",
            path=str(path),
        )
