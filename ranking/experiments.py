"""Experiments on the value policy: who is served which variant, by hash, with nothing stored."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, Field, model_validator

from core.experiments import arm_of
from core.policies import Policy, PolicyModel, load_policy
from core.vocabulary import Audience
from ranking.value import ValuePolicy
from ranking.viewer import Viewer

_SHIPPED = Path(__file__).parent / "policies" / "value_experiments.toml"


class Arm(PolicyModel):
    """One variant and the share of people who get it."""

    share: float = Field(ge=0, le=1, description="Share of people; all arms' add up to 1.")
    value: dict[str, dict[str, Any]] = Field(default_factory=dict, description="What differs from value.toml.")


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


def variants(experiments: ExperimentsPolicy, policy: ValuePolicy) -> dict[tuple[str, str], ValuePolicy]:
    """Return each arm's value policy, its version marked with the arm. Raises ``ValueError`` for an unsound one."""
    return {
        (item.name, name): _variant(policy, arm, f"{item.name}.{name}")
        for item in experiments.experiment
        for name, arm in item.arms.items()
    }


def _variant(policy: ValuePolicy, arm: Arm, label: str) -> ValuePolicy:
    data = policy.model_dump()
    if "policy" in arm.value:
        raise ValueError(f"{label}: an arm cannot change who answers for the policy")
    for part, changes in arm.value.items():
        data[part] = {**data.get(part, {}), **changes}
    checked = ValuePolicy.model_validate(data)
    header = policy.policy.model_copy(update={"version": f"{policy.version}+{label}"})
    return checked.model_copy(update={"policy": header})
