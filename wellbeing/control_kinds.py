"""What a control is: its kind of value, which of two values is the stricter, and what it is for each age band."""

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from core.errors import InvalidInput
from core.policies import Policy, PolicyModel
from wellbeing.bands import AgeBand
from wellbeing.days import NIGHT_OFF, Night

Value = StrictBool | StrictInt | StrictStr


class ControlKind(StrEnum):
    """The shapes a control's value can take."""

    SWITCH = "switch"
    NUMBER = "number"
    CHOICE = "choice"
    HOURS = "hours"


class Choice(PolicyModel):
    """One option of a choice."""

    value: str = Field(min_length=1, description="What is stored.")
    label: str = Field(min_length=1, description="What people read.")


class BandValues(PolicyModel):
    """One value for each age band."""

    younger_teen: Value = Field(description="13 to 15, and whoever's age is unknown.")
    older_teen: Value = Field(description="16 and 17.")
    adult: Value = Field(description="18 and over.")

    def of(self, band: AgeBand) -> Value:
        """Return the value for a band."""
        value: Value = getattr(self, band.value)
        return value


class ControlDefinition(PolicyModel):
    """One control. Its law floors are in laws.toml, by jurisdiction."""

    name: str = Field(pattern=r"^[a-z][a-z_]{2,39}$", description="Stable name, used in the API.")
    title: str = Field(min_length=3, description="What people read.")
    explains: str = Field(min_length=10, description="What it does, in a sentence.")
    kind: ControlKind = Field(description="Shape of its value.")
    strict: bool | None = Field(default=None, description="Switches: the stricter position.")
    minimum: int | None = Field(default=None, ge=0, description="Numbers: the smallest (and strictest) value.")
    maximum: int | None = Field(default=None, ge=1, description="Numbers: the largest value; it means no limit.")
    unit: str = Field(default="", description="Numbers: the unit.")
    choices: tuple[Choice, ...] = Field(default=(), description="Choices: options, strictest first.")
    is_lasting: bool = Field(default=False, description="Whether it can be set for good only, never until a moment.")
    default: BandValues = Field(description="What holds while no guardian (or adult, for themselves) has set it.")
    loosest: BandValues = Field(description="The loosest that anyone may set.")
    reason: str = Field(min_length=10, description="Why these values.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind is ControlKind.SWITCH and self.strict is None:
            raise ValueError(f"{self.name}: a switch needs `strict = true` or `strict = false`")
        if self.kind is ControlKind.NUMBER and (self.minimum is None or self.maximum is None or not self.unit):
            raise ValueError(f"{self.name}: a number needs `minimum`, `maximum` and `unit`")
        if self.kind is ControlKind.CHOICE and len(self.choices) < 2:
            raise ValueError(f"{self.name}: a choice needs at least two `choices`")
        return self

    @model_validator(mode="after")
    def _protects_the_young_more(self) -> Self:
        for values in (self.default, self.loosest):
            for band in AgeBand:
                problem = self.problem_with(values.of(band))
                if problem:
                    raise ValueError(f"{self.name}, {band.value}: {problem}")
        for younger, older in ((AgeBand.YOUNGER_TEEN, AgeBand.OLDER_TEEN), (AgeBand.OLDER_TEEN, AgeBand.ADULT)):
            for key, values in (("default", self.default), ("loosest", self.loosest)):
                if not self.is_at_least_as_strict(values.of(younger), values.of(older)):
                    raise ValueError(f"{self.name}.{key}: {younger.value} may not be looser than {older.value}")
        for band in AgeBand:
            if not self.is_at_least_as_strict(self.default.of(band), self.loosest.of(band)):
                raise ValueError(f"{self.name}: the default for {band.value} is looser than its `loosest`")
        return self

    def problem_with(self, value: object) -> str | None:
        """Return what is wrong with a value, as what would be right; None when it can be used."""
        return _CHECKS[self.kind](self, value)

    def checked(self, value: object, *, field: str) -> Value:
        """Return the value if it is one of this control's. Raises ``InvalidInput`` naming ``field``."""
        problem = self.problem_with(value)
        if problem is not None:
            raise InvalidInput(
                code="invalid_control", detail=f"{self.title}: {problem}.", field=field, expected=problem
            )
        return value  # type: ignore[return-value]  # its own check has just looked

    def strictest(self, first: Value, second: Value) -> Value:
        """Return the stricter of two values; for night hours, the window that covers both."""
        if self.kind is not ControlKind.HOURS:
            return first if self._looseness(first) <= self._looseness(second) else second
        one, other = Night.parse(str(first)), Night.parse(str(second))
        if one is None or other is None:
            return first if other is None else second
        return one.joined(other).text()

    def is_at_least_as_strict(self, value: Value, other: Value) -> bool:
        """Tell whether ``value`` allows nothing that ``other`` does not."""
        if self.kind is not ControlKind.HOURS:
            return self._looseness(value) <= self._looseness(other)
        one, reference = Night.parse(str(value)), Night.parse(str(other))
        return reference is None or (one is not None and one.covers(reference))

    def is_unlimited(self, value: Value) -> bool:
        """Tell whether a number is at the top of its range, which means no limit."""
        return self.kind is ControlKind.NUMBER and value == self.maximum

    def says(self, value: Value) -> str:
        """Return a value as people read it."""
        if self.kind is ControlKind.SWITCH:
            return "on" if value else "off"
        if self.kind is ControlKind.NUMBER:
            return "no limit" if self.is_unlimited(value) else f"{value} {self.unit}"
        return {choice.value: choice.label for choice in self.choices}.get(str(value), str(value))

    def options(self) -> dict[str, Any]:
        """Return what can be chosen, for a form: kind, and range or options (strictest first)."""
        shape: dict[str, Any] = {"kind": self.kind.value, "explains": self.explains}
        if self.kind is ControlKind.NUMBER:
            shape |= {"minimum": self.minimum, "maximum": self.maximum, "unit": self.unit}
        if self.kind is ControlKind.CHOICE:
            shape["options"] = [choice.model_dump() for choice in self.choices]
        if self.kind is ControlKind.HOURS:
            shape |= {"off": NIGHT_OFF, "example": "22:00-07:00"}
        return shape

    def _looseness(self, value: Value) -> int:
        if self.kind is ControlKind.SWITCH:
            return 0 if value == self.strict else 1
        if self.kind is ControlKind.NUMBER:
            return int(value)
        return [choice.value for choice in self.choices].index(str(value))


def _check_switch(_definition: ControlDefinition, value: object) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _check_number(definition: ControlDefinition, value: object) -> str | None:
    low, high = definition.minimum or 0, definition.maximum or 0
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return None
    return f"a whole number from {low} to {high}"


def _check_choice(definition: ControlDefinition, value: object) -> str | None:
    names = [choice.value for choice in definition.choices]
    return None if value in names else f"one of {', '.join(names)}"


def _check_hours(_definition: ControlDefinition, value: object) -> str | None:
    try:
        Night.parse(value if isinstance(value, str) else "")
    except ValueError as error:
        return str(error)
    return None


_CHECKS = {
    ControlKind.SWITCH: _check_switch,
    ControlKind.NUMBER: _check_number,
    ControlKind.CHOICE: _check_choice,
    ControlKind.HOURS: _check_hours,
}


class ControlsPolicy(Policy):
    """Every control there is."""

    control: tuple[ControlDefinition, ...] = Field(min_length=1, description="The controls, in the order shown.")

    @model_validator(mode="after")
    def _has_what_the_gate_reads(self) -> Self:
        names = [item.name for item in self.control]
        if len(set(names)) != len(names):
            raise ValueError("two controls have the same name")
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise ValueError(f"these controls are missing: {', '.join(missing)}")
        return self

    def find(self, name: str) -> ControlDefinition | None:
        """Return the control of this name, or None."""
        return next((item for item in self.control if item.name == name), None)


REQUIRED = (
    "continuous_feed",
    "session_videos",
    "daily_minutes",
    "daily_videos",
    "weekly_minutes",
    "weekly_videos",
    "count_together",
    "night_hours",
    "personalisation",
    "sensitive_topics",
    "cameo_use",
    "direct_messages",
    "adult_discovery",
    "private_account",
    "daily_creations",
    "monthly_credits",
)
