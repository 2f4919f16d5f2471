"""Experiments as data, and what they say: better, worse or inconclusive, with guardrails that must not be worse."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import AwareDatetime, Field, field_validator, model_validator

from core.errors import not_found
from core.policies import Policy, PolicyModel, load_policy
from core.vocabulary import EventKind
from wellbeing.outcomes.confidence import LEAST_PEOPLE, Difference, Finding, Values, difference, split_is_off

CONTROL = "control"
_OUTCOME = re.compile(r"^(poll|event):([a-z0-9_]+)$")
_POLLS = frozenset({"item", "item_later", "mood", "time_well_spent", "who5", "look_back"})
# More of these is not better and less is not worse: whoever counts them counts time.
_TIME_SPENT = frozenset({EventKind.VIEW, EventKind.COMPLETE, EventKind.SKIP})


class Measured(PolicyModel):
    """Something counted for each person over the days after they first met the experiment."""

    outcome: str = Field(description="`poll:KIND` (a person's mean answer) or `event:KIND` (how often).")
    good: Literal["more", "less"] = Field(default="more", description="Which way is better.")
    margin: float = Field(ge=0, description="Differences within it do not count, in units of the outcome.")

    @field_validator("outcome")
    @classmethod
    def _known(cls, value: str) -> str:
        found = _OUTCOME.match(value)
        if found is None:
            raise ValueError("write `poll:KIND` or `event:KIND`")
        source, kind = found.groups()
        known = _POLLS if source == "poll" else frozenset(str(item) for item in EventKind) - _TIME_SPENT
        if kind not in known:
            raise ValueError(f"{source}:{kind} cannot be an outcome; one of {', '.join(sorted(known))}")
        return value

    @property
    def source(self) -> str:
        """``poll`` or ``event``."""
        return self.outcome.split(":")[0]

    @property
    def kind(self) -> str:
        """Which poll or event."""
        return self.outcome.split(":")[1]


class Experiment(PolicyModel):
    """One experiment."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,59}$", description="Decides, with the person's id, the arm.")
    question: str = Field(min_length=10, description="What it should tell, in a sentence.")
    arms: Mapping[str, float] = Field(description="Share of each arm; `control` is what the others are compared with.")
    start: AwareDatetime = Field(description="From when on a page puts a person into their arm.")
    end: AwareDatetime | None = Field(default=None, description="Until when; None: still going on.")
    includes_minors: bool = Field(default=False, description="Whether minors take part.")
    window_days: int = Field(ge=1, le=182, description="Days after someone's first page over which they are measured.")
    pre_days: int = Field(
        ge=0, le=182, description="Days before it that the outcome is compared with (CUPED); 0: none."
    )
    planned_people: int = Field(ge=200, description="People in all arms for whom the interval is made tightest.")
    alpha: float = Field(gt=0, le=0.1, description="Chance of a false alarm, however often one looks.")
    outcome: Measured
    guardrail: tuple[Measured, ...] = Field(default=(), description="What must not be worse by its margin or more.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if CONTROL not in self.arms or len(self.arms) < 2:
            raise ValueError(f"{self.name}: arms must be `control` and at least one more")
        if min(self.arms.values()) <= 0 or abs(sum(self.arms.values()) - 1) > 1e-9:
            raise ValueError(f"{self.name}: the shares of the arms must be above 0 and add up to 1")
        if any(item.margin <= 0 for item in self.guardrail):
            raise ValueError(f"{self.name}: a guardrail needs a margin above 0")
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"{self.name}: `end` must be after `start`")
        return self

    @property
    def treatments(self) -> tuple[str, ...]:
        """The arms that are compared with control."""
        return tuple(arm for arm in self.arms if arm != CONTROL)

    @property
    def each_alpha(self) -> float:
        """The chance of a false alarm that each comparison may take (Bonferroni)."""
        return self.alpha / len(self.treatments)


class ExperimentsPolicy(Policy):
    """experiments.toml."""

    experiment: tuple[Experiment, ...] = Field(default=(), description="Every experiment that runs or ran.")

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [item.name for item in self.experiment]
        if len(set(names)) < len(names):
            raise ValueError("two experiments have one name")
        return self

    def find(self, name: str) -> Experiment:
        """Return the experiment of this name. Raises ``NotFound``."""
        for item in self.experiment:
            if item.name == name:
                return item
        raise not_found("experiment", name)


def load_experiments(overrides: Path | None = None) -> ExperimentsPolicy:
    """Load the experiments. Raises ``BrokenPolicy``."""
    return load_policy(Path(__file__).parents[1] / "policies" / "experiments.toml", ExperimentsPolicy, overrides)


@dataclass(frozen=True, slots=True)
class Sample:
    """One outcome in one arm: a value for each person who has one, and what the same people brought along."""

    values: Values
    before: Values


@dataclass(frozen=True, slots=True)
class ArmData:
    """One arm: everyone who met the experiment, those whose days are over, and their outcomes by name."""

    exposed: int
    measured: int
    outcomes: Mapping[str, Sample]


@dataclass(frozen=True, slots=True)
class Guarded:
    """One guardrail, turned so that more is better: ``holds`` once harm of the margin is ruled out."""

    outcome: str
    margin: float
    difference: Difference
    holds: bool
    is_broken: bool


@dataclass(frozen=True, slots=True)
class ExperimentReading:
    """What one arm against control says now. ``difference`` is turned so that more is better."""

    name: str
    arm: str
    answer: Finding
    why: str
    exposed: tuple[int, int]
    difference: Difference
    guardrails: tuple[Guarded, ...] = field(default=())


def read_experiment(experiment: Experiment, arms: Mapping[str, ArmData]) -> list[ExperimentReading]:
    """Return what the experiment says now, an arm each. Looking every day raises no more false alarms."""
    return [_reading(experiment, arm, arms[arm], arms[CONTROL]) for arm in experiment.treatments]


def _reading(experiment: Experiment, arm: str, treated: ArmData, control: ArmData) -> ExperimentReading:
    alpha = experiment.each_alpha
    main = compare(experiment.outcome, treated, control, tight_at=experiment.planned_people, alpha=alpha)
    guarded = tuple(_guarded(experiment, rule, treated, control) for rule in experiment.guardrail)
    share = experiment.arms[arm] / (experiment.arms[arm] + experiment.arms[CONTROL])
    answer, why = _answer(main, main.finding(margin=experiment.outcome.margin), guarded)
    problem = _uneven(share, (treated.exposed, control.exposed), main.people)
    if problem:
        answer, why = Finding.INCONCLUSIVE, problem
    return ExperimentReading(
        experiment.name, arm, answer, why, (treated.exposed, control.exposed), main, guarded
    )  # fmt: skip


def compare(rule: Measured, treated: ArmData, control: ArmData, *, tight_at: int, alpha: float) -> Difference:
    """Return how much better treatment is than control by one outcome."""
    sign = 1.0 if rule.good == "more" else -1.0
    first, second = treated.outcomes[rule.outcome], control.outcomes[rule.outcome]
    return difference(
        sign * first.values, sign * second.values, before=(first.before, second.before), tight_at=tight_at, alpha=alpha
    )


def _guarded(experiment: Experiment, rule: Measured, treated: ArmData, control: ArmData) -> Guarded:
    found = compare(rule, treated, control, tight_at=experiment.planned_people, alpha=experiment.each_alpha)
    return Guarded(
        rule.outcome, rule.margin, found, found.is_not_worse_by(rule.margin),
        found.finding(margin=rule.margin) is Finding.WORSE,
    )  # fmt: skip


def _answer(main: Difference, finding: Finding, guarded: Sequence[Guarded]) -> tuple[Finding, str]:
    if min(main.people) < LEAST_PEOPLE:
        return Finding.INCONCLUSIVE, f"Too few people yet: an arm needs {LEAST_PEOPLE} with an outcome."
    broken = [item.outcome for item in guarded if item.is_broken]
    if finding is Finding.WORSE:
        return finding, "The outcome is worse."
    if broken:
        return Finding.WORSE, f"Guardrail worse by more than its margin: {', '.join(broken)}."
    waiting = [item.outcome for item in guarded if not item.holds]
    if finding is Finding.BETTER and waiting:
        return Finding.INCONCLUSIVE, f"The outcome is better, but harm is not ruled out yet: {', '.join(waiting)}."
    if finding is Finding.BETTER:
        return finding, "The outcome is better, and no guardrail is worse by its margin."
    return finding, "The interval holds both what would be better and what would be worse."


def _uneven(share: float, exposed: tuple[int, int], answered: tuple[int, int]) -> str:
    if split_is_off(exposed, share=share):
        return "The arms' sizes do not fit their shares: something decides who is counted. Find it first."
    if split_is_off(answered, share=share):
        return "One arm answers more often than the other: those who answer cannot be compared."
    return ""


def filled(before: Mapping[str, float], people: Sequence[str]) -> Values:
    """Return what each of ``people`` brought along.

    Who is not known counts as the mean of everyone in ``before``, both arms together: that tells the arms nothing.
    """
    mean = float(np.mean(list(before.values()))) if before else 0.0
    return np.array([before.get(person, mean) for person in people], dtype=np.float64)
