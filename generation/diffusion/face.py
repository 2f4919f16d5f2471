"""What a pipeline's call takes, read off its signature: no class is known by name where the signature says it."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

# Where a picture may be pinned: nowhere, the first frame, first and last, or any frame.
Places = Literal["none", "first", "ends", "any"]
_COUNTS = ("num_frames", "frames", "video_length")
_RATES = ("frame_rate", "fps")
_FROM_PICTURES = re.compile(r"ImageToVideo|Image2Video|(?<!T)I2V|VideoToWorld|StableVideoDiffusion")


@dataclass(frozen=True, slots=True)
class Face:
    """The outside of one pipeline class."""

    name: str
    defaults: Mapping[str, Any]  # every argument; `inspect.Parameter.empty` where there is no default
    places: Places
    needs_picture: bool

    def takes(self, argument: str) -> bool:
        """Whether the call has this argument."""
        return argument in self.defaults

    @property
    def takes_references(self) -> bool:
        """Whether pictures can say what somebody looks like without being a frame."""
        return self.takes("reference_images")

    @property
    def takes_batches(self) -> bool:
        """Whether several films can be made by one call, each from its own seed."""
        return self.takes("prompt") and not self.takes_references

    @property
    def count_argument(self) -> str:
        """The argument that says how many frames; empty if there is none."""
        return next((name for name in _COUNTS if self.takes(name)), "")

    @property
    def rate_argument(self) -> str:
        """The argument that says how many frames a second there are; empty if there is none."""
        return next((name for name in _RATES if self.takes(name)), "")

    @property
    def steps(self) -> int:
        """The denoising steps that it makes unless told otherwise."""
        usual = self.defaults.get("num_inference_steps")
        return usual if isinstance(usual, int) else 50

    def holds(self, at: int, frames: int) -> bool:
        """Whether a picture can be pinned to frame ``at`` of ``frames``."""
        match self.places:
            case "any":
                return True
            case "ends":
                return at in (0, frames - 1)
            case "first":
                return at == 0
            case _:
                return False


def face_of(pipeline: Any) -> Face:
    """Return the face of a pipeline (an instance)."""
    parameters = inspect.signature(type(pipeline).__call__).parameters
    defaults = {name: item.default for name, item in parameters.items() if name != "self"}
    name = type(pipeline).__name__
    required = defaults.get("image") is inspect.Parameter.empty
    return Face(name, defaults, _places(defaults, pipeline), required or bool(_FROM_PICTURES.search(name)))


def _places(defaults: Mapping[str, Any], pipeline: Any) -> Places:
    if "conditions" in defaults or {"video", "mask", "reference_images"} <= set(defaults):
        return "any"
    if "image" not in defaults:
        return "none"
    # Wan 2.2 5B has the argument and makes no use of it.
    first_only = "last_image" not in defaults or bool(pipeline.config.get("expand_timesteps"))
    return "first" if first_only else "ends"
