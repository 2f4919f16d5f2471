"""What family.toml says: invitations, how fresh a proof loosening needs, what a teen may ask."""

from pydantic import Field

from core.policies import Policy, PolicyModel


class InviteRules(PolicyModel):
    """How often one may ask."""

    most_pending: int = Field(ge=1, description="Open invitations one person may have sent.")
    days_after_a_no: int = Field(ge=1, description="Days before someone who said no may be asked again.")
    days_open: int = Field(ge=1, description="Days an invitation stays open.")
    most_guardians: int = Field(ge=1, description="Active guardians one teen may have.")


class StepUpRules(PolicyModel):
    """How fresh a proof of identity must be for whatever lets more through."""

    max_age_s: int = Field(ge=30, le=3600, description="Seconds after a passkey or a fresh sign-in that it counts.")


class AskRules(PolicyModel):
    """What a teen may ask, and how often."""

    minutes: tuple[int, ...] = Field(min_length=1, description="Minutes that may be asked for at once.")
    most_open: int = Field(ge=1, description="Asks that may wait for an answer.")
    most_a_day: int = Field(ge=1, description="Asks in any 24 hours.")
    days_open: int = Field(
        ge=1, description="Days after which an unanswered ask lapses; more time lapses with the day."
    )


class FamilyPolicy(Policy):
    """family.toml."""

    invites: InviteRules
    step_up: StepUpRules
    asks: AskRules
