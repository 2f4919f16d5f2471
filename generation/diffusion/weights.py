"""How much memory a model's weights take, counted from the headers of its files: nothing is loaded for it."""

import json
import struct
from collections.abc import Collection, Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

_LONGEST_HEADER = 100_000_000
_BYTES = {"auto": 4, "float32": 4, "bfloat16": 2, "float16": 2}
_UNLIKE_WEIGHTS = ("I", "U", "BOOL")  # whole numbers are kept as they are


def index_of(folder: Path) -> Mapping[str, Any]:
    """Return a pipeline folder's model_index.json; empty when there is none that can be read."""
    try:
        found = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def memory_of(folder: Path, precision: str = "auto", variant: str = "", wide: Collection[str] = ()) -> int:
    """Return the bytes that the weights under ``folder`` take in a precision; 0 when there are none to be counted.

    ``auto`` counts what the CPU would hold (float32), the larger of the two cases; ``wide`` parts are float32 anyway.
    """
    total = 0
    for part, count, size, is_converted in _tensors(folder, variant):
        width = _BYTES["float32" if part in wide else precision]
        total += count * width if is_converted else size
    return total


def _tensors(folder: Path, variant: str) -> Iterator[tuple[str, int, int, bool]]:
    """Yield for every tensor its part, its elements, its bytes in the file, and whether loading converts it."""
    for path in sorted(folder.glob("*/*.safetensors")):
        if path.name.split("-")[0].removesuffix(".safetensors").partition(".")[2] != variant:
            continue
        for name, item in _header(path).items():
            if name != "__metadata__":
                begin, end = item["data_offsets"]
                is_converted = not str(item["dtype"]).startswith(_UNLIKE_WEIGHTS)
                yield path.parent.name, prod(item["shape"]), end - begin, is_converted


def _header(path: Path) -> Mapping[str, Any]:
    """Return the header of a safetensors file: eight bytes of length, then JSON."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            found = json.loads(file.read(length)) if length <= _LONGEST_HEADER else {}
    except (OSError, ValueError, struct.error):
        return {}
    return found if isinstance(found, dict) else {}
