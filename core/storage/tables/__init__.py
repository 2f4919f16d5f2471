"""All tables, one file a feature. Importing this package registers every table on ``metadata``."""

from core.storage.tables import (
    accounts,
    batches,
    creation,
    family,
    feed,
    messages,
    policies,
    safety,
    webhooks,
    wellbeing,
)
from core.storage.types import metadata

__all__ = [
    "accounts",
    "batches",
    "creation",
    "family",
    "feed",
    "messages",
    "metadata",
    "policies",
    "safety",
    "webhooks",
    "wellbeing",
]
