"""The queue's rules: whose work weighs what, how much may wait, when a failed film is tried again. Pure."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from core.hashing import stable_unit
from core.policies import Policy, PolicyModel, load_policy

SHIPPED = Path(__file__).parent / "policies" / "queue.toml"
_UNIT_PIXELS = 720 * 1280


class PlanRules(PolicyModel):
    """What holds for those on one plan."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="What the plan is called.")
    weight: float = Field(gt=0, le=100, description="Share of the machines against others who wait.")
    weight_at_high_demand: float = Field(gt=0, le=100, description="The same while demand is high.")
    most_open: int = Field(ge=0, le=1000, description="Most videos that one person has waiting or being made.")
    most_open_at_high_demand: int = Field(ge=0, le=1000, description="The same while demand is high.")
    most_open_minor: int = Field(ge=0, le=1000, description="The same for a minor, at any time.")

    @model_validator(mode="after")
    def _minors_and_high_demand_are_tighter(self) -> Self:
        if max(self.most_open_minor, self.most_open_at_high_demand) > self.most_open:
            raise ValueError("neither a minor nor high demand may be given more than most_open")
        return self

    def most(self, *, is_minor: bool, is_high: bool) -> int:
        """Return how many videos someone may have in the making."""
        most = self.most_open_at_high_demand if is_high else self.most_open
        return min(most, self.most_open_minor) if is_minor else most


class RetryRules(PolicyModel):
    """What happens to a film whose making failed for a reason that may pass, or whose worker died."""

    most_attempts: int = Field(ge=1, le=20, description="Tries before it has failed.")
    first_pause_s: float = Field(ge=0, le=3600, description="Wait before the second try.")
    factor: float = Field(ge=1, le=100, description="By what the wait grows each time.")
    longest_pause_s: float = Field(ge=0, le=86_400, description="No wait is longer.")

    def pause(self, attempts: int, job_id: str) -> timedelta:
        """Return the wait after so many attempts: 50% to 100% of the full one, so that jobs do not return together."""
        full_s = min(self.longest_pause_s, self.first_pause_s * self.factor ** max(0, attempts - 1))
        return timedelta(seconds=full_s * (0.5 + 0.5 * stable_unit("retry", job_id, attempts)))


class HighDemand(PolicyModel):
    """When demand is high."""

    from_waiting: float = Field(gt=0, description="Waiting work (by weight) from which it is.")


class FilmBounds(PolicyModel):
    """How much one wish may ask for."""

    longest_create_s: int = Field(ge=4, le=120, description="Longest film made from one prompt.")
    longest_total_s: int = Field(ge=4, le=120, description="Longest film of a storyboard, or with its extensions.")
    most_shots: int = Field(ge=1, le=120, description="Most shots of a storyboard.")
    most_batch: int = Field(ge=1, le=64, description="Most films that one call of a model makes together.")


class PreviewRules(PolicyModel):
    """Pictures of a film in the making."""

    every_s: float = Field(ge=0.2, le=60, description="Time between two.")
    longer_side_px: int = Field(ge=32, le=480, description="Their longer side.")


class QueuePolicy(Policy):
    """queue.toml."""

    high_demand: HighDemand
    plan: tuple[PlanRules, ...] = Field(min_length=1, description="The plans; the first is everyone's.")
    retry: RetryRules
    films: FilmBounds
    previews: PreviewRules

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [item.name for item in self.plan]
        if len(set(names)) != len(names):
            raise ValueError("two plans have one name")
        return self

    def rules(self, plan: str) -> PlanRules:
        """Return a plan's rules; one that is no longer offered counts as the first."""
        return next((item for item in self.plan if item.name == plan), self.plan[0])

    def is_high(self, waiting: float) -> bool:
        """Whether demand is high."""
        return waiting > self.high_demand.from_waiting

    def share(self, plan: str, work: float, *, is_high: bool) -> float:
        """Return how far a film moves its person's turn: its work by the plan's weight."""
        rules = self.rules(plan)
        return work / (rules.weight_at_high_demand if is_high else rules.weight)


def work_of(seconds: float, width: int, height: int) -> float:
    """Return a film's work in seconds of 720x1280."""
    return seconds * width * height / _UNIT_PIXELS


def load_queue_policy(overrides: Path | None = None) -> QueuePolicy:
    """Return the policy in force. Raises ``BrokenPolicy``."""
    return load_policy(SHIPPED, QueuePolicy, overrides)
