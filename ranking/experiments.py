"""Experiments on the value policy: who is served which variant, by hash, with nothing stored."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from core.experiments import arm_of
from core.policies import Policy, PolicyModel, broken_policy, load_policy, problems_of
from core.vocabulary import Audience
from ranking.value import ValuePolicy
from ranking.viewer import Viewer

_SHIPPED = Path(__file__).parent / "policies" / "value_experiments.toml"


class Arm(PolicyModel):
    """One variant and the share of people who get it."""

    share: float = Field(ge=0, le=1, description="Share of people; all arms' add up to 1.")
    value: dict[str, dict[str, Any]] = Field(default_factory=dict, description="What differs from value.toml.")
    file: str = Field(
        default="", pattern=r"^([a-z0-9_]+\.toml)?$", description="A whole value policy instead, beside this file."
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Arm":
        if self.value and self.file:
            raise ValueError("write what differs (value) or a whole policy (file), not both")
        return self


class ValueExperiment(PolicyModel):
    """One experiment. Names are short because every page is logged with them."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,16}$")
    start: AwareDatetime
    end: AwareDatetime
    includes_minors: bool = False
    arms: dict[str, Arm] = Field(min_length=2)

    @model_validator(mode="after")
    def _sound(self) -> "ValueExperiment":
        if self.end <= self.start:
            raise ValueError("write start < end")
        if abs(sum(arm.share for arm in self.arms.values()) - 1) > 1e-9:
            raise ValueError("the shares of the arms must add up to 1")
        if any(not name.isalnum() or len(name) > 8 for name in self.arms):
            raise ValueError("an arm's name is at most 8 letters and digits")
        return self


class ExperimentsPolicy(Policy):
    """The whole of ``value_experiments.toml``."""

    experiment: list[ValueExperiment] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_at_a_time(self) -> "ExperimentsPolicy":
        ordered = sorted(self.experiment, key=lambda item: item.start)
        if any(later.start < earlier.end for earlier, later in pairwise(ordered)):
            raise ValueError("two experiments overlap; run one after the other")
        if len({item.name for item in ordered}) < len(ordered):
            raise ValueError("two experiments have the same name, and so the same people in their arms")
        return self

    def arm_for(self, viewer: Viewer, now_s: float) -> tuple[str, str] | None:
        """Return the experiment and arm of a viewer, or None: none runs, or it is not for them."""
        for item in self.experiment:
            runs = item.start.timestamp() <= now_s < item.end.timestamp()
            if runs and viewer.is_personal and (item.includes_minors or viewer.audience == Audience.ADULT):
                shares = {name: arm.share for name, arm in item.arms.items()}
                return item.name, arm_of(item.name, viewer.person_id, shares)
        return None


def load_experiments(overrides: Path | None = None) -> ExperimentsPolicy:
    """Return the experiments policy in force. Raises ``BrokenPolicy``."""
    return load_policy(_SHIPPED, ExperimentsPolicy, overrides)


def variants(
    experiments: ExperimentsPolicy, policy: ValuePolicy, overrides: Path | None = None
) -> dict[tuple[str, str], ValuePolicy]:
    """Return each arm's value policy, its version marked with the arm. Raises ``BrokenPolicy`` for an unsound one."""
    return {
        (item.name, name): _variant(policy, arm, f"{item.name}.{name}", overrides)
        for item in experiments.experiment
        for name, arm in item.arms.items()
    }


def _variant(policy: ValuePolicy, arm: Arm, label: str, overrides: Path | None) -> ValuePolicy:
    if arm.file:
        chosen = load_policy(_SHIPPED.parent / arm.file, ValuePolicy, overrides)
    else:
        chosen = _changed(policy, arm, label, overrides)
    header = chosen.policy.model_copy(update={"version": f"{chosen.version}+{label}"})
    return chosen.model_copy(update={"policy": header})


def _changed(policy: ValuePolicy, arm: Arm, label: str, overrides: Path | None) -> ValuePolicy:
    replaced = None if overrides is None else overrides / _SHIPPED.name
    path = replaced if replaced is not None and replaced.exists() else _SHIPPED
    within = f"experiment {label}, value."
    fixed = f"{within}policy: an arm cannot change who answers for the policy; leave it out"
    if "policy" in arm.value:
        raise broken_policy(str(path), [fixed])
    data = policy.model_dump()
    for part, changes in arm.value.items():
        data[part] = {**data.get(part, {}), **changes}
    try:
        return ValuePolicy.model_validate(data)
    except ValidationError as error:
        raise broken_policy(str(path), problems_of(error, within)) from error
