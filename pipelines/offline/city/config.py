"""What can be chosen about a demo city, and the seeded ids and random streams that make it deterministic."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.hashing import stable_int


class CityConfig(BaseModel):
    """A city is decided by this alone: equal configurations give equal rows, ids included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=7, ge=0, description="Decides everything that is left to chance.")
    people: int = Field(default=600, ge=12, le=20_000, description="How many people live here.")
    videos: int = Field(default=1200, ge=8, le=20_000, description="How many videos they have published.")
    films: int = Field(default=160, ge=0, description="Films to render; 0 gives every video a copy of one small film.")
    days: int = Field(default=60, ge=2, le=365, description="Days of impressions before `now`.")
    pages_per_day: float = Field(default=0.52, gt=0, description="Mean pages per person and day.")
    page_size: int = Field(default=8, ge=1, le=30, description="Videos on a page.")
    now: datetime = Field(description="The moment at which the history ends; aware.")

    @property
    def start(self) -> datetime:
        """The first moment of the history."""
        return self.now - timedelta(days=self.days)

    def ident(self, prefix: str, *parts: object) -> str:
        """Return an id shaped like ``core.ids.new_id``'s, the same for the same seed and parts."""
        first = stable_int(self.seed, prefix, *parts, bits=48)
        second = stable_int(prefix, *parts, self.seed, bits=48)
        return f"{prefix}_{first:012x}{second:012x}"

    def arrays(self, *part: object) -> np.random.Generator:
        """Return the NumPy random stream of one part of the city."""
        return np.random.default_rng(stable_int(self.seed, "arrays", *part))

    def dice(self, *part: object) -> random.Random:
        """Return the plain random stream of one part of the city."""
        return random.Random(stable_int(self.seed, "dice", *part))


def start_of_today(moment: datetime) -> datetime:
    """Return midnight, UTC, of the day that ``moment`` falls on."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
