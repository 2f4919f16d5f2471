"""Standard Webhooks signatures, version 1: symmetric, HMAC-SHA256.

The specification: https://github.com/standard-webhooks/standard-webhooks

Secrets are not kept: each is derived from one key by endpoint and number, so a copied database tells none of them.
"""

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes

from core.ids import new_id

PREFIX = "whsec_"
KEY_NAME = "webhook-key"
_KEY_BYTES = 32


def open_webhook_key(folder: Path) -> bytes:
    """Return the key that secrets are derived from, making it (readable by this user alone) if there is none."""
    path = folder / KEY_NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_name(f".{new_id('key')}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(token_bytes(_KEY_BYTES))
        try:
            os.link(partial, path)
        except FileExistsError:
            pass  # another process was faster: its key stays
        finally:
            partial.unlink()
    return path.read_bytes()


def secret_of(key: bytes, endpoint_id: str, number: int) -> str:
    """Return an endpoint's secret as receivers know it: ``whsec_`` and 32 bytes in base64."""
    return PREFIX + b64encode(hmac.digest(key, f"webhook:{endpoint_id}:{number}".encode(), "sha256")).decode()


def signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """Return ``v1,<base64>`` over ``id.timestamp.body``."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return "v1," + b64encode(hmac.new(b64decode(secret.removeprefix(PREFIX)), signed, sha256).digest()).decode()


def signed_headers(secrets: Sequence[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of one delivery: with two secrets, while one replaces the other, it is signed with both."""
    timestamp_s = int(now.timestamp())
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(signature(secret, message_id, timestamp_s, body) for secret in secrets),
    }
