"""Passkeys and the step-up that loosening needs."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.common import TEXT, Body, Shape
from core.vocabulary import Scope


class PasskeyShape(Shape):
    """A passkey of mine."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


class NewPasskey(Body):
    """The passkey that the browser made, and what to call it."""

    name: str = Field(min_length=1, max_length=80, pattern=TEXT)
    credential: dict[str, Any] = Field(description="The PublicKeyCredential's JSON (WebAuthn Level 3, `toJSON()`).")


class PasskeyAnswer(Body):
    """What a passkey answered to the challenge."""

    credential: dict[str, Any] = Field(description="The PublicKeyCredential's JSON (WebAuthn Level 3, `toJSON()`).")


class StepUpToken(Shape):
    """A bearer token that may loosen until it expires."""

    token: str
    scopes: list[Scope]
    expires_at: datetime
