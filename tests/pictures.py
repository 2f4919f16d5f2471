"""Small pictures for tests."""

import base64
from io import BytesIO

from PIL import Image


def png(width: int = 64, height: int = 64) -> bytes:
    """Return a plain PNG."""
    file = BytesIO()
    Image.new("RGB", (width, height), (120, 180, 90)).save(file, "PNG")
    return file.getvalue()


def data_url(content: bytes) -> str:
    """Return a picture as a request carries it."""
    return "data:image/png;base64," + base64.b64encode(content).decode()
