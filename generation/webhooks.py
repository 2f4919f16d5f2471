"""How finished videos are told to other servers: what may be asked for, and when a failed delivery is tried again."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from core.policies import Policy, load_policy

SHIPPED = Path(__file__).parent / "policies" / "webhooks.toml"
COMPLETED, FAILED = "video.completed", "video.failed"
EVENT_TYPES = (COMPLETED, FAILED)
GONE = 410  # the receiver's way to say: never again


class WebhookPolicy(Policy):
    """webhooks.toml."""

    retry_after_s: tuple[int, ...] = Field(min_length=1, description="Waits between the tries; then it is given up.")
    timeout_s: float = Field(gt=0, le=60, description="Longest wait for each step of a delivery.")
    most_endpoints: int = Field(ge=1, le=1000, description="Most endpoints of one owner.")
    old_secret_hours: int = Field(ge=0, le=168, description="How long a replaced secret signs too, where asked for.")
    kept_days: int = Field(ge=1, le=365, description="Days that deliveries that are over are kept.")

    def next_try(self, attempts: int) -> timedelta | None:
        """Return the wait after so many failed tries, or None: it is given up."""
        return timedelta(seconds=self.retry_after_s[attempts - 1]) if attempts <= len(self.retry_after_s) else None


def load_webhook_policy(overrides: Path | None = None) -> WebhookPolicy:
    """Return the policy in force. Raises ``BrokenPolicy``."""
    return load_policy(SHIPPED, WebhookPolicy, overrides)
