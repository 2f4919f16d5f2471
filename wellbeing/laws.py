"""Law as data: what a jurisdiction asks of a control, each with its source. A court can switch one off."""

from typing import Self

from pydantic import Field, model_validator

from core.policies import Policy, PolicyModel
from wellbeing.bands import AgeBand
from wellbeing.control_kinds import Value


class Region(PolicyModel):
    """Several jurisdictions under one name."""

    name: str = Field(min_length=2, description="Name that a law may use, e.g. `EU`.")
    members: tuple[str, ...] = Field(min_length=1, description="Jurisdiction codes (ISO 3166).")


class Law(PolicyModel):
    """A floor under one control: nothing looser holds where it applies."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]+$", description="Rule id, as verdicts and screens name it.")
    title: str = Field(min_length=3, description="What people read.")
    jurisdictions: tuple[str, ...] = Field(min_length=1, description="Codes (`US-CA`, `US`) or region names.")
    bands: tuple[AgeBand, ...] = Field(min_length=1, description="Whom it protects.")
    control: str = Field(description="The control it bears on.")
    value: Value = Field(description="The loosest value it allows.")
    guardian_may_loosen: bool = Field(description="Whether a guardian may set something looser.")
    enabled: bool = Field(description="False while a court has stopped it.")
    source: str = Field(min_length=5, description="Statute or guideline.")
    reason: str = Field(min_length=10, description="What it asks, in a sentence.")


class LawsPolicy(Policy):
    """Laws and the regions they name."""

    region: tuple[Region, ...] = Field(default=(), description="Named groups of jurisdictions.")
    law: tuple[Law, ...] = Field(default=(), description="All laws, on or off.")

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [law.id for law in self.law]
        if len(set(ids)) != len(ids):
            raise ValueError("two laws have the same id")
        return self

    def applying(self, jurisdiction: str, band: AgeBand, control: str) -> tuple[Law, ...]:
        """Return the enabled laws on a control for someone of this band, there."""
        found = [law for law in self.law if law.control == control and law.enabled and band in law.bands]
        if not found:
            return ()
        names = self.names_of(jurisdiction)
        return tuple(law for law in found if not names.isdisjoint(law.jurisdictions))

    def names_of(self, jurisdiction: str) -> set[str]:
        """Return every name a law may use for this place: itself, its country, and the regions they are in."""
        own = {jurisdiction, jurisdiction.split("-")[0]}
        return own | {region.name for region in self.region if own.intersection(region.members)}

    def jurisdictions(self) -> set[str]:
        """Return every jurisdiction that any law or region names, and one that none names."""
        named = {code for law in self.law for code in law.jurisdictions}
        return named | {code for region in self.region for code in region.members} | {"ZZ"}
