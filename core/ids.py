"""Identifiers: strings with a prefix that says what they name, so that a wrong one is seen at a glance."""

import secrets
from typing import NewType

PersonId = NewType("PersonId", str)
VideoId = NewType("VideoId", str)
CharacterId = NewType("CharacterId", str)
PageId = NewType("PageId", str)
SteerId = NewType("SteerId", str)
GoalId = NewType("GoalId", str)
JobId = NewType("JobId", str)
DecisionId = NewType("DecisionId", str)
CaseId = NewType("CaseId", str)
AppealId = NewType("AppealId", str)
LinkId = NewType("LinkId", str)
PollId = NewType("PollId", str)
SessionId = NewType("SessionId", str)


def new_id(prefix: str) -> str:
    """Return a fresh id such as ``video_5f0c...``: the prefix and 96 random bits in hex."""
    return f"{prefix}_{secrets.token_hex(12)}"
