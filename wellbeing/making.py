"""What someone may still make: videos in 24 hours, credits in 30 days. And which topics the feed leaves out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from pydantic import Field, model_validator

from core.errors import LimitReached
from core.policies import Policy, PolicyModel
from wellbeing.controls import EffectiveControl, EffectiveControls

DAY, MONTH = timedelta(hours=24), timedelta(days=30)


class ModelPrice(PolicyModel):
    """What a second costs on one model."""

    name: str = Field(min_length=1, description="The model.")
    credits_per_second: int = Field(ge=0, description="Credits for each second of film.")


class Prices(PolicyModel):
    """What a second costs."""

    default_credits_per_second: int = Field(ge=0, description="Credits a second on every model that is not named.")
    model: tuple[ModelPrice, ...] = Field(default=(), description="Models with a price of their own.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [item.name for item in self.model]
        if len(set(names)) != len(names):
            raise ValueError("two prices name the same model")
        return self

    def cost(self, model: str, seconds: int) -> int:
        """Return what a film of so many seconds costs on a model, in credits."""
        named = {item.name: item.credits_per_second for item in self.model}
        return seconds * named.get(model, self.default_credits_per_second)


class SpendingPolicy(Policy):
    """spending.toml."""

    prices: Prices


class SensitiveTopic(PolicyModel):
    """A topic, and how a video is known to be about it."""

    name: str = Field(min_length=3, description="What it is called.")
    attributes: tuple[str, ...] = Field(min_length=1, description="Attributes of a video that mean it.")
    from_probability: float = Field(gt=0, lt=1, description="Probability of any of them from which it counts.")
    reason: str = Field(min_length=10, description="Why.")


class SensitivePolicy(Policy):
    """sensitive.toml."""

    topic: tuple[SensitiveTopic, ...] = Field(min_length=1, description="The topics.")

    def is_sensitive(self, probability: Mapping[str, float]) -> bool:
        """Tell whether a video is about any topic. Raises ``KeyError`` for an attribute that is not there."""
        return any(probability[name] >= topic.from_probability for topic in self.topic for name in topic.attributes)


@dataclass(frozen=True, slots=True)
class Made:
    """Something that was put in the making, and what it costs if it is charged at all."""

    at: datetime
    credits: int


def check_making(controls: EffectiveControls, made: Sequence[Made], cost_credits: int, now: datetime) -> None:
    """Raise ``LimitReached`` if one more video would pass a limit. ``made``: within 30 days, in any order."""
    today = sorted(item.at for item in made if item.at > now - DAY)
    most = controls.limit("daily_creations")
    if most is not None and len(today) >= most:
        opens = today[len(today) - most] + DAY if most else now + DAY
        raise _reached(controls.controls["daily_creations"], f"{most} videos in any 24 hours", opens, now)
    cap = controls.limit("monthly_credits")
    if cap is None:
        return
    month = sorted(((item.at, item.credits) for item in made if item.at > now - MONTH), key=lambda item: item[0])
    over = sum(credits for _, credits in month) + cost_credits - cap
    if over <= 0:
        return
    opens = now + MONTH
    for at, credits in month:
        over -= credits
        if over <= 0:
            opens = at + MONTH
            break
    raise _reached(controls.controls["monthly_credits"], f"{cap} credits in any 30 days", opens, now)


@dataclass(frozen=True, slots=True)
class Standing:
    """How someone stands against one limit; None: there is none. ``resets_at``: when the next part opens."""

    name: str
    limit: int | None
    used: int
    resets_at: datetime | None
    set_by: str

    @property
    def remaining(self) -> int | None:
        """What is left, never less than nothing."""
        return None if self.limit is None else max(0, self.limit - self.used)

    def allows(self, amount: int) -> bool:
        """Whether so much more is within the limit."""
        return self.remaining is None or amount <= self.remaining


def standings(controls: EffectiveControls, made: Sequence[Made], now: datetime) -> tuple[Standing, ...]:
    """Return how someone stands against the limits that ``check_making`` asks. ``made``: as there."""
    today = [Made(item.at, 1) for item in made if item.at > now - DAY]
    month = [item for item in made if item.at > now - MONTH and item.credits]
    return tuple(
        Standing(
            name=name,
            limit=controls.limit(name),
            used=sum(item.credits for item in counted),
            resets_at=min(item.at for item in counted) + window if counted else None,
            set_by=controls.controls[name].set_by.value,
        )
        for name, counted, window in (("daily_creations", today, DAY), ("monthly_credits", month, MONTH))
    )


def _reached(control: EffectiveControl, limit: str, opens: datetime, now: datetime) -> LimitReached:
    return LimitReached(
        code=f"{control.name}_reached",
        detail=f"Your limit is {limit} (set by: {control.set_by.value}).",
        field=control.name,
        expected="Wait, or ask whoever set the limit.",
        retry_after_s=max(1, int((opens - now).total_seconds()) + 1),
    )
