"""What a storyboard looks like, without its words: storyboards of equal signature have the same film."""

import hashlib
import json

from generation.storyboard import Storyboard

_DRAWING_VERSION = 2  # rises whenever the world backend draws the same storyboard differently


def scene_signature(storyboard: Storyboard) -> str:
    """Return 24 hex digits over exactly what the world backend draws: everything but the words.

    Films with cameo characters also depend on the portraits, which a storyboard does not hold: share those films only
    between equal portraits.
    """
    body = storyboard.model_dump(mode="json", exclude={"prompt": True, "shots": {"__all__": {"text"}}})
    canonical = json.dumps([_DRAWING_VERSION, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:24]
