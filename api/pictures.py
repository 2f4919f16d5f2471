"""Pictures inside a request."""

import base64
import binascii

from core.errors import InvalidInput

_PICTURE = "data:image/"


def picture_from(url: str, field: str) -> bytes:
    """Return the bytes of a data URL. Addresses are not fetched: a server that does can be sent anywhere."""
    head, _, content = url.partition(",")
    try:
        if not head.startswith(_PICTURE) or not head.endswith(";base64"):
            raise ValueError("not a base64 data URL")
        return base64.b64decode(content, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            code="bad_picture",
            detail="The picture must come with the request.",
            field=field,
            expected="data:image/png;base64,... (also jpeg, webp or gif)",
        ) from error
