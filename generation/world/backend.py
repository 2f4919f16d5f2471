"""The world backend: simulates, draws and sounds a storyboard. Needs no model and no GPU."""

from core.media.film import Film
from generation.backends import Cancelled, ModelInfo, Portraits, Progress, Take
from generation.storyboard import Storyboard
from generation.world.film import shoot
from generation.world.opening import opening_on

SIZES = ("360x640", "640x360", "720x1280", "1280x720", "1024x1792", "1792x1024", "1080x1920", "1920x1080")
WORLD = ModelInfo(
    name="world",
    backend="world",
    description="A small simulated scene, drawn and heard; runs anywhere.",
    makes_sound=True,
    sizes=SIZES,
    max_seconds=120,
)


class WorldBackend:
    """Makes the film while it is being read: one frame at a time, in constant memory."""

    def models(self) -> tuple[ModelInfo, ...]:
        """Return the one model."""
        return (WORLD,)

    def generate(
        self, storyboard: Storyboard, portraits: Portraits, progress: Progress, cancelled: Cancelled, model: str
    ) -> Film:
        """Return a film whose frames are drawn as they are read. ``model`` makes no difference here."""
        del model
        return shoot(storyboard, portraits, progress, cancelled)

    def generate_take(self, take: Take, model: str) -> Film:
        """Return the film, opening on the keyframe at its start; a note says how many others are left out."""
        film = self.generate(take.storyboard, take.portraits, take.progress, take.cancelled, model)
        return opening_on(film, take.keyframes)
