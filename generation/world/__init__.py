"""The world: a simulated 2-D stage that draws, sounds and knows the truth of a storyboard."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation.storyboard import Storyboard
    from generation.world.truth import Tracks


def simulate(storyboard: "Storyboard") -> "Tracks":
    """Return the truth of a film without drawing it: see ``generation.world.truth``."""
    from generation.world import truth  # the whole stage, which whoever reads only the vocabulary does not need

    return truth.simulate(storyboard)
