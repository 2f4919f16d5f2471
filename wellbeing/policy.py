"""The wellbeing policies: frozen models of the TOML files, and the checks that span files."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from core.errors import BrokenPolicy
from core.policies import Policy, PolicyModel, load_policy
from wellbeing.bands import MINORS, AgeBand
from wellbeing.charter import CharterPolicy
from wellbeing.control_kinds import ControlsPolicy
from wellbeing.days import Night
from wellbeing.family_policy import FamilyPolicy
from wellbeing.laws import LawsPolicy
from wellbeing.making import SensitivePolicy, SpendingPolicy
from wellbeing.messaging import MessagesPolicy
from wellbeing.outcomes.experiments import ExperimentsPolicy, load_experiments
from wellbeing.outcomes.reports import ReportsPolicy, load_reports
from wellbeing.who5 import MOST, QUESTIONS

FOLDER = Path(__file__).parent / "policies"


class BandMinutes(PolicyModel):
    """Minutes for each age band."""

    younger_teen: int = Field(ge=1, description="13 to 15, and whoever's age is unknown.")
    older_teen: int = Field(ge=1, description="16 and 17.")
    adult: int = Field(ge=1, description="18 and over.")

    def of(self, band: AgeBand) -> int:
        """Return the minutes for a band."""
        minutes: int = getattr(self, band.value)
        return minutes


class SessionRules(PolicyModel):
    """When a session ends."""

    cooldown_minutes: BandMinutes = Field(description="The pause after a session's videos.")
    idle_minutes: BandMinutes = Field(description="Quiet time after which a session is over.")

    @model_validator(mode="after")
    def _no_way_round(self) -> Self:
        for band in AgeBand:
            if self.idle_minutes.of(band) < self.cooldown_minutes.of(band):
                raise ValueError(f"idle_minutes.{band.value} must be at least cooldown_minutes.{band.value}")
        minutes = [self.cooldown_minutes.of(band) for band in AgeBand]
        if minutes != sorted(minutes, reverse=True):
            raise ValueError("cooldown_minutes: a younger band's pause may not be shorter than an older one's")
        return self


class TimeRules(PolicyModel):
    """How active time is estimated, in seconds."""

    video_s: float = Field(gt=0, description="What one video on a page may take to watch.")
    least_video_s: float = Field(gt=0, description="What one video counts at least.")
    idle_s: float = Field(gt=0, description="Longest gap between two signs of watching that counts as watching.")


class BudgetRules(PolicyModel):
    """What a person gives themselves for now."""

    rest_minutes: int = Field(ge=1, description="How long the feed stays closed once it is spent.")
    lasts_hours: int = Field(ge=1, description="How long it holds when it is not spent.")


class LeaseRules(PolicyModel):
    """How long what was handed out may be fetched."""

    hours: int = Field(ge=1, le=24, description="From when it was handed out; after that it is counted again.")


class LimitsPolicy(Policy):
    """limits.toml."""

    session: SessionRules
    time: TimeRules
    budget: BudgetRules
    lease: LeaseRules


class LabelRule(PolicyModel):
    """A warning label that a law asks for. Switched off with `enabled = false`, as any law."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]+$", description="Rule id.")
    jurisdictions: tuple[str, ...] = Field(min_length=1, description="Codes or region names.")
    bands: tuple[AgeBand, ...] = Field(min_length=1, description="Who is shown it.")
    after_minutes: int = Field(ge=0, description="Minutes in the feed that day before it comes; 0 is the first page.")
    every_minutes: int | None = Field(default=None, ge=1, description="Minutes in the feed until it comes again.")
    seconds: int = Field(ge=1, le=120, description="How long it is shown.")
    skippable: bool = Field(description="Whether it may be waved away before its seconds are over.")
    title: str = Field(min_length=3, max_length=60)
    text: str = Field(min_length=10, max_length=400)
    enabled: bool = Field(description="False while a court has stopped it.")
    source: str = Field(min_length=5, description="Statute.")
    reason: str = Field(min_length=10, description="What it asks, in a sentence.")

    def applies(self, places: Collection[str], band: AgeBand) -> bool:
        """Tell whether someone of this band in any of ``places`` is shown it."""
        return self.enabled and band in self.bands and not set(places).isdisjoint(self.jurisdictions)

    def showings_by(self, active_s: float) -> int:
        """Return how many times it has come due after so many seconds in the feed that day."""
        over_s = active_s - self.after_minutes * 60
        if over_s < 0:
            return 0
        return 1 + (0 if self.every_minutes is None else int(over_s // (self.every_minutes * 60)))


class LabelsPolicy(Policy):
    """labels.toml."""

    label: tuple[LabelRule, ...] = Field(default=(), description="All labels, on or off.")

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [rule.id for rule in self.label]
        if len(set(ids)) != len(ids):
            raise ValueError("two labels have the same id")
        return self


class PauseText(PolicyModel):
    """What a closed feed says."""

    title: str = Field(min_length=3, max_length=60)
    text: str = Field(min_length=10, max_length=240)


class PauseTexts(PolicyModel):
    """One text for each reason."""

    cooldown: PauseText
    daily_limit: PauseText
    daily_limit_closed: PauseText
    night: PauseText
    weekly_limit: PauseText
    budget: PauseText
    break_: PauseText = Field(alias="break")


class Ideas(PolicyModel):
    """Things to make instead."""

    choices: tuple[str, ...] = Field(min_length=1)


class PausesPolicy(Policy):
    """pauses.toml."""

    text: PauseTexts
    ideas: Ideas


class NudgeRule(PolicyModel):
    """One nudge."""

    level: int = Field(ge=1, description="Strength, from 1.")
    after_videos: int = Field(ge=1, description="Passive videos before it comes.")
    title: str = Field(min_length=3, max_length=60)
    text: str = Field(min_length=10, max_length=240)


class Tempering(PolicyModel):
    """How reactance makes nudges rarer."""

    memory_days: int = Field(ge=1, description="How long a nudge, a dismissal or a heeded nudge counts.")
    each_dismissal_delays_by: float = Field(ge=0, description="Added to the factor on `after_videos`.")
    each_heeded_takes_back: float = Field(ge=0, description="Taken from what dismissals added.")
    heeded_within_minutes: int = Field(ge=1, description="Making something so soon after a nudge is acting on it.")
    most_delay: float = Field(ge=1, description="Largest factor.")


class CreationPromptRule(PolicyModel):
    """When to suggest making something."""

    every_videos: int = Field(ge=1, description="Passive videos between two suggestions.")
    title: str = Field(min_length=3, max_length=60)


class NudgesPolicy(Policy):
    """nudges.toml."""

    tempering: Tempering
    nudge: tuple[NudgeRule, ...] = Field(min_length=1)
    creation_prompt: CreationPromptRule

    @model_validator(mode="after")
    def _gentle_first(self) -> Self:
        if [rule.level for rule in self.nudge] != list(range(1, len(self.nudge) + 1)):
            raise ValueError("nudge levels must be 1, 2, 3, ... in order")
        videos = [rule.after_videos for rule in self.nudge]
        if videos != sorted(set(videos)):
            raise ValueError("a stronger nudge must come after a gentler one")
        return self


class PollSpacing(PolicyModel):
    """How rarely people are asked."""

    each_session: int = Field(ge=0, le=1, description="Most polls in a session.")
    each_week: int = Field(ge=0, le=2, description="Most polls in seven days.")
    hours_between: int = Field(ge=0, description="Least hours between two polls.")
    each_skip_adds_hours: int = Field(ge=0, description="Added to `hours_between` by each skip in a row.")
    most_hours_between: int = Field(ge=1, description="Longest it grows to.")
    videos_first: int = Field(ge=0, description="Videos on earlier pages of the session before a poll may come.")
    quiet_hours_after_pause: int = Field(ge=1, description="Hours after a lock-out without polls.")


PollKind = Literal["item", "item_later", "mood", "time_well_spent", "who5", "look_back"]


class PollChoice(PolicyModel):
    """One answer."""

    value: int
    label: str = Field(min_length=1)


class PollRule(PolicyModel):
    """One kind of question."""

    kind: PollKind
    every_days: int = Field(ge=1, description="Least days between two of this kind.")
    after_days: int = Field(ge=0, description="Days of use before the first.")
    takes_turns: bool = Field(default=False, description="Whether it comes after the rarer kinds, in turn with others.")
    question: str = Field(min_length=5)
    statements: tuple[str, ...] = Field(default=(), description="A form: one of the choices for each statement.")
    choices: tuple[PollChoice, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _whole_form(self) -> Self:
        values = [choice.value for choice in self.choices]
        if self.kind == "who5" and (len(self.statements) != QUESTIONS or sorted(values) != list(range(MOST + 1))):
            raise ValueError(f"who5: {QUESTIONS} `statements`, and choices with the values 0 to {MOST}")
        if self.kind != "who5" and self.statements:
            raise ValueError(f"{self.kind}: only who5 has `statements`")
        return self


class PollsPolicy(Policy):
    """polls.toml."""

    spacing: PollSpacing
    poll: tuple[PollRule, ...] = Field(min_length=1, description="Kinds, the one to ask first at the top.")

    def rule(self, kind: str) -> PollRule | None:
        """Return the question of this kind, or None."""
        return next((rule for rule in self.poll if rule.kind == kind), None)


class QuietRule(PolicyModel):
    """Hours in which nothing is sent: a night (`hours`), or a stretch of the day (`from_time`, `to_time`)."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]+$")
    jurisdictions: tuple[str, ...] = Field(min_length=1, description="Codes or region names; `*` is everywhere.")
    bands: tuple[AgeBand, ...] = Field(min_length=1)
    hours: str | None = Field(default=None, description="A night, 22:00-07:00.")
    from_time: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    to_time: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    weekdays: tuple[int, ...] = Field(default=(1, 2, 3, 4, 5, 6, 7), description="ISO days: Monday is 1.")
    months: tuple[int, ...] = Field(default=tuple(range(1, 13)), description="Months in which it holds.")
    enabled: bool
    source: str = Field(min_length=5)
    reason: str = Field(min_length=10)

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if self.hours is not None:
            if self.from_time or self.to_time:
                raise ValueError(f"{self.id}: give `hours`, or `from_time` and `to_time`, not both")
            Night.parse(self.hours)
        elif self.from_time is None or self.to_time is None or self.from_time >= self.to_time:
            raise ValueError(f"{self.id}: give `hours`, or `from_time` before `to_time` on one day")
        return self


class NotificationsPolicy(Policy):
    """notifications.toml."""

    exempt: tuple[str, ...] = Field(description="Kinds that are always sent.")
    quiet: tuple[QuietRule, ...] = Field(description="When nothing else is.")


@dataclass(frozen=True, slots=True)
class WellbeingPolicy:
    """All of the room's policies, checked against one another."""

    limits: LimitsPolicy
    controls: ControlsPolicy
    laws: LawsPolicy
    pauses: PausesPolicy
    nudges: NudgesPolicy
    polls: PollsPolicy
    notifications: NotificationsPolicy
    family: FamilyPolicy
    spending: SpendingPolicy
    sensitive: SensitivePolicy
    messages: MessagesPolicy
    charter: CharterPolicy
    experiments: ExperimentsPolicy
    reports: ReportsPolicy
    labels: LabelsPolicy


def load_wellbeing(overrides: Path | None = None) -> WellbeingPolicy:
    """Load every policy of the room. Raises ``BrokenPolicy`` with the file, the key and what to write."""
    policy = WellbeingPolicy(
        limits=load_policy(FOLDER / "limits.toml", LimitsPolicy, overrides),
        controls=load_policy(FOLDER / "controls.toml", ControlsPolicy, overrides),
        laws=load_policy(FOLDER / "laws.toml", LawsPolicy, overrides),
        pauses=load_policy(FOLDER / "pauses.toml", PausesPolicy, overrides),
        nudges=load_policy(FOLDER / "nudges.toml", NudgesPolicy, overrides),
        polls=load_policy(FOLDER / "polls.toml", PollsPolicy, overrides),
        notifications=load_policy(FOLDER / "notifications.toml", NotificationsPolicy, overrides),
        family=load_policy(FOLDER / "family.toml", FamilyPolicy, overrides),
        spending=load_policy(FOLDER / "spending.toml", SpendingPolicy, overrides),
        messages=load_policy(FOLDER / "messages.toml", MessagesPolicy, overrides),
        sensitive=load_policy(FOLDER / "sensitive.toml", SensitivePolicy, overrides),
        charter=load_charter(overrides),
        experiments=load_experiments(overrides),
        reports=load_reports(overrides),
        labels=load_policy(FOLDER / "labels.toml", LabelsPolicy, overrides),
    )
    problems = law_problems(policy.controls, policy.laws)
    if problems:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        raise BrokenPolicy(
            code="broken_policy",
            detail=f"The policy file laws.toml cannot be used:\n{lines}",
            path=str(FOLDER / "laws.toml"),
            problems=problems,
        )
    return policy


def load_charter(overrides: Path | None = None) -> CharterPolicy:
    """Load the charter alone: for what runs without the rest of the room. Raises ``BrokenPolicy``."""
    return load_policy(FOLDER / "charter.toml", CharterPolicy, overrides)


def law_problems(controls: ControlsPolicy, laws: LawsPolicy) -> list[str]:
    """Return what is wrong with the laws: unknown controls, wrong values, or an adult limited more than a minor."""
    problems: list[str] = []
    for law in laws.law:
        definition = controls.find(law.control)
        if definition is None:
            problems.append(f"{law.id}: there is no control {law.control!r} in controls.toml")
        elif problem := definition.problem_with(law.value):
            problems.append(f"{law.id}: value must be {problem}, not {law.value!r}")
    return problems or _looser_for_minors(controls, laws)


def _looser_for_minors(controls: ControlsPolicy, laws: LawsPolicy) -> list[str]:
    problems = []
    for definition in controls.control:
        for place in sorted(laws.jurisdictions()):
            for younger, older in ((AgeBand.YOUNGER_TEEN, AgeBand.OLDER_TEEN), (AgeBand.OLDER_TEEN, AgeBand.ADULT)):
                for guardian in (False, True):
                    values = [_strictest_floor(controls, laws, definition.name, place, band, guardian=guardian)
                              for band in (younger, older)]  # fmt: skip
                    if not definition.is_at_least_as_strict(values[0], values[1]):
                        problems.append(
                            f"{definition.name} in {place}: {younger.value} would get {values[0]!r}, "
                            f"looser than {older.value} with {values[1]!r}; protect the younger band too"
                        )
    return problems


def _strictest_floor(
    controls: ControlsPolicy, laws: LawsPolicy, name: str, place: str, band: AgeBand, *, guardian: bool
) -> bool | int | str:
    definition = controls.find(name)
    if definition is None:
        raise ValueError(f"there is no control {name!r}")
    value = definition.loosest.of(band) if guardian else definition.default.of(band)
    for law in laws.applying(place, band, name):
        if not (guardian and law.guardian_may_loosen and band in MINORS):
            value = definition.strictest(value, law.value)
    return value
