"""age.toml: which answers of which method count as verified, and what needs a parent's consent."""

from pathlib import Path

from pydantic import Field

from core.policies import Policy, PolicyModel, load_policy

SHIPPED = Path(__file__).parents[1] / "policies" / "age.toml"


class AppleRules(PolicyModel):
    """Apple's Declared Age Range."""

    verified_declarations: tuple[str, ...] = Field(
        description="Declarations that rest on a check; others do not count."
    )


class GoogleRules(PolicyModel):
    """Google's Play Age Signals."""

    verified_statuses: tuple[str, ...] = Field(description="Statuses of people whom Google verified to be 18 or over.")
    supervised_statuses: tuple[str, ...] = Field(description="Statuses of accounts whose age a parent has set.")


class LocalRules(PolicyModel):
    """The operator's own desk."""

    attestation_lasts_s: int = Field(gt=0, le=86_400, description="Seconds within which an attestation is handed in.")


class ConsentPurpose(PolicyModel):
    """Something that a parent consents to."""

    name: str = Field(pattern=r"^[a-z][a-z_]{2,39}$", description="Stable name.")
    title: str = Field(min_length=3, description="What people read.")
    control: str = Field(description="The control that consent lets a guardian loosen.")
    laws: tuple[str, ...] = Field(min_length=1, description="Laws (by id) under which loosening it needs this consent.")


class ConsentRules(PolicyModel):
    """What needs consent."""

    text_version: str = Field(min_length=1, description="Version of the words that are consented to.")
    purpose: tuple[ConsentPurpose, ...] = Field(min_length=1, description="The purposes.")

    def find(self, name: str) -> ConsentPurpose | None:
        """Return the purpose of this name, or None."""
        return next((item for item in self.purpose if item.name == name), None)


class AgePolicy(Policy):
    """age.toml."""

    apple: AppleRules
    google: GoogleRules
    local: LocalRules
    consent: ConsentRules


def load_age_policy(overrides: Path | None = None) -> AgePolicy:
    """Return the age policy in force. Raises ``BrokenPolicy``."""
    return load_policy(SHIPPED, AgePolicy, overrides)
